"""Two runs beside each other for people and machines: text, JSON, and one page that needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import polars as pl

from compliance.assessment.comparison import (
    APPEARED,
    BETTER,
    CLASSES,
    COMPARED,
    MOVED,
    VANISHED,
    WORSE,
    CountyChanges,
    RuleMove,
    RunComparison,
    SchoolMove,
    Side,
    role,
)
from compliance.assessment.figures import (
    SIGNS,
    Finding,
    bar,
    figure,
    limit,
    measure_of,
    plain,
    reading,
    stage,
    state,
    verdict,
    with_unit,
)
from compliance.assessment.standings import DECIDING
from compliance.engine.results import CountyResult
from compliance.kernel.i18n import msg, msg_in, plural, say
from compliance.kernel.labels import basis_word
from compliance.kernel.number_format import whole_number
from compliance.render import phrases
from compliance.render.documents.jinja import environment, loaded, pieces
from compliance.render.documents.text import printable, shortened
from compliance.render.machine_formats import finding_lines
from compliance.render.terminal.summary import Lines
from compliance.rules.language.model import Rule

FORMAT = "junheng-diff/1"
_LISTED = 20  # findings of a class on a terminal
_FACTS = 15  # facts there, and how many schools of one by name
_NAMES = 2
_RULES = 8  # rules that came or went there, by name
_PAGE = 20_000  # figures on a page: beyond it a browser would be slow


class ChangedLine(NamedTuple):
    """A changed finding in words. called: the rule by id and short name; title: in full."""

    school: str
    stage: str
    called: str
    title: str
    before: str
    after: str
    status_before: str
    status_after: str
    toward: str
    cause: str


class ChangedFigure(NamedTuple):
    """A figure that was typed otherwise."""

    school: str
    fact: str
    before: str
    after: str


def renderers() -> Mapping[str, Callable[[RunComparison, BinaryIO], None]]:
    """Format → what writes a comparison in it."""
    return {"text": plain_text, "json": as_json, "html": html_page}


# ── in words ─────────────────────────────────────────────────────────────────────


def class_words() -> dict[str, str]:
    """Class of changed findings → what it is called, in the order in which they are read."""
    return {
        WORSE: msg("变差"),
        BETTER: msg("变好"),
        APPEARED: msg("新出现"),
        VANISHED: msg("不再出现"),
        MOVED: msg("结论不变，数值有变"),
    }


def changed_lines(made: RunComparison, county: CountyChanges, kind: str) -> Iterator[ChangedLine]:
    """The findings of a class that have weight, the county's own first; what came with a school or a rule last."""
    rows = county.findings.filter(role().is_in(list(DECIDING)), kind=kind)
    rules = made.rules_of(county)
    order = [pl.col("cause") != "", pl.col("level") != "county"]
    for row in rows.sort(order, maintain_order=True).iter_rows(named=True):
        old, new = row["before"], row["after"]
        rule = rules.get(row["rule"])
        told = _both(rule, old, new)
        one = new or old
        yield ChangedLine(
            printable(one["school_name"] or msg("全县")) if one["school_code"] else msg("全县"),
            stage(row["stage"]),
            _called(row["rule"], rule),
            printable(rule.label) if rule else "",
            *told,
            old["status"] if old else "",
            new["status"] if new else "",
            row["toward"] or "",
            row["cause"],
        )


def _both(rule: Rule | None, old: Finding | None, new: Finding | None) -> tuple[str, str]:
    """State and figure on either side; figures that differ are never shown alike."""
    shown = [[text] for text in _shown(rule, old, new)]
    for part, other in _changed_parts(old, new):
        texts = _shown(rule, old, new, (part, other))
        for told_of, one, text in zip(shown, (part, other), texts, strict=True):
            told_of.append(" ".join((one["name"], text or state(one["status"]))))
    told = [
        _with_state(one, msg("；").join(filter(None, texts)))
        for one, texts in zip((old, new), shown, strict=True)
    ]
    if new and told[1]:
        held = bar(rule, new) if rule else limit(new["operator"], new["threshold"])
        told[1] += say("（应{bar}）", bar=held) if held else ""
    return told[0], told[1]


def _with_state(one: Finding | None, figures: str) -> str:
    if not one:
        return ""
    told = " ".join(filter(None, (state(one["status"]), figures)))
    return msg("，").join(filter(None, (told, _lacking(one))))


def _lacking(one: Finding) -> str:
    """What is missing of it, where a quantity can be said."""
    if one["status"] != "fail":
        return ""
    if one["shortfall"]:
        return say("缺{gap}", gap=with_unit(plain(one["shortfall"]), one["shortfall_unit"]))
    if one["excess"]:
        return say("超{gap}", gap=with_unit(plain(one["excess"]), one["excess_unit"]))
    return ""


def _shown(
    rule: Rule | None,
    old: Finding | None,
    new: Finding | None,
    parts: tuple[Finding, Finding] | None = None,
) -> list[str]:
    """Both figures by the number policy; two that differ and would read alike in full."""
    sides = parts or (old, new)
    shown = [_figure(rule, whole or {}, one) for whole, one in zip((old, new), sides, strict=True)]
    values = [one and one["value"] for one in sides]
    if shown[0] and shown[0] == shown[1] and values[0] != values[1]:
        shown = [with_unit(plain(one["value"]), measure_of(one["unit"])) for one in sides if one]
    return shown


def _figure(rule: Rule | None, whole: Finding, one: Finding | None) -> str:
    if not one or one["value"] is None:
        return ""
    if rule is not None:
        return figure(rule, whole, None if one is whole else one)
    held = one["operator"], one["threshold"], one["status"]
    return reading(one["value"], 3, *held, measure_of(one["unit"]))


def _changed_parts(old: Finding | None, new: Finding | None) -> list[tuple[Finding, Finding]]:
    """The parts that both have, each otherwise."""
    theirs = {part["name"]: part for part in (new or {}).get("parts") or ()}
    pairs = [
        (part, theirs[part["name"]])
        for part in (old or {}).get("parts") or ()
        if part["name"] in theirs
    ]
    return [pair for pair in pairs if pair[0] != pair[1]]


def school_lines(county: CountyChanges) -> dict[str, list[str]]:
    """Heading → schools that came, went, or are called otherwise."""
    words = {
        "came": plural(_number(county, "came"), "新增{n}所学校"),
        "went": plural(_number(county, "went"), "减少{n}所学校"),
        "recoded": plural(_number(county, "recoded"), "{n}所学校更换标识码（按学校沿革对应）"),
        "renamed": plural(_number(county, "renamed"), "{n}所学校更名"),
    }
    found: dict[str, list[str]] = {}
    for one in county.schools:
        found.setdefault(words[one.kind], []).append(_moved(one))
    return found


def _number(county: CountyChanges, kind: str) -> int:
    return sum(one.kind == kind for one in county.schools)


def _moved(one: SchoolMove) -> str:
    before, after = printable(one.before_name), printable(one.after_name)
    if one.kind in ("came", "went"):
        name, code = after or before, printable(one.after_code or one.before_code)
        words = {
            "merged": msg_in("schools", "合并"), "split": msg_in("schools", "拆分"),
            "renamed": msg("更名"), "closed": msg("撤销"),
        }  # fmt: skip
        told = words.get(one.reason, ""), printable(msg("、").join(one.kin))
        why = msg("：").join(filter(None, told))
        return say("{name}（{told}）", name=name, told=msg("，").join(filter(None, (code, why))))
    if one.kind == "renamed":
        return f"{before} → {after}"
    return say("{name}（{a} → {b}）", name=after, a=printable(one.before_code), b=printable(one.after_code))  # fmt: skip


def rule_lines(made: RunComparison, county: CountyChanges) -> list[str]:
    """What differs about the rules, a line each."""
    rules = made.rules_of(county)
    lines = []
    for there, word in (
        (True, msg("新增规则{n}条：{names}")),
        (False, msg("不再有的规则{n}条：{names}")),
    ):
        names = [
            _called(one.rule, rules.get(one.rule))
            for one in county.rules
            if one.field == "rule" and one.after is there
        ]
        if names:
            told = shortened(names, msg("等{count}条"), _RULES)
            lines.append(word.format(n=len(names), names=told))
    others = (one for one in county.rules if one.field != "rule")
    return [*(rule_line(one, rules.get(one.rule)) for one in others), *lines]


def rule_line(one: RuleMove, rule: Rule | None = None) -> str:
    """One thing about the rules that differs."""
    names = {
        "ruleset": msg("规则集"), "version": msg("规则集版本"), "layers": msg("规则层次"),
        "as_of": msg("按哪一天的规则"), "switches": msg("启用的放宽或口径"),
        "enforced": msg("参与结论的未核实依据"), "strict": msg("严格判定"),
        "confirmations": msg("依据的确认"), "waivers": msg("豁免文件"),
        "limit": msg("限值"), "role": msg("作用"), "basis": msg_in("rule", "依据"),
        "layer": msg("所在层次"),
    }  # fmt: skip
    head = names[one.field]
    if one.rule:
        name = _called(one.rule, rule)
        head = " ".join(filter(None, (name, stage(one.stage), one.part, head)))
    return say("{head}：{a} → {b}", head=head, a=_laid(one, one.before), b=_laid(one, one.after))


def _laid(one: RuleMove, value: object) -> str:
    if one.field == "limit" and isinstance(value, tuple):
        operator, threshold, unit = value
        return limit(operator, threshold, measure_of(unit))
    if one.field == "basis":
        return basis_word(str(value))
    if one.field == "strict":
        return msg("是") if value else msg("否")
    if isinstance(value, (list, tuple)):
        between = " → " if one.field == "layers" else msg("、")
        texts = [
            str(one.get("rule") or one.get("name")) if isinstance(one, dict) else one
            for one in value
        ]
        return between.join(map(printable, texts)) or msg_in("heading", "无")
    return printable(value) or msg_in("heading", "无")


def spread_lines(made: RunComparison, county: CountyChanges) -> list[tuple[str, str, str]]:
    """Of two counties: indicator, and how many schools or stages meet it on either side."""
    rules = made.rules_of(county)
    told = []
    for (rule, key), sides in county.spread.items():
        known = rules.get(rule)
        if known is None or known.role in DECIDING:
            name = _called(rule, known)
            name = " ".join(filter(None, (name, stage(key))))
            told.append((name, _share(*sides[0]), _share(*sides[1])))
    return told


def _share(met: int, all_: int) -> str:
    if not all_:
        return "—"
    return say("{met}/{all}（{share}）", met=met, all=all_, share=reading(100 * met / all_, 1, unit="%"))  # fmt: skip


def figure_lines(made: RunComparison, county: CountyChanges) -> Iterator[ChangedFigure]:
    """The figures that were typed otherwise, the county's own first, then school by school."""
    if county.figures is None:
        return
    names = {
        code: name
        for side in (made.before, made.after)
        for code, name in (
            side.records[1].select("school_code", "school_name").iter_rows() if side.records else ()
        )
    }
    for _, code, fact, old, new in county.figures.iter_rows():
        name = msg("全县") if code is None else printable(names.get(code) or code)
        values = (_value(made.after, fact, one) for one in (old, new))
        yield ChangedFigure(name, _fact(made.after, fact), *values)


def _fact(side: Side, fact: str) -> str:
    table, _, entry = fact.partition(".")
    if table == "attestations":
        return say("佐证 {rule}", rule=printable(entry))
    if table == "vetoes":
        return say("一票否决 {rule}", rule=printable(entry))
    return printable(side.titles.get(fact, fact))


def _value(side: Side, fact: str, text: str | None) -> str:
    """A figure as typed, from its JSON; a blank is said to be one."""
    if text is None:
        return msg("未填")
    return printable(_typed(json.loads(text), side.words.get(fact, {})))


def _typed(value: object, words: Mapping[str, str]) -> str:
    match value:
        case None:
            return "—"
        case bool():
            return msg("是") if value else msg("否")
        case int() | float():
            return plain(value)
        case list():
            return "; ".join(_typed(one, words) for one in value) or msg_in("heading", "无")
        case dict():
            return " / ".join(_typed(one, words) for one in value.values())
    return words.get(str(value), str(value))


def _blocks(made: RunComparison, county: CountyChanges) -> list[tuple[str, str, str]]:
    """The blocks: title, states on either side."""
    rules = made.rules_of(county)
    found = []
    for block in dict.fromkeys([*county.after.blocks, *county.before.blocks]):
        title = rules[block].label if block in rules else block
        states = [one.blocks.get(block, "") for one in (county.before, county.after)]
        found.append((printable(title), states[0], states[1]))
    return found


# ── on a terminal ────────────────────────────────────────────────────────────────


def plain_text(made: RunComparison, stream: BinaryIO) -> None:
    """The comparison as text."""
    stream.write((text(made, colour=False) + "\n").encode())


def text(made: RunComparison, colour: bool, width: int | None = None) -> str:
    """What changed, the worse first; ANSI colours only where `colour`; width: the terminal's, if it is one."""
    sheet = Lines(width, colour)
    sheet.head(say("比较：{a} → {b}", a=printable(made.before.name), b=printable(made.after.name)))
    for title, counties in (
        (msg("只在前一份中的县"), made.only_before),
        (msg("只在后一份中的县"), made.only_after),
    ):
        if counties:
            sheet.line(title + msg("：") + msg("、").join(map(phrases.county, counties)))
    for county in made.pairs:
        if county.differs:
            _county_text(sheet, made, county)
    same = [county for county in made.pairs if not county.differs]
    if same:
        sheet.line()
        names = msg("、").join(phrases.county(county.after) for county in same)
        sheet.line(say("没有变化：{names}", names=names))
    return sheet.text()


def _county_text(sheet: Lines, made: RunComparison, county: CountyChanges) -> None:
    old, new = county.before, county.after
    sheet.head(_heading(county))
    word = f"{verdict(old.verdict)} → {verdict(new.verdict)}" if old.verdict != new.verdict else say("{v}（未变）", v=verdict(new.verdict))  # fmt: skip
    sheet.state(new.verdict, say("结论：{word}", word=word), "", "  ")
    for title, was, now in _blocks(made, county):
        if was != now:
            sheet.state(now, f"{title}{msg('：')}{state(was) or '—'} → {state(now) or '—'}")
    if not county.same_county:
        sheet.line(msg("两县代码不同：按指标比较，不逐校对应。"))
    sheet.section(msg("规则的变化"), rule_lines(made, county))
    for title, names in school_lines(county).items():
        sheet.line()
        sheet.line(title + msg("：") + shortened(names, msg("等{count}所")))
    sheet.section(msg("各项指标达标的学校（学段）"), [f"{name}{msg('：')}{a} → {b}" for name, a, b in spread_lines(made, county)])  # fmt: skip
    for kind, word in class_words().items():
        _class_text(sheet, made, county, kind, word)
    aside = county.findings.height - sum(county.count(kind, DECIDING) for kind in CLASSES)
    groups = county.findings.filter(role().is_in(["block", "conclusion"])).height
    if aside > groups:
        sheet.line()
        sheet.line(say("另有参考指标{n}项有变化，见 --format json。", n=aside - groups))
    _figures_text(sheet, made, county)


def _heading(county: CountyChanges) -> str:
    old, new = county.before, county.after
    if county.same_county and old.year == new.year:
        return phrases.county(new)
    return f"{phrases.county(old)} → {phrases.county(new)}"


def _class_text(
    sheet: Lines, made: RunComparison, county: CountyChanges, kind: str, word: str
) -> None:
    lines = list(changed_lines(made, county, kind))
    own = [one for one in lines if not one.cause]
    if kind == MOVED:  # a figure that moved where all is well needs no line
        own = [one for one in own if one.status_after == "fail"]
    if not lines:
        return
    sheet.head(say("{word}（{n}项）", word=word, n=len(lines)))
    for one in own[:_LISTED]:
        sheet.item(_line(one, kind))
    if len(own) > _LISTED:
        sheet.item(say("另有{n}项，见 --format html 或 json", n=len(own) - _LISTED))
    if kind == MOVED:
        toward = [sum(one.toward == each for one in lines) for each in (BETTER, WORSE)]
        if any(toward):
            sheet.item(
                say("其中向好{a}项，向差{b}项；以上只列仍不达标的", a=toward[0], b=toward[1])
            )
    for cause, told in (("school", msg("随学校增减的{n}项")), ("rule", msg("随规则增减的{n}项"))):
        if number := sum(one.cause == cause for one in lines):
            sheet.item(told.format(n=number))


def _line(one: ChangedLine, kind: str) -> str:
    subject = " ".join(filter(None, (one.school, one.stage, one.called)))
    if kind == VANISHED and one.status_after:
        return say("{s}：{a} → {b}，不等于改好", s=subject, a=one.before, b=one.after)
    if one.before and one.after:
        return say("{s}：{a} → {b}", s=subject, a=one.before, b=one.after)
    return f"{subject}{msg('：')}{one.before or one.after}"


def _called(rule_id: str, rule: Rule | None) -> str:
    """A rule by its id and, where it is installed here, its name in a list."""
    return rule_id if rule is None else printable(rule.coded)


def _figures_text(sheet: Lines, made: RunComparison, county: CountyChanges) -> None:
    """Fact by fact: at how many schools, the first of them with both figures."""
    if county.figures is None:
        if county.same_county:
            sheet.line()
            sheet.line(msg("结果文件不含填报的数据，只比较判定的数值。"))
        return
    facts: dict[str, list[ChangedFigure]] = {}
    for one in figure_lines(made, county):
        facts.setdefault(one.fact, []).append(one)
    if not facts:
        return
    sheet.head(say("填报数据的变化（{n}处）", n=county.figures.height))
    for fact, own in list(facts.items())[:_FACTS]:
        told = [f"{one.school} {one.before} → {one.after}" for one in own[:_NAMES]]
        sheet.item(fact + msg("：") + shortened(told + [""] * (len(own) - len(told)), msg("等{count}处"), _NAMES))  # fmt: skip
    if len(facts) > _FACTS:
        sheet.item(say("另有{n}个数据项，见 --format html 或 json", n=len(facts) - _FACTS))


# ── for machines ─────────────────────────────────────────────────────────────────


def as_json(made: RunComparison, stream: BinaryIO) -> None:
    """The document of `schemas/diff.schema.json`: the head indented, then a finding, a figure a line."""
    head = json.dumps(_head(made), ensure_ascii=False, allow_nan=False, indent=2)
    stream.write(head.removesuffix("\n}").encode())
    _array(stream, "findings", _finding_rows(made))
    _array(stream, "figures", _figure_rows(made))
    stream.write(b"\n}\n")


def _array(stream: BinaryIO, name: str, lines: Iterator[str]) -> None:
    stream.write(f',\n  "{name}": ['.encode())
    first = True
    for line in lines:
        stream.write(((("\n    ") if first else ",\n    ") + line).encode())
        first = False
    stream.write(b"]" if first else b"\n  ]")


_SIDE = ("county_code", "year", "school_code", "school_name", "role", "basis", "layer", *COMPARED)


def _finding_rows(made: RunComparison) -> Iterator[str]:
    for county in made.pairs:
        sides = [
            pl.struct(pl.col(name).struct.field(one) for one in _SIDE).alias(name)
            for name in ("before", "after")
        ]
        there = {name: county.findings[name].is_not_null() for name in ("before", "after")}
        rows = county.findings.select(
            pl.lit(county.after.county_code).alias("county_code"),
            pl.col("kind").alias("class"), "cause", "toward", "rule", "level", "stage",
            pl.col("school").alias("school_code"),
            pl.coalesce(pl.col(n).struct.field("school_name") for n in ("after", "before")), *sides,
        ).with_columns(
            pl.when(flag).then(pl.col(name)).alias(name) for name, flag in there.items()
        )  # fmt: skip
        yield from finding_lines(rows)


def _figure_rows(made: RunComparison) -> Iterator[str]:
    for county in made.pairs:
        rows = [] if county.figures is None else county.figures.iter_rows()
        for _, school, fact, old, new in rows:
            values = (None if one is None else json.loads(one) for one in (old, new))
            before, after = map(_whole, values)
            record = {
                "county_code": county.after.county_code,
                "before_year": county.before.year, "after_year": county.after.year,
                "school_code": school, "fact": fact, "before": before, "after": after,
            }  # fmt: skip
            yield json.dumps(record, ensure_ascii=False, allow_nan=False)


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Whole numbers without ``.0``, as submissions have them."""
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    return whole_number(value)


def _head(made: RunComparison) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "differs": made.differs,
        "before": _side(made.before),
        "after": _side(made.after),
        "only_before": [_identity(one) for one in made.only_before],
        "only_after": [_identity(one) for one in made.only_after],
        "counties": [_county_record(county) for county in made.pairs],
    }


def _side(side: Side) -> dict[str, Any]:
    sets = [
        {name: getattr(info, name) for name in ("id", "version", "as_of", "layers")}
        for info in side.rulesets
    ]
    return {
        "name": side.name,
        "figures": side.records is not None,
        "rulesets": sets,
        "counties": [_identity(one) for one in side.counties],
        "refused": [
            {"county_code": one.county_code, "county_name": one.county_name, "year": one.year}
            for one in side.refused
        ],
    }


def _identity(one: CountyResult) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("county_code", "county_name", "year", "verdict")}


def _county_record(county: CountyChanges) -> dict[str, Any]:
    return {
        "before": _identity(county.before),
        "after": _identity(county.after),
        "differs": county.differs,
        "same_county": county.same_county,
        "blocks": {
            block: {"before": county.before.blocks.get(block), "after": county.after.blocks.get(block)}
            for block in dict.fromkeys([*county.after.blocks, *county.before.blocks])
        },
        "counts": {
            **{kind: county.count(kind) for kind in CLASSES},
            "figures": None if county.figures is None else county.figures.height,
        },
        "schools": [one._asdict() for one in county.schools],
        "rules": [_rule_record(one) for one in county.rules],
        "spread": [
            {
                "rule": rule, "stage": key or None,
                "before": {"met": old[0], "judged": old[1]},
                "after": {"met": new[0], "judged": new[1]},
            }
            for (rule, key), (old, new) in county.spread.items()
        ],
    }  # fmt: skip


def _rule_record(one: RuleMove) -> dict[str, Any]:
    def value(given: object) -> object:
        if one.field == "limit" and isinstance(given, tuple):
            return dict(zip(("operator", "threshold", "unit"), given, strict=True))
        return given

    return {
        "rule": one.rule or None, "stage": one.stage or None, "part": one.part or None,
        "field": one.field, "before": value(one.before), "after": value(one.after),
    }  # fmt: skip


# ── the page ─────────────────────────────────────────────────────────────────────


def html_page(made: RunComparison, stream: BinaryIO) -> None:
    """One self-contained page: no script, nothing loaded from elsewhere."""
    own = made.after.rulesets[0].template_dirs if made.after.rulesets else ()
    templates = environment("html", own)
    page = loaded(lambda: templates.get_template("diff.html"))
    frames = (frame for one in made.pairs for frame in (one.findings, one.figures))
    rows = sum(frame.height for frame in frames if frame is not None)
    for piece in pieces(page, min(rows, _PAGE), **_context(made)):
        stream.write(piece.encode())


def _context(made: RunComparison) -> dict[str, Any]:
    return {
        "before": printable(made.before.name),
        "after": printable(made.after.name),
        "only_before": [phrases.county(one) for one in made.only_before],
        "only_after": [phrases.county(one) for one in made.only_after],
        "same": [phrases.county(one.after) for one in made.pairs if not one.differs],
        "counties": [
            _page_of(made, one, place) for place, one in enumerate(made.pairs) if one.differs
        ],
        "words": class_words(),
        "signs": SIGNS,
        "toward": {BETTER: msg("向好"), WORSE: msg("向差")},
    }


def _page_of(made: RunComparison, county: CountyChanges, place: int) -> dict[str, Any]:
    figures = list(figure_lines(made, county))
    facts: dict[str, int] = {}
    for one in figures:
        facts[one.fact] = facts.get(one.fact, 0) + 1
    return {
        "key": f"c{place}",
        "heading": _heading(county),
        "verdicts": [
            {"status": one.verdict, "word": verdict(one.verdict), "sign": SIGNS.get(one.verdict, "?")}
            for one in (county.before, county.after)
        ],
        "same_county": county.same_county,
        "blocks": [
            (title, *((one, SIGNS.get(one, ""), state(one)) for one in states))
            for title, *states in _blocks(made, county)
        ],
        "rules": rule_lines(made, county),
        "schools": school_lines(county),
        "spread": spread_lines(made, county),
        "classes": [
            (kind, list(changed_lines(made, county, kind))) for kind in class_words()
        ],
        "has_figures": county.figures is not None,
        "facts": _threes(list(facts.items())),
        "figures": figures[:_PAGE],
        "more_figures": max(len(figures) - _PAGE, 0),
    }  # fmt: skip


def _threes(facts: list[tuple[str, int]]) -> list[list[tuple[str, int | str]]]:
    """Three beside each other in a row, the last row filled up."""
    full: list[tuple[str, int | str]] = [*facts, *[("", "")] * (-len(facts) % 3)]
    return [full[start : start + 3] for start in range(0, len(full), 3)]
