"""Commands that write, killed at every call that changes the disk: nothing is lost, and the next run tidies up.

What a kill leaves is the disk as it was just before that call: the folder is copied at each of them
while the command runs once. Then the command runs again in folders that differ to the eye: in all of
them in `make sweep`, in some of every command in `make test`.
"""

from __future__ import annotations

import errno
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import openpyxl
import pytest
from click.testing import CliRunner, Result

from compliance.cli import main
from compliance.kernel.own_outputs import COUNTY_LIST
from examples.make_examples import WORKBOOKS, tell
from examples.writers import write_workbook
from tests.support.disk import Disk, hidden, raised, tree
from tests.support.nonempty import nonempty
from tests.support.sweeps import WHOLE, sampled

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _put_away() -> Iterator[None]:
    """What libraries leave open where a write ends in the middle is closed here, in no other test."""
    yield
    gc.collect()


EXAMPLES = Path(__file__).parents[2] / "examples"
SCHOOLS = (
    "县第三中学",
    "明德双语学校",
    "海角中心小学",
    "海角石桥小学",
)  # all but the last fall short
COUNTY = "379901_鲁衡县_2023"
LIST = f"out/{COUNTY}/{COUNTY_LIST}.xlsx"
PERSON = "张三（自己填的）"


@cache
def book(example: str) -> bytes:
    """The workbook of an example, with few of its schools."""
    document = tell(*WORKBOOKS[example])
    named = [one for one in document["schools"] if one["school_name"] in SCHOOLS]
    document["schools"] = named or document["schools"][:3]
    with TemporaryDirectory() as folder:
        write_workbook(path := Path(folder, "county.xlsx"), document)
        return path.read_bytes()


@dataclass(frozen=True)
class Writing:
    """A command in a folder with the county's workbook. words: as typed there. before: what was done first.

    same: what holds the same in the end, wherever the first run was killed. random: how names begin
    of what never does.
    """

    words: tuple[str, ...]
    before: Callable[[], None] = lambda: None
    typed: bool = False
    same: tuple[str, ...] = ()
    random: tuple[str, ...] = ()


def run(*words: str, typed: bool = False) -> Result:
    result = CliRunner().invoke(main, list(words), input=book("shandong_county") if typed else None)
    assert "Traceback" not in result.output, result.output
    return result


def lists_filled_in() -> None:
    """Papers of an earlier run: a list with entries, a sheet with a remark, one of a school that is gone."""
    run("rectify", "县.xlsx", "-o", "out", "--format", "xlsx", "--format", "md")
    path = Path(LIST)
    book = openpyxl.load_workbook(path)
    heading = next(
        cell for row in book.worksheets[0].iter_rows(max_row=9) for cell in row if cell.value == "责任人"
    )  # fmt: skip
    for row in range(heading.row + 1, heading.row + 4):
        book.worksheets[0].cell(row, heading.column).value = PERSON
    book.save(path)
    sheets = path.parent / "一校一案"
    some = sorted(sheets.glob("*.xlsx"))
    some[0].write_bytes(b"with a remark")
    gone = some[1].stem.partition("_")[0]
    (sheets / f"{'9' * len(gone)}_撤销学校.xlsx").write_bytes(b"of a school that is gone")
    (path.parent / "私人.txt").write_bytes(b"somebody's own")


def papers_corrected() -> None:
    run("papers", "县.xlsx")
    Path("县_核查结果", "数据问题.xlsx").write_bytes(b"corrected by hand")
    Path("县_核查结果", COUNTY, f"{COUNTY_LIST}.docx").write_bytes(b"written into")


def forms_returned() -> None:
    run("template", "--per-school", "收回", "县.xlsx")
    Path("全县.xlsx").write_bytes(b"completed by hand")


def written(*names: str) -> Callable[[], None]:
    """Files that people have written lie where the command writes."""

    def write() -> None:
        for name in names:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(f"of somebody: {name}".encode())

    return write


def results_of_other_figures() -> None:
    Path("他县.xlsx").write_bytes(book("henan_county"))
    run("check", "县.xlsx", "-o", "json:earlier.json")


OUTPUTS = tuple(
    word
    for form in ("json", "ndjson", "csv", "parquet", "md", "html", "xlsx", "sarif", "junit")
    for word in ("-o", f"{form}:r.{form}")
)
WRITINGS = {
    "rectify": Writing(
        ("rectify", "县.xlsx", "-o", "out", "--format", "xlsx", "--format", "md", "--zip"), lists_filled_in,
        same=(LIST,),
    ),
    "rectify list": Writing(
        ("rectify", "县.xlsx", "-o", "out", "--format", "xlsx", "--paper", "list"), lists_filled_in,
        same=(LIST,),
    ),
    "rectify anew": Writing(("rectify", "县.xlsx", "-o", "a/b/out")),
    "papers": Writing(("papers", "县.xlsx"), papers_corrected),
    "papers anew": Writing(("papers", "县.xlsx")),
    "check": Writing(("check", "县.xlsx", *OUTPUTS), written("r.json", "r.csv")),
    "check -": Writing(("check", "-", "-o", "json:r.json"), typed=True),
    "declare": Writing(
        ("declare", "县.xlsx", "-o", "forms", "--format", "xlsx", "--format", "docx"),
        written(f"forms/{COUNTY}/申报表.xlsx"),
    ),
    "collect": Writing(("collect", "收回", "-o", "全县.xlsx"), forms_returned, random=("全县",)),
    "template": Writing(("template", "-o", "blank.xlsx"), random=("blank",)),
    "template --per-school": Writing(("template", "--per-school", "forms", "县.xlsx"), random=("forms",)),
    "import": Writing(("import", "县.xlsx", "-o", "in.xlsx"), written("in.xlsx", "in.映射.xlsx"), random=("in.",)),
    "anonymise": Writing(
        ("anonymise", "县.xlsx", "-o", "nobody.xlsx", "--key-file", "key"), written("nobody.xlsx"),
        random=("nobody.xlsx", "key"),
    ),
    "validate": Writing(("validate", "县.xlsx", "-o", "back.xlsx"), written("back.xlsx.txt")),
    "validate folder": Writing(("validate", "县.xlsx", "-o", "back")),
    "missing": Writing(("missing", "县.xlsx", "-o", "missing.xlsx")),
    "diff": Writing(("diff", "earlier.json", "他县.xlsx", "-o", "html:d.html"), results_of_other_figures),
    "replay": Writing(("replay", "earlier.json"), results_of_other_figures),
    "assemble": Writing(
        ("assemble", str(EXAMPLES / "registers"), "-o", "whole.xlsx"), written("whole.xlsx")
    ),
    "plugin new": Writing(("plugin", "new", "kuangye", "--region", "98", "--title", "旷野省")),
}  # fmt: skip
TRIED = 6  # points of a full disk; in `make test` one, elsewhere for every command
QUICK = ("rectify list", "template")  # the others, when there is time
Office = Callable[[Path], None]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Makes a folder the one where the run begins, with its cache and its temporary files."""
    with pytest.MonkeyPatch.context() as monkeypatch:

        def enter(folder: Path) -> None:
            monkeypatch.chdir(folder)
            (folder / "tmp").mkdir(exist_ok=True)
            monkeypatch.setattr(tempfile, "tempdir", str(folder / "tmp"))
            monkeypatch.setenv("COMPLIANCE_CACHE", str(folder / "cache"))

        monkeypatch.setattr(os, "fsync", lambda _: None)  # counted, and not waited for
        yield enter
        monkeypatch.chdir(tmp_path_factory.getbasetemp())


def visible(folder: Path) -> dict[str, bytes | str]:
    """What people find, the cache and temporary files aside."""
    return {
        name: text
        for name, text in tree(folder).items()
        if ".junheng-" not in name and not name.startswith(("cache/", "tmp/"))
    }


@dataclass(frozen=True)
class Trial:
    """One run of a command, looked at before each of its calls.

    start: a copy of the folder where it is about to run. killed: what a kill leaves → a copy of the
    folder then, one that holds a draft if there is.
    """

    command: Writing
    start: Path
    was: Mapping[str, bytes | str]
    will_be: Mapping[str, bytes | str]
    done: Result
    calls: int
    killed: Mapping[frozenset[tuple[str, bytes | str]], Path]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in WRITINGS
    ],
)  # fmt: skip
def trial(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, office: Office
) -> Trial:
    command, folder, copies = WRITINGS[request.param], tmp_path_factory.mktemp("trial"), count()
    root, start = folder / "office", folder / "start"
    root.mkdir()
    (root / "县.xlsx").write_bytes(book("shandong_county"))
    office(root)
    command.before()
    was = visible(root)
    shutil.copytree(root, start)
    states: dict[frozenset[tuple[str, bytes | str]], Path] = {}

    def killed_here(*_: object) -> None:
        state = visible(root)
        for path, text in nonempty(was.items()):
            assert path in state or text in state.values(), path
        key = frozenset(state.items())
        if key not in states or not hidden(states[key]):
            copy = states[key] = folder / f"killed{next(copies)}"
            shutil.copytree(root, copy, symlinks=True)

    with pytest.MonkeyPatch.context() as real:
        disk = Disk(real, before=killed_here)
        done = run(*command.words, typed=command.typed)
    assert not hidden(root)
    return Trial(command, start, was, visible(root), done, len(disk.calls), states)


def test_a_kill_at_any_point_loses_nothing(trial: Trial, office: Office) -> None:
    was, will_be, done = trial.was, trial.will_be, trial.done
    assert done.exit_code in (0, 1, 4), done.output
    for state in nonempty(trial.killed):
        for path, text in nonempty(state):
            if "旧稿" not in path:
                assert text in (was.get(path), will_be.get(path)), path
        assert {path for path, _ in state} >= was.keys() & will_be.keys()
    for copy in nonempty(sampled([*trial.killed.values()], 1)):
        office(copy)
        complete = visible(copy) == will_be  # which some commands do not write once more
        again = run(*trial.command.words, typed=trial.command.typed)
        assert again.exit_code == done.exit_code or complete, again.output
        assert not any(path.read_bytes() for path in hidden(copy) if path.is_file())
        assert complete or not hidden(copy)
        found = visible(copy)
        assert found.keys() >= {path for path in will_be if "旧稿" not in path}
        same = trial.command.same
        assert [found[path] for path in same] == [will_be[path] for path in same]
        assert set(was.values()) & set(will_be.values()) <= set(found.values())


def test_a_disk_that_is_full_from_some_point_on_ends_in_words(
    trial: Trial, office: Office, tmp_path: Path
) -> None:
    """Exit code 2, or all is written: where only the cache, or what is remembered, found no room."""
    words, typed = trial.command.words, trial.command.typed
    full = OSError(errno.ENOSPC, "no room")
    one = 1 + crc32(" ".join(words).encode()) % (trial.calls - 1)
    points = range(1, trial.calls, max(1, trial.calls // TRIED)) if WHOLE else [one]
    for at in nonempty(points):
        copy = tmp_path / f"full{at}"
        shutil.copytree(trial.start, copy)
        office(copy)
        with pytest.MonkeyPatch.context() as patched:
            Disk(patched, before=raised(at, full, "open", "mkdir", "link", "write", "fsync"))
            ended = run(*words, typed=typed)
        found = visible(copy)
        if ended.exit_code != trial.done.exit_code:
            assert ended.exit_code == 2, ended.output
            assert "磁盘" in ended.output, ended.output
        for path, text in nonempty(found.items()):
            if "旧稿" not in path:
                known = text in (trial.was.get(path), trial.will_be.get(path))
                assert known or path.startswith(trial.command.random), path
        for path, text in nonempty(trial.was.items()):
            assert path in found or text in found.values(), path
        assert not hidden(copy)
