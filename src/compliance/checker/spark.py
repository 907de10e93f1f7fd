"""Parts of whole counties judged by Spark's workers, with the code that judges them here.

The driver reads and accepts the figures and resolves the rules, as for any run. A part travels as one
row; a worker makes its findings of it in one call and hands them to Spark as Arrow, which writes them.
What else came of a part (verdicts, problems, exclusions) comes back to the driver. Spark tries a part
again whose worker died; each is counted once, however often it was judged.

Imported only when Spark is asked for: pyspark is an extra.
"""

from __future__ import annotations

import os
import pickle
import re
import shutil
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from socket import gethostname
from types import TracebackType
from typing import Any

import polars as pl
import pyarrow as pa
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import Accumulator, AccumulatorParam, Broadcast
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

from compliance.checker.builtin_offers import load
from compliance.checker.manifest import engine_digest, plugin_digest
from compliance.checker.parts import SCHOOLS, Job, JudgedPart, Judging
from compliance.checker.report import whole
from compliance.engine.results import FINDINGS
from compliance.intake.formats.given_names import is_uri, lying
from compliance.kernel.drafts import scratch
from compliance.kernel.errors import JunhengError, PluginError, UsageError, nothing_lost
from compliance.kernel.exit_codes import INTERNAL
from compliance.kernel.i18n import msg, say, use
from compliance.plugins.registry import Registry, without

LOCAL = "local[*,4]"  # where nobody says otherwise: four tries a part
PROVINCE = "province"  # the column by which findings are parted: …
_DIGITS = 2  # … the first digits of the county's code
HEAD = "_results.json"  # beside the findings; names that begin so are no data to Spark
_PARTS_A_CORE = 3  # so that no core waits long for the last
_ROWS = 20_000  # findings in a batch of Arrow
_FAULT = re.compile(r"junheng-worker:([A-Za-z0-9+/=]+);")
_RAISED = re.compile(r"^\s*(\w[\w.]*(?:Error|Exception)\b.*)$", re.MULTILINE)
_BY_SUBMIT = "PYSPARK_GATEWAY_PORT"  # is set where spark-submit started this program
_SETTINGS = {
    "spark.app.name": "junheng",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.maxResultSize": "0",
}
_WRITERS = "spark.sql.maxConcurrentOutputFileWriters"
_Rest = dict[int, bytes]  # number of a part → what came of it beside its findings


class SparkJobError(JunhengError):
    """Spark gave up: a part failed as often as it may, or what came of it could not be written."""

    exit_code = INTERNAL


# ── at the workers ─────────────────────────────────────────────────────────────────


class _ByPart(AccumulatorParam):
    """What came of parts; of one that was judged twice the same."""

    def zero(self, value: _Rest) -> _Rest:
        return {}

    def addInPlace(self, value1: _Rest, value2: _Rest) -> _Rest:  # noqa: N802 (Spark's own)
        value1.update(value2)
        return value1


@dataclass(frozen=True)
class _Work:
    """What a worker needs: how to judge, in which language, and what must be installed as here."""

    judging: Broadcast[bytes]
    digest: str
    language: str
    without: tuple[str, ...]
    installed: Mapping[str, str]
    rest: Accumulator[_Rest]

    def done(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The findings of the parts that the batches hold."""
        with use(self.language):
            judging = self._judging()
            for batch in batches:
                for number, jobs in zip(batch["part"], batch["jobs"], strict=True):
                    made = judging.part(_unpacked(jobs.as_py(), judging))
                    yield from _in_arrow(whole([*made.frames()]))
                    rest = replace(made, told=[], found=[])
                    self.rest.add({number.as_py(): pickle.dumps(rest)})

    def _judging(self) -> Judging:
        """How to judge; once a worker. Raises where something else is installed here."""
        if self.digest not in _held:
            with without(self.without):
                found = installed(load())
            if found != self.installed:
                raise RuntimeError(_marked(self._differing(found)))
            _held.clear()
            _held[self.digest] = pickle.loads(self.judging.value)  # noqa: S301 (of our own driver)
        return _held[self.digest]

    def _differing(self, found: Mapping[str, str]) -> str:
        none = msg("没有")
        names = sorted({**self.installed, **found})
        told = msg("；").join(
            say(
                "{name}：这里{here}，工作机{there}",
                name=name, here=self.installed.get(name, none), there=found.get(name, none),
            )
            for name in names
            if self.installed.get(name) != found.get(name)
        )  # fmt: skip
        return say("工作机 {host} 上装的与这里不同：{told}", host=gethostname(), told=told)


_held: dict[str, Judging] = {}  # of the run that the worker is at


def installed(registry: Registry) -> dict[str, str]:
    """What a judgement hangs on, each with its version and the digest of what it says."""
    found = {
        "Python": ".".join(map(str, sys.version_info[:2])),
        "polars": version("polars"),
        "junheng": f"{version('junheng')} {engine_digest()[:12]}",
    }
    for name, offers in registry.sound.items():
        found[name] = f"{registry.plugins.get(name, '')} {plugin_digest(offers)[:12]}"
    return found


def _marked(text: str) -> str:
    """A text that is found again in what Spark makes of an error."""
    return f"junheng-worker:{b64encode(text.encode()).decode()};"


def _packed(jobs: Sequence[Job], judging: Judging) -> bytes:
    """The jobs of a part with their figures as Arrow; the rule sets by their numbers."""
    numbers = {id(rules): n for n, (rules, _) in enumerate(judging.words.rulesets)}
    rows = []
    for job in jobs:
        keys = set(job.part.counties.select("county_code", "year").iter_rows())
        given = {key: path for key, path in job.part.given.items() if key in keys}
        alone = replace(job.part, given=given, problems=[], inputs=[], submitted=(), unsound=None)
        rows.append((numbers[id(job.rules)], job.as_of, alone))
    return pickle.dumps(rows)


def _unpacked(packed: bytes, judging: Judging) -> list[Job]:
    rows = pickle.loads(packed)  # noqa: S301 (of our own driver)
    return [Job(judging.words.rulesets[n][0], as_of, part) for n, as_of, part in rows]


def _in_arrow(findings: pl.DataFrame) -> Iterator[pa.RecordBatch]:
    """Findings with their province, in batches of the types that Spark expects."""
    province = pl.col("county_code").str.slice(0, _DIGITS).alias(PROVINCE)
    for piece in findings.with_columns(province).iter_slices(_ROWS):
        yield from piece.to_arrow().cast(_ARROW).to_batches()


def _findings_schema() -> Any:  # noqa: ANN401 (a type of Spark)
    types = pl.DataFrame(schema=FINDINGS).with_columns(pl.lit("").alias(PROVINCE)).to_arrow()
    return from_arrow_schema(types.schema)


_SPARK = _findings_schema()
_ARROW = to_arrow_schema(_SPARK)


# ── at the driver ──────────────────────────────────────────────────────────────────


class Spark:
    """The workers of a Spark application as an executor; a context that ends what it started.

    master: as spark-submit takes it; empty: that of a session or submission that there is, else LOCAL.
    output: the folder for the findings, as Spark names it; empty: they are not written.
    """

    def __init__(self, registry: Registry, master: str = "", output: str = "") -> None:
        self._registry, self._output = registry, output
        with ExitStack() as starting:
            self._spark = self._session(master, starting)
            if output:
                self._require_ours()
            self._ending = starting.pop_all()

    def __enter__(self) -> Spark:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.close()

    @staticmethod
    def _session(master: str, starting: ExitStack) -> SparkSession:
        """The session that there is, with settings of its own, or a new one."""
        running = SparkSession.getActiveSession()
        if running is not None:
            return running.newSession()
        if master.startswith("sc:") or "SPARK_REMOTE" in os.environ:
            what = msg("不支持 Spark Connect：驱动程序要在本程序里运行")
            raise UsageError(
                what, master, msg("给一个 master，如 local[2,4]、spark://主机:7077、yarn")
            )
        home = os.environ.get("JAVA_HOME", "")
        if not (_BY_SUBMIT in os.environ or home or shutil.which("java")):
            raise UsageError(msg("没有Java，Spark不能运行"), todo=_java())
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        if master or _BY_SUBMIT not in os.environ:
            builder = builder.master(master or LOCAL)
        try:
            spark = builder.getOrCreate()
        except (PySparkException, Py4JError, OSError) as error:
            why = say("Spark不能启动：{why}", why=_first(error))
            raise UsageError(why, master, _java()) from error
        starting.callback(spark.stop)
        return spark

    # what lies on its file systems

    def brought(self, given: str) -> Path:
        """Where what lies at a path or URI can be read, until the end; what Spark reaches is fetched."""
        if not is_uri(given):
            return Path(given)
        files, path = self._place(given)
        target = self._ending.enter_context(scratch()).folder / path.getName()
        try:
            if not files.exists(path):
                raise UsageError(msg("没有这个文件或文件夹"), given, msg("检查路径"))
            files.copyToLocalFile(False, path, self._path(str(target)), True)
        except Py4JError as error:
            raise UsageError(say("Spark读不到：{why}", why=_first(error)), given) from error
        return self._ending.enter_context(lying(target, given))

    def keep(self, name: str, content: bytes) -> None:
        """Lay a file beside the findings."""
        if self._output:
            files, _ = self._place(self._output)
            stream = files.create(self._path(f"{self._output}/{name}"), True)
            stream.write(content)
            stream.close()

    def _path(self, text: str) -> Any:  # noqa: ANN401 (an object of Java)
        return self._spark._jvm.org.apache.hadoop.fs.Path(text)

    def _place(self, text: str) -> tuple[Any, Any]:
        """A path of Hadoop and the file system that it is on. Raises UsageError."""
        try:
            path = self._path(text)
            return path.getFileSystem(self._spark._jsc.hadoopConfiguration()), path
        except Py4JError as error:
            raise UsageError(say("Spark读不到：{why}", why=_first(error)), text) from error

    def _require_ours(self) -> None:
        """UsageError where the output would take the place of anything but earlier findings."""
        files, path = self._place(self._output)
        try:
            if not files.exists(path):
                return
            names = [one.getPath().getName() for one in files.listStatus(path)]
            folder = files.getFileStatus(path).isDirectory()
        except Py4JError as error:
            raise UsageError(say("不能写入：{why}", why=_first(error)), self._output) from error
        ours = all(one.startswith((f"{PROVINCE}=", "_", ".")) for one in names)
        if not (folder and ours):
            todo = msg("请给一个新的或空的文件夹，或以前的结果")
            raise UsageError(msg("这里有别的文件，不覆盖"), self._output, todo)

    # as an executor

    def schools(self, total: int) -> int:
        """Some parts a core, none larger than is judged quickest at once."""
        cores = int(self._spark.sparkContext.defaultParallelism)
        return max(1, min(SCHOOLS, -(-total // (cores * _PARTS_A_CORE))))

    def judged(self, parts: Sequence[Sequence[Job]], judging: Judging) -> Iterator[JudgedPart]:
        """Each part judged, in order, its findings written; only those of one county alone are handed on."""
        packed = pickle.dumps(judging)
        context = self._spark.sparkContext
        work = _Work(
            context.broadcast(packed),
            sha256(packed).hexdigest(),
            judging.words.language,
            tuple(self._registry.without),
            installed(self._registry),
            context.accumulator({}, _ByPart()),
        )
        try:
            self._write(self._laid_out(parts, judging).mapInArrow(work.done, _SPARK))
        except BaseException as error:
            self._undo()
            if isinstance(error, PySparkException | Py4JError):
                raise _told(error) from error
            raise
        rest = work.rest.value
        nothing_lost(msg("Spark判定"), len(parts), len(rest))
        for number, part in enumerate(parts):
            yield judging.part(part) if judging.alone else pickle.loads(rest[number])  # noqa: S301

    def stated(self) -> dict[str, object]:
        """Which engine, where, in which versions."""
        told = {
            "name": "spark",
            "master": self._spark.sparkContext.master,
            "spark": self._spark.version,
            "java": self._spark._jvm.System.getProperty("java.version"),
            "pyarrow": version("pyarrow"),
        }
        return {"engine": told}

    def _laid_out(self, parts: Sequence[Sequence[Job]], judging: Judging) -> DataFrame:
        """A row a part, a partition a row."""
        packed = [pa.array([_packed(part, judging)], pa.binary()) for part in parts]
        columns = [pa.array(range(len(parts)), pa.int32()), pa.chunked_array(packed, pa.binary())]
        rows = self._spark.createDataFrame(pa.Table.from_arrays(columns, ["part", "jobs"]))
        return rows.repartitionByRange(len(parts), "part") if parts else rows

    def _write(self, findings: DataFrame) -> None:
        """Parquet by province, in the order of the findings, whole or without its _SUCCESS."""
        if not self._output:
            findings.write.format("noop").mode("overwrite").save()
            return
        self._spark.conf.set(_WRITERS, 100)  # else the rows of a part are sorted by province first
        out = findings.write.mode("overwrite").partitionBy(PROVINCE)
        out.option("compression", "zstd").parquet(self._output)

    def _undo(self) -> None:
        """Nothing is left that looks like findings."""
        if self._output:
            with suppress(Py4JError, UsageError):
                files, path = self._place(self._output)
                files.delete(path, True)


def _java() -> str:
    return msg("需要 Java 17 或更高版本（JAVA_HOME 或 PATH），见 docs/spark.md")


def _first(error: BaseException) -> str:
    """The line of an error that says most: of a worker's traceback the last, else the first."""
    text = str(error.java_exception) if isinstance(error, Py4JJavaError) else str(error)
    raised = _RAISED.findall(text) if "Traceback" in text else []
    lines = (line.strip() for line in (*raised[-1:], *text.splitlines()))
    return next(filter(None, lines), type(error).__name__)


def _told(error: BaseException) -> JunhengError:
    """What a failed job comes to, in words."""
    text = str(error)
    if found := _FAULT.search(text):
        todo = msg("工作机要装同样版本的程序和插件，见 docs/spark.md")
        return PluginError(b64decode(found[1]).decode(), todo=todo)
    if "No module named 'compliance" in text:
        return UsageError(msg("工作机上没有安装本程序"), todo=msg("见 docs/spark.md"))
    why = say("Spark没有判完，未写出结果：{why}", why=_first(error))
    return SparkJobError(why, todo=msg("看Spark的日志，改正后再试"))
