"""`check --engine spark`: what goes with it, where its findings go, and what is laid beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from compliance.intake.formats.given_names import is_uri
from compliance.kernel import interrupts
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg, say
from compliance.kernel.paths import real

if TYPE_CHECKING:
    from compliance.checker import Report
    from compliance.checker.spark import Spark
    from compliance.plugins.registry import Registry

FORM = "parquet"  # the format that Spark writes
_NEEDED = ("pyspark", "pyarrow", "pandas")


def asked(
    engine: str, master: str | None, inputs: Sequence[Path], formats: Sequence[str],
    options: Mapping[str, object],
) -> bool:  # fmt: skip
    """Whether Spark is to judge. options: name → what was asked.

    UsageError with all that does not go with it, and for a master without it.
    """
    if engine != "spark":
        if master is not None:
            raise UsageError(msg("--master 要与 --engine spark 同用"))
        return False
    from compliance.intake.formats.standard_input import is_kept

    unfit = [name for name, value in options.items() if value]
    unfit += [f"--format {form}" for form in formats if form != "text"]
    unfit += ["-"] if any(map(is_kept, inputs)) else []
    if unfit:
        raise UsageError(
            say("不能与 --engine spark 同用：{names}", names=msg("、").join(unfit)),
            todo=say("用 -o {form}:文件夹 写出判定结果，或不用 Spark", form=FORM),
        )
    return True


def output_folder(outputs: Sequence[str], known: Sequence[str], inputs: Sequence[Path]) -> str:
    """The folder of `-o parquet:FOLDER`, or of `-o FOLDER`; empty without one.

    known: the formats there are. UsageError for another format, for several, and where the folder would
    take the place of an input.
    """
    if not outputs:
        return ""
    form, colon, place = outputs[0].partition(":")
    folder = place if colon and form in known else outputs[0]
    if len(outputs) > 1 or (form in known and form != FORM) or folder in ("", "-"):
        what = say("Spark 只把判定结果写成 {form}，写一个文件夹", form=FORM)
        todo = say("-o {form}:文件夹，或 HDFS、S3 等的地址", form=FORM)
        raise UsageError(what, msg("、").join(outputs), todo)
    target = real(Path(folder))
    if not is_uri(folder):
        for source in map(real, inputs):
            if target in (source, *source.parents) or source in target.parents:
                raise UsageError(msg("输出会覆盖输入"), folder, msg("请写到别处"))
    return folder


@contextmanager
def workers(registry: Registry, master: str, folder: str) -> Iterator[Spark]:
    """Spark's workers, until the end. Raises UsageError where Spark is not there."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            say("没有安装 {names}", names=msg("、").join(missing)),
            todo=msg('pip install "junheng[spark]"，并安装 Java 17 或更高版本，见 docs/spark.md'),
        )
    from compliance.checker.spark import Spark

    with interrupts.told(), Spark(registry, master, folder) as found:
        yield found


def keep_head(report: Report, by: Spark) -> None:
    """Lay beside the findings what a document of results says besides."""
    from compliance.checker.spark import HEAD
    from compliance.render.machine_formats import json_head

    by.keep(HEAD, json_head(report))
