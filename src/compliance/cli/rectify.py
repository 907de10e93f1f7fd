"""`compliance rectify`: what a county and each of its schools must put right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compliance.cli import console
from compliance.cli.command import (
    Command,
    GivenPath,
    asked_days,
    chosen,
    dating,
    guarded,
    inputs_argument,
    judging,
    nothing_written,
    option,
    output_option,
    print_problems,
    progress,
    shared_options,
    tell_papers,
    templates_option,
)
from compliance.cli.volume import remark
from compliance.kernel.exit_codes import UNREADABLE
from compliance.kernel.i18n import LANGUAGES, msg, say, use

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PAPER_FORMATS = ("md", "html", "xlsx", "docx", "pdf")


def paper_choices() -> Mapping[str, str]:
    """What `--paper` takes: key → name."""
    from compliance.render.papers.forms import paper_names

    return paper_names()


class PaperName(click.ParamType[str]):
    """A paper by its key or its name in either language; the value is the key."""

    name = "NAME"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The key of what was typed: the whole name, or the beginning of a single one."""
        names: dict[str, str] = {}
        for language in LANGUAGES:
            with use(language):
                names |= {name.casefold(): key for key, name in paper_choices().items()}
        typed = value.casefold().replace("(", "（").replace(")", "）")
        if typed in names or typed.replace("-", "_") in names.values():
            return names.get(typed, typed.replace("-", "_"))
        begun = {key for name, key in names.items() if typed and name.startswith(typed)}
        if len(begun) == 1:
            return begun.pop()
        known = msg("、").join(f"{key} {name}" for key, name in paper_choices().items())
        raise click.BadParameter(say("没有文书“{v}”；有：{l}", v=value, l=known), ctx, param)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The keys that begin so."""
        from click.shell_completion import CompletionItem

        papers = paper_choices().items()
        return [
            CompletionItem(key, help=name) for key, name in papers if key.startswith(incomplete)
        ]


@click.command(cls=Command, help=lambda: msg("生成整改清单：全县一份，每校一份（一校一案）。"))
@inputs_argument
@judging
@output_option("DIR", lambda: msg("写到哪个文件夹"))
@option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(PAPER_FORMATS),
    help=lambda: msg("格式，可重复（默认 docx、xlsx）"),
)
@option(
    "--ledger",
    "ledgers",
    multiple=True,
    type=GivenPath(),
    metavar="OLD.xlsx",
    help=lambda: msg("填写过的台账，可重复（多份按格合并）；输出文件夹里原有的清单总会承接"),
)
@option(
    "--zip",
    "packed",
    is_flag=True,
    help=lambda: msg("另把这次写的全部文书打成一个压缩包（整改文书.zip）"),
)
@option(
    "--paper",
    "papers",
    multiple=True,
    type=PaperName(),
    help=lambda: say(
        "要哪些文书，可重复（默认 list 和 schools）：{l}",
        l=msg("；").join(f"{key} {name}" for key, name in paper_choices().items()),
    ),
)
@option(
    "--responsibilities",
    type=GivenPath(),
    metavar="FILE.xlsx",
    help=lambda: msg(
        "填好的责任表（compliance template --responsibilities）：牵头、责任人、完成时限"
    ),
)
@option(
    "--prices",
    type=GivenPath(),
    metavar="FILE.xlsx",
    help=lambda: msg("填好的单价表（compliance template --prices）：所需资金"),
)
@option(
    "--annexes",
    is_flag=True,
    help=lambda: msg("整改清单后附上建议提升、待补数据等清单（默认只在电子表格中）"),
)
@option("--with-advisory", is_flag=True, help=lambda: msg("文书中也列出参考指标和依据的核实情况"))
@option("--overwrite", is_flag=True, help=lambda: msg("直接覆盖原有文书（默认：填写过的移到旧稿）"))
@templates_option
@dating
@shared_options
@guarded
def rectify(
    inputs: tuple[Path, ...],
    out: Path,
    formats: tuple[str, ...],
    ledgers: tuple[Path, ...],
    packed: bool,
    annexes: bool,
    with_advisory: bool,
    overwrite: bool,
    papers: tuple[str, ...],
    responsibilities: Path | None,
    prices: Path | None,
    **how: Any,  # noqa: ANN401 - the options of `judging` and `dating`
) -> int:
    """Judge and write; 0 once the papers are written, whatever the verdict."""
    from compliance.checker import Checker
    from compliance.kernel.own_outputs import ARCHIVE
    from compliance.render.papers.forms import chosen_papers
    from compliance.render.rectification.planning import read_planning
    from compliance.render.rectification.write import write_papers

    days = asked_days(how)
    choice = chosen(**how)
    with console.documents():
        report = Checker().check(inputs, choice, progress())
    print_problems(report.problems, err=True)
    templates = {info.id: info.template_dirs for info in report.rulesets}
    show = progress()
    count = None if show is None else partial(show, msg("文书"))
    rulesets = [ruleset for ruleset, _ in report.words.rulesets]
    planning, problems = read_planning(responsibilities, prices, rulesets, report.words.vocabulary)
    if problems:
        print_problems(problems, err=True)
        return UNREADABLE
    with console.documents():
        written = write_papers(
            report,
            out,
            formats or ("docx", "xlsx"),
            templates,
            count,
            days,
            ledgers=ledgers,
            overwrite=overwrite,
            packed=packed,
            wanted=chosen_papers(papers, priced=prices is not None),
            planning=planning,
            with_advisory=with_advisory,
            annexes=annexes,
        )
    if not written:
        return nothing_written()
    remark(say("已写{number}份，见 {out}", number=len(written), out=out))
    if packed:
        remark(say("压缩包：{path}", path=out / ARCHIVE))
    code = tell_papers(written)
    return code or (UNREADABLE if any(p.severity == "error" for p in report.problems) else 0)
