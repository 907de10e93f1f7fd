"""`python -m compliance.testing CASES`: what the cases cover, rule by rule, as a table; no pytest is needed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from compliance.authoring.contract import CASES, Contract
from compliance.authoring.coverage import SORTS, Coverage, Covered, sort_words
from compliance.authoring.rule_ids import SNAPSHOT, write_ids
from compliance.kernel import environment
from compliance.kernel.errors import JunhengError
from compliance.kernel.exit_codes import CONFORMS, FAILS
from compliance.kernel.i18n import msg, plural, say, use
from compliance.render.documents.text import columns, row


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where the cases cover less than asked for, 2 and more as any error has it."""
    with use(environment.asked(environment.LANGUAGE)):
        return _printed(_options().parse_args(arguments))


def _printed(asked: Namespace) -> int:
    try:
        folder = _home(asked.cases)
        contracts = [Contract(one, folder) for one in _rulesets(folder, asked.ruleset)]
        if asked.write_rule_ids:
            added = sum(write_ids(folder, one.packs) for one in contracts)
            named = asked.cases.parent if asked.cases.name == CASES else asked.cases
            _say([plural(added, "{file}：新增{n}个编号", file=str(named / SNAPSHOT))])
            return CONFORMS
        enough = True
        for contract in contracts:
            found = contract.coverage
            if asked.ruleset is not None:
                found = found.of(next(iter(contract.packs)))
            _say(table(found))
            enough &= found.percent >= asked.fail_under
        return CONFORMS if enough else FAILS
    except JunhengError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


def _options() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m compliance.testing",
        description=msg("列出规则集每条规则已有、还缺哪些算例。"),
    )
    parser.add_argument("cases", type=Path, help=msg("算例的文件夹，或其上一级"))
    parser.add_argument("--ruleset", help=msg("规则集的编号或文件；不写即算例所写的"))
    parser.add_argument(
        "--fail-under",
        type=_percent,
        default=0,
        metavar="N",
        help=msg("覆盖率低于百分之N即以1结束"),
    )
    parser.add_argument(
        "--write-rule-ids",
        action="store_true",
        help=say("把新的规则编号补进 {file}", file=SNAPSHOT),
    )
    return parser


def _percent(word: str) -> float:
    try:
        found = float(word)
    except ValueError:
        found = -1
    if not 0 <= found <= 100:
        raise ArgumentTypeError(msg("写0至100的数"))
    return found


def _home(cases: Path) -> Path:
    """The folder that holds `cases/`."""
    place = cases.resolve()
    return place.parent if place.name == CASES else place


def _rulesets(folder: Path, asked: str | None) -> list[str]:
    """What is asked for, or what the cases name, without what another's plugin offers too."""
    if asked is not None:
        path = Path(asked)
        return [str(path.resolve()) if path.suffix == ".toml" else asked]
    found: list[str] = []
    offered: set[str] = set()
    for name in dict.fromkeys(case.options.ruleset for case in Contract("", folder).cases):
        contract = Contract(name, folder)
        if not offered.intersection(contract.packs):
            found.append(name)
        offered.update(contract.packs)
    return found


def _say(lines: Iterator[str] | list[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def table(found: Coverage) -> Iterator[str]:
    """A line a rule: of every sort of case how many of those wanted are there."""
    words = sort_words()
    there = {case.sort for one in found.covered for case in one.wanted}
    sorts = [sort for sort in SORTS if sort in there]
    cells = [[msg("规则"), *(words[sort] for sort in sorts)]]
    cells += [[one.name, *(_counted(one, sort) for sort in sorts)] for one in found.covered]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    yield from (row(line, widths).rstrip() for line in cells)
    yield ""
    yield from found.faults()
    lacking = sum(1 for one in found.covered for _ in one.gaps)
    yield say(
        "{percent}%：{rules}，{gaps}",
        percent=f"{found.percent:.1f}",
        rules=plural(len(found.covered), "{n}条规则和开关"),
        gaps=plural(lacking, "缺{n}个算例"),
    )


def _counted(one: Covered, sort: str) -> str:
    """``1/2``; a dash where none is wanted, in brackets what cannot be had."""
    wanted = [case for case in one.wanted if case.sort == sort]
    excused = sum(case.excused for case in wanted)
    if not wanted:
        return "-"
    told = f"{sum(case.there for case in wanted)}/{len(wanted) - excused}"
    return f"{told} ({excused})" if excused else told
