"""What to look at on site, of many counties, the most telling first.

The order is that of the classes below and, within each, of what is said there; nothing is weighed.
No line is a finding of fault: a figure may lie just above its limit honestly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from compliance.assessment.blanks import ranked_blanks
from compliance.assessment.county import Assessment, assess
from compliance.assessment.figures import bar, figure, plain, reading, stage
from compliance.assessment.places import Places, facts_behind
from compliance.assessment.shares import cells
from compliance.engine.results import CountyResult, Results
from compliance.engine.slack import Slack, barely_met
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import problem_words
from compliance.kernel.submission import KEY
from compliance.rules.language.model import UPPER, Rule

# The classes in their order.
NEAR_COUNTY, NEAR_SCHOOL, SINGLE, JUMP, BLANK, SUSPECT, STATED = CLASSES = (
    "near_county", "near_school", "single", "jump", "blank", "suspect", "stated",
)  # fmt: skip
# Problems of the data that make a figure worth a visit, in their order.
JUMPED = (
    "jump_from_previous", "shrunk_since_previous", "school_gone", "school_new", "identity_changed",
    "codes_differ_from_previous",
)  # fmt: skip
SUSPICIOUS = (
    # two things that are told contradict each other
    "contradicted", "statement_contradicted", "totals_disagree", "county_exceeds_schools",
    "parts_disagree", "part_exceeds_whole", "part_of_zero", "quotient_differs", "flag_contradicted",
    "counted_of_nobody", "stage_not_in_type", "students_without_classes", "classes_without_students",
    "figures_without_students", "class_sizes_students", "class_sizes_classes", "class_sizes_bands",
    "class_bands_students", "class_bands_classes", "largest_class_sizes", "largest_class_bands",
    "largest_class_students",
    # the same figures at several schools
    "school_twice", "figures_copied", "figure_shared", "school_in_two_counties",
    # figures that are hardly possible, or too good
    "implausible_ratio", "implausible_item", "fraction_for_percent", "text_replaced",
    "figures_bunched",
)  # fmt: skip
_NAMED = 3  # schools and places that a line names
_BLANKS = 5  # of a county, those that decide most

_Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """A line of the list.

    kind: of CLASSES. what: the rule or the kind of problem. reason: why to look, in words. place: file
    and cell; empty where nothing is written.
    """

    kind: str
    county: CountyResult
    what: str
    reason: str
    place: str


def class_words() -> dict[str, str]:
    """Class → what it is called, in the current language."""
    return {
        NEAR_COUNTY: msg("县级指标刚过线"),
        NEAR_SCHOOL: msg("学校指标刚过线"),
        SINGLE: msg("再少（多）一个即不达标"),
        JUMP: msg("与以前的数据相差大"),
        BLANK: msg("缺数据或佐证，结论未定"),
        SUSPECT: msg("数字可疑"),
        STATED: msg("结论靠陈述，没有佐证材料"),
    }


def site_checks(report: Results) -> list[SiteCheck]:
    """Every county's lines, by class.

    near_county, near_school: the nearest first. single: where fewest schools hang on one. jump, suspect: by the kind
    of problem, then county. blank: of counties without a verdict, by county, what decides most first.
    stated: by county, of those that do not fail.
    """
    near = list(_near(report))
    found = [one for kind in (NEAR_COUNTY, NEAR_SCHOOL, SINGLE) for one in near if one.kind == kind]
    found += _told(report, JUMP, JUMPED)
    found += _blanks(report)
    found += _told(report, SUSPECT, SUSPICIOUS)
    found += _stated(report)
    return found


# ── just above the line ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Near:
    """Subjects of a county that just meet one figure of a rule, the nearest first."""

    kind: str
    county: CountyResult
    rule: Rule
    slacks: Sequence[Slack]


def _near(report: Results) -> Iterator[SiteCheck]:
    counties = report.by_key
    groups: dict[tuple[Any, ...], list[Slack]] = {}
    rules: dict[tuple[Any, ...], Rule] = {}
    for grounds in report.grounds.values():
        own = report.findings.join(grounds.figures.counties.select(KEY), on=KEY, how="semi")
        for one in barely_met(own, grounds.ruleset, grounds.figures):
            key = _group(one)
            groups.setdefault(key, []).append(one)
            rules[key] = grounds.ruleset.rules[one.finding["rule"]]
    made = []
    for key, slacks in groups.items():
        slacks.sort(key=lambda one: (one.margin, str(one.finding["school_code"])))
        made.append(_Near(key[0], counties[key[1], key[2]], rules[key], slacks))
    made.sort(key=_order)
    places = _cells(report, made)
    yield from (
        SiteCheck(one.kind, one.county, one.rule.coded, _reason(one), place)
        for one, place in zip(made, places, strict=True)
    )


def _group(one: Slack) -> tuple[Any, ...]:
    """Class, county and year, and the rule: what is near at schools is told together."""
    row = one.finding
    if row["school_code"]:
        kind = SINGLE if one.one else NEAR_SCHOOL
        return (kind, row["county_code"], row["year"], row["rule"], one.floor)
    part = "" if one.part is row else one.part["name"]
    return (NEAR_COUNTY, row["county_code"], row["year"], row["rule"], row["stage"], part)


def _order(near: _Near) -> tuple[object, ...]:
    """The nearest first; of what hangs on a single thing, what does so at fewest schools.

    Where every school has just the rooms that are asked for, that is how rooms are planned.
    """
    first = len(near.slacks) if near.kind == SINGLE else 0
    return first, near.slacks[0].margin, near.county.county_code, near.county.year


def _reason(near: _Near) -> str:
    told = msg("；").join(_one(one, near.rule) for one in near.slacks[:_NAMED])
    if len(near.slacks) > _NAMED:
        many = len({one.finding["school_code"] for one in near.slacks})
        told += say("；共{n}所学校", n=many)
    if near.slacks[0].floor:
        return told + msg("；未达标而不低于下限，所在学段靠它仍算达标")
    return told


def _one(one: Slack, rule: Rule) -> str:
    """``甲小学（小学） 101元（≥100元），距标准1.00%``."""
    row, part = one.finding, None if one.part is one.finding else one.part
    who, word = row["school_name"] or "", stage(row["stage"])
    if word:
        who = say("{name}（{stage}）", name=who, stage=word) if who else word
    bar_told = say("下限{n}", n=plain(float(one.limit))) if one.floor else bar(rule, part or row)
    what = " ".join(filter(None, (who, part["name"] if part else "", figure(rule, row, part))))
    if not one.one:
        margin = reading(float(one.margin * 100), 2, unit="%")
        return say("{what}（{limit}），距标准{margin}", what=what, limit=bar_told, margin=margin)
    if (part or row)["operator"] in UPPER:
        return say("{what}（{limit}），多1{unit}即不达标", what=what, limit=bar_told, unit=one.one)
    return say("{what}（{limit}），少1{unit}即不达标", what=what, limit=bar_told, unit=one.one)


def _cells(report: Results, near: Sequence[_Near]) -> list[str]:
    """The place of each line, each county's looked up in one go."""
    wanted: dict[_Key, tuple[set[str], set[str]]] = {}
    for one in near:
        schools, facts = wanted.setdefault(_key(one.county), (set(), set()))
        schools.update(str(row.finding["school_code"] or "") for row in one.slacks[:_NAMED])
        facts.update(facts_behind(one.rule.facts))
    places = Places(report)
    found = {key: places.found(key, schools, facts) for key, (schools, facts) in wanted.items()}
    return [
        places.listed(
            found[_key(one.county)],
            [
                (row.finding["school_code"], facts_behind(one.rule.facts, row.finding["stage"]))
                for row in one.slacks[:_NAMED]
            ],
        )
        for one in near
    ]


def _key(county: CountyResult) -> _Key:
    return county.county_code, county.year


# ── what data checks doubted ───────────────────────────────────────────────────────


def _told(report: Results, kind: str, codes: Sequence[str]) -> Iterator[SiteCheck]:
    """The problems of these kinds, those of a county and kind together."""
    for county, code, own in _by_county(report, codes):
        title = problem_words(code) or code
        several = say("{title}（{n}处）", title=title, n=len(own)) if len(own) > 1 else title
        yield SiteCheck(kind, county, several, own[0].message, _places(own))


def _places(problems: Sequence[Problem]) -> str:
    """Where the first of them are, each file named once."""
    files: dict[str, dict[str, None]] = {}
    for one in problems:
        files.setdefault(one.file, {}).setdefault(one.at)
    many = sum(map(len, files.values()))
    told, room = [], _NAMED
    for file, cells_ in files.items():
        if room > 0:
            told.append(f"{file} {msg('、').join(filter(None, list(cells_)[:room]))}".strip())
            room -= len(cells_)
    return msg("；").join(told) + (say(" 等{n}处", n=many) if many > _NAMED else "")


def _by_county(
    report: Results, codes: Sequence[str], wanted: Callable[[CountyResult], bool] = lambda _: True
) -> Iterator[tuple[CountyResult, str, list[Problem]]]:
    """In the order of the codes, then of the counties."""
    grouped: dict[tuple[str, str], list[Problem]] = {}
    for one in report.problems:
        if one.code in codes and one.county_code:
            grouped.setdefault((one.code, one.county_code), []).append(one)
    for code in codes:
        for county in filter(wanted, report.counties):
            own = grouped.get((code, county.county_code), ())
            mine = [one for one in own if one.year in (None, county.year)]
            if mine:
                yield county, code, mine


# ── what keeps from a verdict, and what a verdict rests on ─────────────────────────


def _blanks(report: Results) -> Iterator[SiteCheck]:
    open_ = [one for one in report.counties if one.verdict == "undecided"]
    of: Mapping[Any, pl.DataFrame] = report.findings.join(
        pl.DataFrame(
            [_key(one) for one in open_],
            schema={"county_code": pl.String, "year": pl.Int32},
            orient="row",
        ),
        on=KEY,
        how="semi",
    ).partition_by(KEY, as_dict=True, maintain_order=True)
    for county in open_:
        about = assess(report, county, of[_key(county)])
        yield from _blank_facts(about, report.titles)
        for ids, owner in about.statements:
            rules = msg("、").join(about.rules[one].coded for one in ids)
            by = say("，由{owner}说明", owner=owner) if owner else ""
            yield SiteCheck(BLANK, county, msg("待佐证"), rules + by, "")


def _blank_facts(about: Assessment, titles: Mapping[str, str]) -> Iterator[SiteCheck]:
    blanks = ranked_blanks(about)
    file = next((one.file for one in about.places.values()), "")
    for one in blanks[:_BLANKS]:
        codes = list(one.schools)
        holders = codes[:_NAMED] or [""]
        at = msg("、").join(filter(None, (cells(about, code, [one.fact]) for code in holders)))
        more = say(" 等{n}处", n=len(codes)) if len(codes) > _NAMED else ""
        reason = msg("与其他缺项一起补上才能判定")
        if one.settles:
            reason = say("补上后可判定{n}项", n=one.settles)
        if codes:
            names = msg("、").join(list(one.schools.values())[:_NAMED])
            reason = say("{n}所学校未填（{names}）；{why}", n=len(codes), names=names, why=reason)
        yield SiteCheck(
            BLANK,
            about.county,
            say("缺“{fact}”", fact=titles.get(one.fact, one.fact)),
            reason,
            f"{file} {at}{more}" if at and file not in at else f"{at}{more}",
        )
    if len(blanks) > _BLANKS:
        told = say("另缺{n}项，见 compliance missing", n=len(blanks) - _BLANKS)
        yield SiteCheck(BLANK, about.county, msg("其他缺项"), told, "")


def _stated(report: Results) -> Iterator[SiteCheck]:
    """Counties that do not fail although something is attested without a paper."""
    holds = _by_county(report, ["attested_without_evidence"], lambda one: one.verdict != "fail")
    for county, _, own in holds:
        rules = report.rules_of(county)
        ids = dict.fromkeys(fact for one in own for fact in one.facts if fact in rules)
        names = msg("、").join(rules[one].coded for one in ids) or own[0].message
        reason = say("{n}项只有陈述：{names}", n=len(own), names=names)
        title = problem_words("attested_without_evidence")
        yield SiteCheck(STATED, county, title, reason, _places(own))
