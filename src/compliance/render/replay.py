"""Results judged again, for people and machines: the same bytes, or what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from compliance.assessment.replay import (
    CHANGED,
    JUDGING,
    LAYOUT,
    LINE_ENDS,
    MISSING,
    PROBLEM,
    RULESET,
    TEXT,
    Replay,
    ReplayDifference,
)
from compliance.kernel.i18n import msg, msg_in, say
from compliance.render import difference
from compliance.render.documents.text import printable
from compliance.render.terminal.summary import Lines

FORMAT = "junheng-replay/1"
_SHORT = 12  # digits of a digest that people are shown
_LONG = 200  # characters of a text


def text(made: Replay, colour: bool, width: int | None = None) -> str:
    """What came of it, for a terminal; ANSI colours only where `colour`."""
    sheet = Lines(width, colour)
    name = printable(made.name)
    if made.same:
        told = say(
            "重新判定 {name}：{n}个县、{m}条判定，逐字节相同。",
            name=name, n=made.counties, m=made.findings,
        )  # fmt: skip
        sheet.line(told)
        return sheet.text()
    sheet.head(say("重新判定 {name}：不同", name=name))
    for line in lines(made):
        sheet.line(line)
    told_of_findings = "" if made.run is None else difference.text(made.run, colour, width)
    return "\n".join(filter(None, (sheet.text(), told_of_findings)))


def lines(made: Replay) -> Iterator[str]:
    """Each difference in words; at last that no finding is another, where that is known."""
    for one in made.differences:
        yield _line(one)
    changed = [one.name for one in made.differences if one.kind == CHANGED]
    if changed:
        told = {"results": printable(made.name), "input": printable(changed[0])}
        yield say("→ 看判定有何变化：compliance diff {results} {input}", **told)
    unjudged = {CHANGED, MISSING, JUDGING} & {one.kind for one in made.differences}
    if made.run is None and not unjudged:
        yield msg("各项判定都相同。")


def _line(one: ReplayDifference) -> str:
    name, then, now = printable(one.name), _short(one.then), _short(one.now)
    told = {
        MISSING: say("{name}：找不到了（那时的摘要 {then}）", name=name, then=then),
        CHANGED: say("{name}：已不是那时的文件（{then} → {now}）", name=name, then=then, now=now),
        JUDGING: say("现在不能判定：{why}", why=name),
        LINE_ENDS: msg("内容相同，只有换行符不同：文件保存后被转换过"),
        LAYOUT: msg("内容相同，只有排列和空格不同：文件保存后被重写过"),
        TEXT: say("第{line}行：{then} → {now}", line=name, then=then, now=now),
        PROBLEM: say("不再有的提示：{what}", what=name)
        if one.now is None
        else say("新的提示：{what}", what=name),
    }
    if one.kind in told:
        return told[one.kind]
    what = " ".join(filter(None, (_keys().get(one.kind, one.kind), name)))
    return say("{what}：{then} → {now}", what=what, then=then, now=now)


def _keys() -> dict[str, str]:
    """Keys of the manifest as people call them."""
    return {
        "inputs": msg("输入"),
        "previous": msg("较早的数据"),
        "tool": msg("程序"),
        "plugins": msg("插件"),
        "without_plugins": msg("停用的插件"),
        "broken_plugins": msg("出错的插件"),
        "digests": msg("程序代码的摘要"),
        "digests.plugins": msg("插件内容的摘要"),
        "language": msg("语言"),
        "switches": msg("启用的放宽或口径"),
        "enforced": msg("参与结论的未核实依据"),
        "strict": msg("严格判定"),
        "confirmations": msg("依据的确认"),
        "blank_is_zero": msg("空白计为0的列"),
        RULESET: msg("规则集"),
    }


def _short(told: str | None) -> str:
    if told is None:
        return msg_in("heading", "无")
    is_digest = len(told) == 64 and told.isalnum()
    shown = told[:_SHORT] + "…" if is_digest else told
    return printable(shown if len(shown) <= _LONG else shown[:_LONG] + "…")


def as_json(made: Replay, stream: BinaryIO) -> None:
    """The document of `schemas/replay.schema.json`."""
    found = {
        "format": FORMAT,
        "results": made.name,
        "same": made.same,
        "counties": made.counties,
        "findings": made.findings,
        "differences": [one._asdict() for one in made.differences],
        "changed_findings": 0
        if made.run is None
        else sum(pair.findings.height for pair in made.run.pairs),
    }
    stream.write((json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode())
