"""What stands in the workbook that a county fills in: its sheets, columns, words and examples.

It is a Chinese form in either language: its headings are what counties know, and every fact's own
name is a heading too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import NamedTuple

from compliance.engine import attestations
from compliance.facts.fact import Fact
from compliance.facts.school_types import has
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.raw_table import LISTS, SHEETS, TABLE_OF
from compliance.kernel.submission import STATED
from compliance.render.documents.text import columns
from compliance.rules.language.model import Rule
from compliance.rules.reference.needed_facts import Needed

EXAMPLE = "示例"
CODE = f"{EXAMPLE}2134000001"
# Not asked for in 学校: the county is the workbook's, and these lists have sheets of their own.
ELSEWHERE = ("county_code", "year", "*_class_sizes", "*_room_areas")
# What a further table has for datasets of many counties only.
OF_DATASETS = ("county_code", "school_year", "school_name")
_SHOWN = frozenset(TABLE_OF[table] for table in STATED)
_OTHERS = "其他"
_BAND_WIDTH = 6
_FEW_RULES = 6  # so many are named in a note
_LAST = ("特殊教育学校", _OTHERS)  # sections at the end
JUDGED, DECLARED, REFERENCE = "判定必需", "申报表用", "参考"
# the end of a definition, which says for when a figure is
_MOMENTS = ("截至学年起始年份", "学年起始年份的自然年度")
SCHOOL_EXAMPLE: Mapping[str, object] = {
    "school_code": CODE,
    "school_name": "示例小学（本行不读取）",
    "school_type": "小学",
    "sponsor": "县级教育部门",
    "setting": "镇区",
    "boarding": "否",
    "dense_city_centre": "否",
    "primary_students": 860,
    "primary_grades": 6,
    "primary_classes": 20,
    "primary_class_bands": [0, 0, 0, 4, 16, 0, 0, 0, 0, 0],
    "primary_largest_class": 45,
    "primary_teachers": 48,
    "primary_teachers_above_degree": 47,
    "teaching_area": 4050.5,
    "outdoor_sports_area": 6600,
    "equipment_value": 1900000,
}


@dataclass(frozen=True, slots=True)
class FurtherSheet:
    """A sheet with a row an entry of a further table of a document.

    rows_a_school: room for so many, or few (0).
    """

    table: str
    rows_a_school: int
    example: Mapping[str, object]

    @property
    def name(self) -> str:
        """What the sheet is called."""
        return SHEETS[self.table]

    def facts(self, words: Vocabulary) -> list[Fact]:
        """Its columns: without what is for datasets of many counties only."""
        own_year = self.table == "monitoring"
        return [
            fact
            for fact in words.tables[TABLE_OF[self.table]].values()
            if fact.name not in OF_DATASETS and (fact.name != "year" or own_year)
        ]


FURTHER_SHEETS = (
    FurtherSheet("classes", 20, {
        "school_code": CODE, "stage": "小学", "grade": "一年级", "class": "1班", "students": 45,
    }),
    FurtherSheet("rooms", 4, {"school_code": CODE, "kind": "音乐", "area": 96.5}),
    FurtherSheet("monitoring", 0, {
        "subject": f"{EXAMPLE}：数学", "grade": "四年级", "year": 2022, "level": "Ⅲ",
        "disparity": 0.12,
    }),
    FurtherSheet("attestations", 0, {
        "rule": f"{EXAMPLE}：指标编号", "met": "是", "evidence": "文件名称及文号；会议纪要",
        "note": "简要结论",
    }),
    FurtherSheet("vetoes", 0, {"rule": f"{EXAMPLE}：事项编号", "exists": "否"}),
    FurtherSheet("buildings", 4, {
        "school_code": CODE, "building": "1号教学楼", "built_year": 2008, "area": 3200,
        "fire": "已验收", "seismic": "鉴定合格", "note": "无其他安全问题",
    }),
    FurtherSheet("organisations", 0, {
        "name": f"{EXAMPLE}：甲学区", "kind": "学区", "lead": CODE, "members": f"{CODE}；{CODE[:-1]}2",
        "start": "2021-09",
    }),
    FurtherSheet("succession", 0, {
        "old_code": CODE, "new_code": f"{CODE[:-1]}2", "date": "2022-09-01", "reason": "合并",
    }),
)  # fmt: skip


class SheetColumn(NamedTuple):
    """A column of a sheet. item: of a list that is counted by size, which of its items."""

    fact: Fact
    item: int | None = None

    @property
    def heading(self) -> str:
        """What stands over it, under the fact's own heading where it is an item."""
        return heading(self.fact) if self.item is None else bands(self.fact)[self.item]


@dataclass(frozen=True)
class WorkbookForm:
    """For which rule set a workbook is made, and with which words.

    ruleset: its id; title: what it is called, subject: what it is about, both shown on the first
    sheet. rules: those that wait for a statement are listed ready to answer. needed: what the rules
    look at; where it is None, everything is asked for. declared: the facts that the declaration form
    shows. everything: ask for what is of no use but reference as well, in all ways to give it.
    """

    words: Vocabulary
    title: str
    subject: str = ""
    ruleset: str = ""
    rules: tuple[Rule, ...] = ()
    needed: Needed | None = None
    declared: frozenset[str] = frozenset()
    everything: bool = False

    def use(self, fact: Fact) -> str:
        """For what a fact is asked: JUDGED, DECLARED or REFERENCE."""
        if fact.table not in ("school", "county"):
            return REFERENCE if fact.table in _SHOWN else JUDGED
        if self.needed is None or fact.name in self.needed.judged:
            return JUDGED
        declared = fact.name in self.declared and fact.name not in self.needed.instead
        return DECLARED if declared else REFERENCE

    def asks(self, fact: Fact) -> bool:
        """Whether a fact has a place."""
        return self.everything or self.use(fact) != REFERENCE

    def of_county(self, given: Iterable[str] = ()) -> dict[str, list[Fact]]:
        """The facts of 县区 by section, those asked for and those given."""
        facts = self.words.county.values()
        return sections(one for one in facts if self.asks(one) or one.name in given)

    def of_schools(
        self, given: Iterable[str] = (), kinds: Collection[str] = ()
    ) -> dict[str, list[Fact]]:
        """The columns of 学校 by section. kinds: types of schools, where there are no others."""
        return sections(
            fact
            for fact in self.words.school.values()
            if fact.name in given
            or (
                self.asks(fact)
                and not any(fnmatchcase(fact.name, one) for one in ELSEWHERE)
                and (not kinds or any(has(fact, kind) for kind in kinds))
            )
        )

    def further(self, table: str) -> bool:
        """Whether a further table has a sheet."""
        if self.needed is None or self.everything:
            return True
        if table in LISTS:
            pattern = LISTS[table][0].format("*")
            return any(fnmatchcase(name, pattern) for name in self.needed.judged)
        return bool(self.stated().get(table)) or table in self.needed.judged

    def stated(self) -> dict[str, list[str]]:
        """What people have to state, as ``G1 …``, by the table of a document it is stated in."""
        attested = []
        for name, rule in attestations.attested(self.rules).items():
            half = next((f"（{part.name}）" for part in rule.parts if part.statement), "")
            attested.append(f"{name} {rule.title}{half}")
        vetoed = [
            f"{name} {rule.incident or rule.title}"
            for name, rule in attestations.vetoed(self.rules).items()
        ]
        return {"attestations": attested, "vetoes": vetoed}

    def guide(self, sheets: Sequence[str]) -> list[tuple[str, list[str]]]:
        """The first sheet's headings, each with its lines; of the further sheets those of `sheets`."""
        text = files("compliance.templates").joinpath("blank_workbook.md").read_text("utf-8")
        absent = tuple(f"{name}：" for name in SHEETS.values() if name not in sheets)
        found = []
        for part in text.removeprefix("# ").split("\n# "):
            head, *lines = part.split("\n")
            if "{ways}" in lines:
                ways = self.other_ways()
                lines = [line for line in lines if line != "{ways}"] * bool(ways) + ways
            kept = [line for line in lines if line and not line.startswith(absent)]
            if kept:
                found.append((head, kept))
        return found

    def readers(self, fact: Fact) -> list[Rule]:
        """The rules that look at a fact."""
        ids = self.needed.readers.get(fact.name, ()) if self.needed else ()
        return [rule for rule in self.rules if rule.id in ids]

    def other_ways(self) -> list[str]:
        """What could be given in another way than it is asked for, a line a figure."""
        facts = {**self.words.county, **self.words.school}
        summed: dict[str, dict[str, list[str]]] = {}
        for fact in self.words.school.values():
            if fact.parts and self.asks(fact):
                groups = ("、".join(_plain(facts[name]) for name in one) for one in fact.parts)
                of_title = summed.setdefault(_plain(fact), {})
                of_title.setdefault("，或填".join(groups), []).append(fact.title)
        lines = [
            f"{title if len(ways) == 1 else '、'.join(titles)}：没有的，也可填{parts}，自动相加。"
            for title, ways in summed.items()
            for parts, titles in ways.items()
        ]
        asked: dict[str, dict[str, None]] = {}
        for name, best in (self.needed.instead if self.needed else {}).items():
            for fact in facts.values():
                of_stage = facts[name].stage in (None, fact.stage)
                if of_stage and {fact.name, fact.stem} & set(best):
                    asked.setdefault(_plain(fact), {})[_plain(facts[name])] = None
        together: dict[str, list[str]] = {}
        for title, others in asked.items():
            together.setdefault("、".join(others), []).append(title)
        return [*lines, *(f"{'、'.join(a)}：也可改填{o}。" for o, a in together.items())]


def _plain(fact: Fact) -> str:
    """A fact's title, without its stage: what is said of it holds for the other one too."""
    lists = (
        SHEETS[t] for t, (name, *_) in LISTS.items() if fnmatchcase(fact.name, name.format("*"))
    )
    where = "".join(f"（“{sheet}”表）" for sheet in lists)
    return (re.sub("^(小学|初中)", "", fact.title) if fact.stage else fact.title) + where


def sections(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Section → its facts, in the order in which they come; a few sections stand at the end."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        found.setdefault(fact.section or _OTHERS, []).append(fact)
    return dict(
        sorted(found.items(), key=lambda one: _LAST.index(one[0]) + 1 if one[0] in _LAST else 0)
    )


def spread(facts: Iterable[Fact]) -> list[SheetColumn]:
    """The columns of facts: of a list that is counted by size, one an item."""
    return [
        SheetColumn(fact, item)
        for fact in facts
        for item in (range(len(fact.edges) + 1) if fact.edges else [None])
    ]


def bands(fact: Fact) -> list[str]:
    """What the items of a list count, by the edges between them: 25人及以下, 26—30 …"""
    edges, lows = ([f"{edge + more:g}" for edge in fact.edges] for more in (0, 1))
    inner = [f"{low}—{high}" for low, high in zip(lows, edges[1:], strict=False)]
    return [f"{edges[0]}人及以下", *inner, f"{lows[-1]}人及以上"]


def heading(fact: Fact) -> str:
    """The heading as printed: title and, on a line of its own, unit and period.

    The period is printed for figures of a calendar year; all others are of the school year.
    """
    notes = [fact.unit, "自然年度" if fact.period == "calendar_year" else ""]
    inside = "，".join(note for note in notes if note)
    return f"{fact.title}\n（{inside}）" if inside else fact.title


def definition(fact: Fact) -> tuple[str, str]:
    """What is counted, and for when; the latter empty where that goes without saying."""
    told = fact.description.replace("year年", "学年起始年份").replace("year", "学年起始年份的")
    cut = min((place for one in _MOMENTS if (place := told.rfind(one)) > 0), default=len(told))
    return told[:cut], told[cut:]


def origin(fact: Fact) -> str:
    """The statistics that have a fact, and the office that holds it."""
    held = f"由{fact.holder}提供" if fact.holder else ""
    return "，".join(filter(None, (fact.source, held)))


def note(fact: Fact, form: WorkbookForm) -> str:
    """What is shown when the pointer rests on a heading."""
    counted, moment = definition(fact)
    readers, use = form.readers(fact), form.use(fact)
    told = "、".join(rule.coded for rule in readers[:_FEW_RULES])
    more = "等" if len(readers) > _FEW_RULES else ""
    if form.needed and use == JUDGED and fact.name not in form.needed.weighty:
        use = f"{use}（只用于参考指标，不影响结论）"
    lines = {
        "统计什么": counted,
        "什么时候": moment,
        "从哪里来": origin(fact),
        "用在哪里": f"{use}：{told}{more}" if told else use,
        "怎样填": f"{fact.expected()}。"
        + ("必填。" if fact.required else "不知道的留空，不要填0代替。"),
    }
    return "\n".join([fact.title, *(f"{name}：{text}" for name, text in lines.items() if text)])


def choices(fact: Fact) -> list[str]:
    """The words offered in a drop-down: for each meaning the first word that is not its code."""
    if fact.form == "flag":
        return ["是", "否"]
    chosen: dict[str, str] = {}
    for word, canonical in fact.words.items():
        if word != canonical:
            chosen.setdefault(canonical, word)
    return list(chosen.values())


def width(column: SheetColumn, shown: Iterable[str], lines: int, least: int, most: int = 22) -> int:
    """Column width for a heading that may wrap into `lines`, its choices and what is shown below."""
    if column.item is not None:
        return _BAND_WIDTH
    title, _, unit = column.heading.partition("\n")
    wanted = max(math.ceil(columns(title) / lines), columns(unit)) + 2
    words = max((columns(word) + 3 for word in choices(column.fact)), default=0)
    widest = max((columns(text) + 2 for text in shown), default=0)
    return max(least, min(most, wanted), min(30, widest), words)
