"""`compliance menu`: choose a file, check it, get the papers; for people who type no commands.

Numbers and Enter are enough, or a file dragged into the window. Every choice runs a command of the
program; nothing is decided here, and nothing written but which files were used last.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

import click

from compliance.cli.command import Command, GivenPath, guarded, shared_options
from compliance.cli.papers import results_folder
from compliance.kernel import interrupts
from compliance.kernel.environment import CACHE, OFF, asked
from compliance.kernel.exit_codes import CONFORMS
from compliance.kernel.i18n import msg, say
from compliance.kernel.own_outputs import ARCHIVE
from compliance.kernel.paths import real

BOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".json", ".zip")
BLANK = "填报.xlsx"
_EXAMPLES = "examples"  # the folder beside the menu's own, in an offline installation
_SHOWN = 9  # files of a folder; the others are typed or dragged
_KEPT = 5  # files used last
_QUOTES = ('"', "'", "“”", "‘’")
_LITTER = ("~$", ".")


@click.command(
    cls=Command,
    help=lambda: msg("文字菜单：选文件、核查、写文书，按编号和回车。给出文件时直接写文书。"),
)
@click.argument("files", nargs=-1, type=GivenPath())
@shared_options
@guarded
def menu(files: tuple[Path, ...]) -> int:
    """Ask until somebody leaves; of files that were dragged onto the program write the papers."""
    if files:
        return write_papers(files)
    if isinstance(sys.stdin, TextIOWrapper):  # whatever is typed, it is no path at worst
        sys.stdin.reconfigure(errors="surrogateescape")
    click.echo(msg("均衡 Junheng：县域义务教育优质均衡核查。数据不离开这台电脑。"))
    with interrupts.told():
        try:
            while (chosen := choose_file()) is not None:
                work_on(chosen)
        except (EOFError, KeyboardInterrupt, click.Abort):
            interrupts.answered()
            click.echo()
    click.echo(msg("已退出。"))
    return CONFORMS


def choose_file() -> Path | None:
    """The file or folder that is to be worked on; None to leave."""
    from compliance.render.documents.text import printable

    while True:
        files = list(offered())
        click.echo(msg("\n选数据文件"))
        for number, path in enumerate(files, 1):
            click.echo(f"  {number}  {printable(path)}")
        click.echo(msg("  n  新建一本空白填报工作簿"))
        click.echo(msg("  0  退出"))
        typed = ask(msg("请输入编号，或把文件拖进来，按回车："))
        if typed == "0":
            return None
        if typed.lower() == "n":
            _run("template", "-o", BLANK)
        elif typed.isdecimal() and 0 < int(typed) <= len(files):
            return files[int(typed) - 1]
        elif typed and (dragged := path_typed(typed)) is not None:
            return dragged
        elif typed:
            click.echo(say("没有这个编号或文件：{typed}", typed=printable(typed)))


def work_on(path: Path) -> None:
    """What can be done with a file, until another is wanted."""
    from compliance.render.documents.text import printable

    again = True
    while again:
        click.echo(say("\n数据：{path}", path=printable(path)))
        for number, title in enumerate(
            (
                msg("核查：是否达标，为什么，还缺什么"),
                msg("只检查数据：列出数据中的问题"),
                msg("写文书：报告、整改清单、一校一案，放进一个文件夹"),
                msg("换一个文件"),
            ),
            1,
        ):
            click.echo(f"  {number}  {title}")
        click.echo(msg("  0  退出"))
        match ask(msg("请输入编号，按回车：")):
            case "1":
                run("check", path)
            case "2":
                run("validate", path)
            case "3":
                write_papers([path])
            case "4":
                again = False
            case "0":
                raise EOFError
            case _:
                click.echo(msg("请输入上面的编号。"))


def offered() -> Iterator[Path]:
    """The files used last, then those of this folder, then the examples; each once."""
    seen = set[Path]()
    here = (path for folder in (Path(), Path(_EXAMPLES)) for path in _workbooks(folder))
    for path in (*recent(), *here):
        if (place := real(path)) not in seen:
            seen.add(place)
            yield path


def _workbooks(folder: Path) -> list[Path]:
    """What may be figures, the newest first."""
    try:
        found = [
            (path.stat().st_mtime, path)
            for path in folder.iterdir()
            if path.suffix.lower() in BOOKS
            and not path.name.startswith(_LITTER)
            and path.name != ARCHIVE
            and path.is_file()
        ]
    except OSError:
        return []
    return [path for _, path in sorted(found, key=lambda one: (-one[0], one[1]))][:_SHOWN]


def recent() -> list[Path]:
    """The files used last that are still there, the last one first."""
    memory = _memory()
    try:
        lines = memory.read_text("utf-8").splitlines() if memory is not None else []
    except (OSError, UnicodeError):
        return []
    return [path for path in map(Path, lines[:_KEPT]) if path.exists()]


def remember(path: Path) -> None:
    """The file comes first the next time; a folder that cannot be written is no fault."""
    memory = _memory()
    if memory is None:
        return
    from compliance.kernel.drafts import put_in_place

    lines = dict.fromkeys(str(one) for one in (path.absolute(), *recent()))
    with suppress(OSError, UnicodeError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(list(lines)[:_KEPT]).encode()
        put_in_place(memory, lambda stream: stream.write(text))


def _memory() -> Path | None:
    """Where the names of the files used last are kept; None where nothing is to be kept."""
    place = asked(CACHE)
    if place == OFF:
        return None
    usual = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(place or os.path.expanduser(usual), "junheng", "recent.txt")  # noqa: PTH111


def path_typed(typed: str) -> Path | None:
    """The file or folder that was typed or dragged, in quotes or not; None where there is none."""
    import shlex

    for ends in _QUOTES:
        if len(typed) > 2 and typed[0] == ends[0] and typed[-1] == ends[-1]:
            typed = typed[1:-1]
    forms = [typed]
    with suppress(ValueError):  # a terminal writes a blank in a dragged path as “\\ ”
        forms += shlex.split(typed) if os.name == "posix" else []
    for form in forms:
        with suppress(OSError, ValueError):  # a name too long, or with what no name has
            if form and (path := Path(form)).exists():
                return path
    return None


def ask(question: str) -> str:
    """What was typed. Raises EOFError where nobody can type."""
    click.echo(question, nl=False)
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if not line:
        raise EOFError
    return line.strip()


def write_papers(files: Sequence[Path]) -> int:
    """All papers of these figures in a folder beside them, which is opened; the exit code."""
    code = run("papers", *files)
    folder = results_folder(files)
    if sys.platform == "win32" and sys.stdin.isatty() and folder.is_dir():
        with suppress(OSError):
            os.startfile(folder)  # noqa: S606 - a folder of ours
    return code


def run(command: str, *files: Path) -> int:
    """Run a command on files as if it had been typed, and show which; the exit code."""
    for path in files[:1]:
        remember(path)
    return _run(command, "--", *map(str, files))


def _run(*words: str) -> int:
    from compliance.render.documents.text import as_typed

    told = " ".join(as_typed(word) for word in words if word != "--")
    click.echo(say("\n（命令：compliance {words}）\n", words=told))
    program = click.get_current_context().find_root().command
    try:
        program.main([*words], prog_name="compliance")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else CONFORMS
