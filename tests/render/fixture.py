"""Reports made by hand for the renderers' tests: every figure here is worked out on paper.

`one_county()` is the rich one: 样县 2023, judged by rule set ``anhui``.
  第一小学       1,000 pupils; misses R3 (0.8, above the floor) only, so RS passes
  清河九年制学校   700 + 500 pupils, 6,000 m² net rooms, 8,000 m² of sports ground: the primary
                 stage lacks 2 teachers and 1,375 m², the junior stage 590.91 m² and 3,590.91 m²
  HOSTILE        a junior school with a name that attacks every format; no equipment value
  镇北教学点, 特教学校   left out of the resource rules
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from compliance.assessment import numbered, overview
from compliance.engine.kinds import kinds
from compliance.engine.results import (
    FINDINGS,
    CountyResult,
    CountyRow,
    Results,
    RulesetInfo,
    WaiverOutcome,
)
from compliance.kernel.errors import Problem
from compliance.kernel.submission import Refused
from compliance.rules.language.model import Document, Rule
from compliance.rules.waivers import Waiver

HOSTILE = '=cmd()|{{7*7}}<script>alert("1")</script>`x`'
COUNTY = ("340199", "样县", 2023)
BASE = "教督〔2017〕6号"

# id: (title, title_en, unit, limit primary, limit junior, owner, gap unit, shared among stages)
RESOURCES: dict[str, tuple[str, str, str, float, float, str, str, bool]] = {
    "R1": (
        "每百名学生拥有高于规定学历教师数",
        "Teachers above the required degree per 100 pupils",
        "人/百名学生",
        4.2,
        5.3,
        "人事股",
        "人",
        False,
    ),
    "R2": (
        "每百名学生拥有县级以上骨干教师数",
        "Backbone teachers per 100 pupils",
        "人/百名学生",
        1,
        1,
        "人事股",
        "人",
        False,
    ),
    "R3": (
        "每百名学生拥有体育、艺术专任教师数",
        "PE and arts teachers per 100 pupils",
        "人/百名学生",
        0.9,
        0.9,
        "人事股",
        "人",
        False,
    ),
    "R4": (
        "生均教学及辅助用房面积",
        "Teaching area per pupil",
        "平方米",
        4.5,
        5.8,
        "基建股",
        "平方米",
        True,
    ),
    "R5": (
        "生均体育运动场馆面积",
        "Sports area per pupil",
        "平方米",
        7.5,
        10.2,
        "基建股",
        "平方米",
        True,
    ),
    "R6": (
        "生均教学仪器设备值",
        "Equipment value per pupil",
        "元",
        2000,
        2500,
        "装备股",
        "元",
        True,
    ),
    "R7": (
        "每百名学生拥有网络多媒体教室数",
        "Multimedia classrooms per 100 pupils",
        "间/百名学生",
        2.3,
        2.4,
        "装备股",
        "间",
        True,
    ),
}
REMEDIES = {
    "R1": "补充高于规定学历教师 {shortfall} 人",
    "R3": "补充体育、艺术专任教师 {shortfall} 人",
    "R4": "增加教学及辅助用房 {shortfall} 平方米",
    "R5": "增加体育运动场馆 {shortfall} 平方米",
}

# the other rules, each with its title, kind, owner and aspect
OTHERS: dict[str, tuple[str, str, str, str]] = {
    "G1": ("学校规划布局合理", "attested", "规划股", "政府保障"),
    "G2": ("建设、编制、经费、装备四项标准统一", "attested", "规划股", "政府保障"),
    "G3": ("音乐、美术专用教室", "all", "装备股", "政府保障"),
    "G5": ("班级学生数", "within", "基教股", "政府保障"),
    "G7": ("特殊教育学校生均公用经费", "threshold", "财务股", "政府保障"),
    "G9": ("教师5年360学时培训完成率", "threshold", "人事股", "政府保障"),
    "G14": ("优质高中招生名额分配比例", "all", "基教股", "政府保障"),
    "Q1": ("初中三年巩固率", "threshold", "基教股", "教育质量"),
    "Q4": ("教师培训经费占公用经费预算的比例", "threshold", "财务股", "教育质量"),
    "Q9": ("国家义务教育质量监测", "listed", "基教股", "教育质量"),
    "P1": ("社会认可度", "threshold", "督导室", "社会认可度"),
    "V1": ("以考试方式招生", "attested", "督导室", "一票否决"),
    "V4": ("有编不补或长期聘用编外教师", "attested", "人事股", "一票否决"),
    "E1": ("基本均衡认定满三年且监测保持较高水平", "elapsed", "督导室", "申报条件"),
}
FACTS = {
    "G5": ("class_sizes", "primary_class_sizes", "junior_class_sizes"),
    "G9": ("trained_teachers", "special_trained_teachers", "teachers", "special_teachers"),
}
_STATEMENTS = {"G": "attestations", "V": "vetoes"}
BLOCKS = {
    "CR": ("资源配置", ("RS",)),
    "CD": ("校际均衡", tuple(f"D{n}" for n in range(1, 8))),
    "CG": ("政府保障程度", ("G1", "G2", "G3", "G5", "G7", "G9", "G14")),
    "CQ": ("教育质量", ("Q1", "Q4", "Q9")),
    "CP": ("社会认可度", ("P1",)),
}


def rule(rule_id: str, **fields: Any) -> Rule:
    """A rule with the fields that the renderers read; whatever is not given is plain."""
    known = {
        "id": rule_id,
        "kind": "threshold",
        "scope": "county",
        "level": "county",
        "role": "requirement",
        "basis": "verified",
        "title": rule_id,
        "title_en": f"Rule {rule_id}",
        "source": BASE,
        "giver": "国家标准",
    }
    made = Rule(**{**known, **fields})
    return replace(made, form=kinds()[made.kind].form(made))


def rules(extra: Iterable[Rule] = ()) -> dict[str, Rule]:
    """A rule set in the order of the law: R, RS, D, G, Q, P, V, E, blocks, C, then `extra`."""
    made: list[Rule] = []
    for key, (title, title_en, _, _, _, owner, _, shared) in RESOURCES.items():
        made.append(
            rule(
                key,
                scope="unit",
                level="unit",
                role="component",
                title=title,
                title_en=title_en,
                owner=owner,
                owner_en=f"{owner} section",
                remedy=REMEDIES.get(key, ""),
                shared=shared,
                floor_share=Decimal("0.85"),
                source=f"{BASE} 资源配置",
            )
        )
    made.append(
        rule(
            "RS",
            kind="most",
            scope="unit",
            level="unit",
            title="资源配置综合评估",
            title_en="Resources, overall",
            of=tuple(RESOURCES),
        )
    )
    for key, (title, title_en, *_) in RESOURCES.items():
        made.append(
            rule(
                key.replace("R", "D"),
                kind="dispersion",
                title=f"{title}的差异系数",
                title_en=f"Disparity of {title_en.lower()}",
                of=(key,),
            )
        )
    for key, (title, kind, owner, aspect) in OTHERS.items():
        made.append(
            rule(
                key,
                kind=kind,
                title=title,
                owner=owner,
                aspect=aspect,
                rolls_up=key in ("G3", "G5", "Q4"),
                facts=FACTS.get(key, ()),
                statement=_STATEMENTS.get(key[0] if kind == "attested" else "", ""),
            )
        )
    for key, (title, members) in BLOCKS.items():
        made.append(rule(key, kind="all", role="block", title=title, of=members))
    made.append(
        rule(
            "C",
            kind="all",
            role="conclusion",
            title="县域结论",
            title_en="Conclusion",
            of=(*BLOCKS, "V1", "V4", "E1"),
        )
    )
    return {one.id: one for one in [*made, *extra]}


ADVISORY = rule(
    "AH-G14",
    kind="all",
    role="advisory",
    basis="secondary",
    of_base="G14",
    owner="基教股",
    title="优质高中招生名额分配比例",
    title_en="Quota of the better senior schools",
    source="皖教基 2015",
    layers={"limit": "anhui"},
    giver="安徽省",
)
BOOKS = rule(
    "AH-S1",
    scope="school",
    level="school",
    role="advisory",
    basis="conflicting",
    owner="装备股",
    title="生均图书册数",
    title_en="Books per pupil",
    source="安徽省办学基本标准",
)


class Sheet:
    """Collects findings of one county in the order in which they are added."""

    def __init__(self, county: tuple[str, str, int] = COUNTY) -> None:
        self.county = county
        self.rows: list[dict[str, Any]] = []

    def add(self, rule_id: str, status: str, **fields: Any) -> None:
        """A finding; level county and role requirement unless told."""
        code, _, year = self.county
        self.rows.append(
            {
                "rule": rule_id,
                "level": "county",
                "role": "requirement",
                "basis": "verified",
                "county_code": code,
                "year": year,
                "status": status,
                "missing": [],
                "warnings": [],
                "message": f"{rule_id} {status}",
                **fields,
            }
        )

    def unit(
        self,
        code: str,
        name: str,
        stage: str,
        values: Iterable[float | None],
        rs: str,
        short: Mapping[str, float] | None = None,
        missing: Mapping[str, list[str]] | None = None,
    ) -> None:
        """R1–R7 and RS of one unit; `short` names the shortfalls of the missed indicators."""
        short, missing, met = short or {}, missing or {}, 0
        subject = {"level": "unit", "school_code": code, "school_name": name, "stage": stage}
        for (key, about), value in zip(RESOURCES.items(), values, strict=True):
            limit = about[3] if stage == "primary" else about[4]
            status = "unknown" if value is None else "pass" if value >= limit else "fail"
            met += status == "pass"
            self.add(
                key,
                status,
                **subject,
                role="component",
                value=value,
                operator=">=",
                threshold=limit,
                floor=round(limit * 0.85, 6),
                unit=about[2],
                shortfall=short.get(key, 0.0 if status == "pass" else None),
                shortfall_unit=about[6],
                missing=missing.get(key, []),
                message=f"{name} {about[0]} {value}",
            )
        lacking = sorted({fact for facts in missing.values() for fact in facts})
        self.add(
            "RS",
            rs,
            **subject,
            value=float(met),
            operator=">=",
            threshold=6.0,
            missing=lacking if rs == "unknown" else [],
        )

    def dispersion(self, stage: str, values: Mapping[str, tuple[float, float | None, str]]) -> None:
        """D1–D7 of one stage: rule -> (mean, coefficient, status); the rest 0.2 and pass."""
        limit = 0.5 if stage == "primary" else 0.45
        for key in RESOURCES:
            mean, value, status = values.get(key.replace("R", "D"), (5.0, 0.2, "pass"))
            self.add(
                key.replace("R", "D"),
                status,
                stage=stage,
                value=value,
                operator="<=",
                threshold=limit,
                mean=mean,
                deviation=None if value is None else mean * value,
                missing=["equipment_value"] if status == "unknown" else [],
            )

    def result(self, verdict: str, ruleset: str = "anhui", **blocks: str) -> CountyResult:
        """The county's conclusion, with the counts of what was added."""
        code, name, year = self.county
        counts = Counter(row["status"] for row in self.rows)
        order = ("pass", "fail", "unknown", "not_applicable", "not_checked", "waived", "error")
        return CountyResult(
            code,
            name,
            year,
            verdict,
            ruleset,
            f"{year}-09-01",
            blocks,
            {key: counts[key] for key in order},
        )


def part(name: str, status: str, **fields: Any) -> dict[str, Any]:
    """One part of a finding."""
    return {"name": name, "status": status, **fields}


def info(ruleset: str = "anhui", year: int = 2023) -> RulesetInfo:
    """The identity of a rule set."""
    layers = ("national",) if ruleset == "national" else ("national", ruleset)
    return RulesetInfo(
        ruleset,
        "1.0",
        f"{year}-09-01",
        layers,
        "安徽省义务教育优质均衡督导评估",
        "Anhui: balanced compulsory education",
        (Document("教督〔2017〕6号"), Document("皖教督〔2018〕8号", unseen=True)),
        subject="义务教育优质均衡发展",
        subject_en="high-quality, balanced compulsory education",
    )


TITLES = {
    "equipment_value": "教学仪器设备值",
    "training_funds_budget": "教师培训经费预算",
    "books": "图书册数",
    "senior_quota": "优质高中招生名额总数",
}


def schools(rows: Iterable[tuple[str, str, str, float]], county: str = "340199") -> pl.DataFrame:
    """(school code, name, type, sponsor) -> the schools' frame, with the columns renderers use."""
    return pl.DataFrame(
        [
            {
                "county_code": county,
                "year": 2023,
                "school_code": code,
                "school_name": name,
                "school_type": kind,
                "sponsor": sponsor,
                "setting": "town",
                "township": "城关镇",
                "alliance": None,
                "principal": None,
            }
            for code, name, kind, sponsor in rows
        ],
        schema_overrides={"year": pl.Int32, "alliance": pl.String, "principal": pl.String},
    )


_WORDS = (
    "county_code",
    "school_code",
    "name",
    "lead",
    "start",
    "end",
    "kind",
    "member",
    "old_code",
    "new_code",
    "date",
    "reason",
)
STATED = {
    name: pl.DataFrame(schema={"year": pl.Int32, **dict.fromkeys(_WORDS, pl.String)})
    for name in ("buildings", "organisations", "succession")
}


def report(sheets: Iterable[Sheet], counties: Iterable[CountyResult], **fields: Any) -> Results:
    """A report of `sheets` with what tests rarely care about filled in."""
    rows = [row for sheet in sheets for row in sheet.rows]
    infos = fields.pop("rulesets", (info(),))
    sets = {(one.id, one.as_of): rules((ADVISORY, BOOKS)) for one in infos}
    known: dict[str, Any] = {
        "schools": schools([]),
        "excluded": (),
        "problems": (),
        "refused": (),
        "titles": TITLES,
        "holders": {},
        "manifest": {
            "inputs": [{"name": "样县.xlsx", "sha256": "ab" * 32}],
            "tool": "junheng 0.1.0",
            "plugins": {"junheng-anhui": "1.0"},
            "switches": [],
            "enforced": [],
        },
    }
    made = Results(
        findings=pl.DataFrame(rows, schema=FINDINGS),
        counties=tuple(counties),
        rulesets=tuple(infos),
        **{"rules": sets, "overview": {}, "stated": STATED, **known, **fields},
    )
    return counted(made)


def counted(report: Results) -> Results:
    """The report with the table of its counties worked out anew."""
    table: dict[tuple[str, int], CountyRow] = {}
    for key, own in report.rules.items():
        here = [one for one in report.counties if (one.ruleset, one.as_of) == key]
        found = [report.findings_of(county) for county in here]
        table |= overview(numbered(pl.concat([report.findings.clear(), *found])), here, own)
    return replace(report, overview=table)


def _schools_of_one(sheet: Sheet) -> None:
    sheet.unit(
        "S1", "第一小学", "primary", (4.5, 1.2, 0.8, 4.6, 7.6, 2100.0, 2.3), "pass", {"R3": 1.0}
    )
    at = {"level": "school", "school_code": "S1", "school_name": "第一小学"}
    sheet.add("G3", "pass", **at, value=2.0, operator=">=", threshold=2.0, unit="间")
    sheet.add(
        "G5",
        "pass",
        **at | {"stage": "primary"},
        value=45.0,
        operator="<=",
        threshold=45.0,
        unit="人",
        warnings=["各班学生数之和与在校生数不符"],
    )
    sheet.add(
        "Q4",
        "unknown",
        **at,
        operator=">=",
        threshold=5.0,
        unit="%",
        missing=["training_funds_budget"],
    )
    sheet.add(
        "AH-S1",
        "fail",
        **at,
        role="advisory",
        basis="conflicting",
        value=20.0,
        operator=">=",
        threshold=25.0,
        unit="册",
        shortfall=5000.0,
        shortfall_unit="册",
    )
    sheet.unit(
        "S2",
        "清河九年制学校",
        "primary",
        (4.0, 1.14, 1.0, 4.8, 6.4, 2400.0, 2.4),
        "fail",
        {"R1": 2.0, "R5": 1375.0},
    )
    sheet.unit(
        "S2",
        "清河九年制学校",
        "junior",
        (5.4, 1.0, 1.0, 5.28, 7.04, 2640.0, 2.64),
        "fail",
        {"R4": 590.91, "R5": 3590.91},
    )
    at = {"level": "school", "school_code": "S2", "school_name": "清河九年制学校"}
    sheet.add(
        "G3",
        "fail",
        **at,
        value=1.0,
        operator=">=",
        threshold=3.0,
        unit="间",
        shortfall=2.0,
        shortfall_unit="间",
        parts=[
            part(
                "音乐专用教室",
                "fail",
                value=1.0,
                operator=">=",
                threshold=3.0,
                unit="间",
                shortfall=2.0,
                shortfall_unit="间",
            ),
            part(
                "美术专用教室",
                "pass",
                value=3.0,
                operator=">=",
                threshold=3.0,
                unit="间",
                shortfall=0.0,
                shortfall_unit="间",
            ),
        ],
    )
    sheet.add(
        "G5",
        "fail",
        **at | {"stage": "primary"},
        value=49.0,
        operator="<=",
        threshold=45.0,
        unit="人",
        excess=3.0,
        excess_unit="个班",
    )
    sheet.unit(
        "S3",
        HOSTILE,
        "junior",
        (5.5, 1.0, 0.9, 6.0, 11.0, None, 2.5),
        "unknown",
        missing={"R6": ["equipment_value"]},
    )
    at = {"level": "school", "school_code": "S3", "school_name": HOSTILE}
    sheet.add("AH-S1", "unknown", **at, role="advisory", basis="conflicting", missing=["books"])


def _county_of_one(sheet: Sheet) -> None:
    sheet.dispersion("primary", {"D2": (0.8876, 0.5004, "fail")})
    sheet.dispersion("junior", {"D6": (0.0, None, "unknown")})
    four = [part(name, "not_checked") for name in ("建设标准", "编制标准", "经费定额", "装备标准")]
    sheet.add("G1", "not_checked")
    sheet.add("G2", "not_checked", parts=four)
    sheet.add("G3", "fail")
    sheet.add("G5", "fail")
    sheet.add(
        "G7",
        "fail",
        value=5833.333333333333,
        operator=">=",
        threshold=6000.0,
        unit="元",
        shortfall=10000.0,
        shortfall_unit="元",
    )
    sheet.add("G9", "waived", value=99.0, operator=">=", threshold=100.0, unit="%")
    quota = part("分配名额占比", "pass", value=55.0, operator=">=", threshold=50.0, unit="%")
    tilt = part("向农村初中倾斜", "not_checked")
    sheet.add("G14", "not_checked", parts=[quota, tilt])
    sheet.add("Q1", "pass", value=97.79559118236473, operator=">=", threshold=95.0, unit="%")
    sheet.add("Q4", "unknown", missing=["training_funds_budget"])
    sheet.add(
        "Q9",
        "pass",
        parts=[
            part("八年级数学学业水平", "pass", value=3.0, operator=">=", threshold=3.0),
            part("八年级数学校际差异率", "pass", value=0.149, operator="<", threshold=0.15),
        ],
    )
    sheet.add("P1", "pass", value=86.0, operator=">=", threshold=85.0, unit="%")
    sheet.add("V1", "pass")
    sheet.add("V4", "not_checked")
    sheet.add("E1", "pass", value=4.0, operator=">=", threshold=3.0, unit="年")
    for block, status in (
        ("CR", "fail"),
        ("CD", "fail"),
        ("CG", "fail"),
        ("CQ", "unknown"),
        ("CP", "pass"),
    ):
        sheet.add(block, status, role="block")
    sheet.add("C", "fail", role="conclusion")
    strict = part(
        "分配名额占比",
        "fail",
        value=55.0,
        operator=">=",
        threshold=80.0,
        unit="%",
        shortfall=125.0,
        shortfall_unit="人",
    )
    sheet.add("AH-G14", "fail", role="advisory", basis="secondary", parts=[strict, tilt])


def one_county() -> Results:
    """The rich county of the module's docstring: CR, CD, CG fail, CQ unknown, CP passes."""
    sheet = Sheet()
    _schools_of_one(sheet)
    _county_of_one(sheet)
    code, _, year = COUNTY
    excluded = [
        {
            "county_code": code,
            "year": year,
            "school_code": key,
            "school_name": school,
            "stage": None,
            "reason": reason,
            "title": title,
        }
        for key, school, reason, title in (
            ("S4", "镇北教学点", "teaching_point_under_50", "不足50人的教学点"),
            ("S5", "特教学校", "special_school", "特殊教育学校"),
        )
    ]
    problems = (
        Problem(
            "warning",
            "class_sizes_students",
            "各班学生数之和与在校生数不符",
            "1000人",
            "样县.xlsx",
            "学校!F2",
            code,
            year,
            "S1",
            ("primary_class_sizes",),
        ),
        Problem(
            "error",
            "negative",
            "在校生数为负",
            "不小于0",
            "别县.xlsx",
            "学校!F9",
            "340198",
            year,
            "T1",
        ),
    )
    result = sheet.result("fail", CR="fail", CD="fail", CG="fail", CQ="unknown", CP="pass")
    listed = [
        ("S1", "第一小学", "primary", 7.0),
        ("S2", "清河九年制学校", "nine_year", 7.0),
        ("S3", HOSTILE, "junior", 10.0),
        ("S4", "镇北教学点", "teaching_point", 7.0),
        ("S5", "特教学校", "special", 7.0),
    ]
    return report(
        [sheet],
        [result],
        schools=schools(listed),
        excluded=tuple(excluded),
        problems=problems,
        refused=(Refused("340198", year, "别县"),),
        waivers=(
            WaiverOutcome(
                Waiver("G9", code, HOSTILE, "样市教育局", "样教〔2023〕1号", date(2024, 8, 31)),
                "applied",
                "G9",
                year,
            ),
        ),
    )


def many_schools(count: int = 300) -> Results:
    """`count` primary schools; every fifth lacks 3 teachers (R1) and 100.5 m² of ground (R5)."""
    sheet = Sheet()
    listed = []
    for n in range(count):
        code, name = f"S{n:03}", f"中心小学第{n}校区"
        listed.append((code, name, "primary", 7.0))
        good = (4.5, 1.2, 0.95, 4.6, 7.6, 2100.0, 2.3)
        if n % 5:
            sheet.unit(code, name, "primary", good, "pass")
        else:
            sheet.unit(
                code,
                name,
                "primary",
                (4.0, 1.2, 0.95, 4.6, 7.0, 2100.0, 2.3),
                "fail",
                {"R1": 3.0, "R5": 100.5},
            )
    sheet.dispersion("primary", {})
    for block, status in (("CR", "fail"), ("CD", "pass")):
        sheet.add(block, status, role="block")
    sheet.add("C", "fail", role="conclusion")
    return report([sheet], [sheet.result("fail", CR="fail", CD="pass")], schools=schools(listed))


def several() -> Results:
    """Three judged counties (pass, fail, undecided) under two rule sets, and one refused."""
    good, bad = Sheet(("340101", "甲县", 2023)), Sheet(("370101", "乙市中区", 2023))
    open_ = Sheet(("340103", "丙自治县", 2023))
    good.unit("A1", "甲小学", "primary", (4.5, 1.2, 0.95, 4.6, 7.6, 2100.0, 2.3), "pass")
    bad.unit(
        "B1",
        "乙小学",
        "primary",
        (4.0, 1.2, 0.95, 4.6, 7.0, 2100.0, 2.3),
        "fail",
        {"R1": 3.0, "R5": 100.5},
    )
    open_.unit(
        "C1",
        "丙小学",
        "primary",
        (4.5, 1.2, 0.95, 4.6, 7.6, None, 2.3),
        "unknown",
        missing={"R6": ["equipment_value"]},
    )
    results = []
    for sheet, verdict, ruleset, status in (
        (good, "pass", "anhui", "pass"),
        (bad, "fail", "national", "fail"),
        (open_, "undecided", "anhui", "unknown"),
    ):
        if status != "unknown":
            sheet.add("V1", status)
        sheet.add("CR", status, role="block")
        sheet.add("C", status, role="conclusion")
        results.append(sheet.result(verdict, ruleset, CR=status))
    return report(
        [good, bad, open_],
        results,
        rulesets=(info(), info("national")),
        refused=(Refused("340104", 2023, "丁县"),),
        problems=(
            Problem(
                "error",
                "not_a_number",
                "不是数字",
                "数字",
                "丁县.csv",
                "第3行",
                "340104",
                2023,
                "D1",
            ),
        ),
    )


def two_years() -> Results:
    """One county in 2022 and 2023: one of two schools meets R1, then both; the coefficient of R2 falls
    from 0.6 to 0.4, that of R3 rises from 0.2 to 0.55; recognition stays.
    """
    good, bad = (4.5, 1.2, 0.95, 4.6, 7.6, 2100.0, 2.3), (3.0, 1.2, 0.95, 4.6, 7.6, 2100.0, 2.3)
    sheets, results = [], []
    for year, second, second_state, backbone, arts in (
        (2022, bad, "fail", (0.6, "fail"), (0.2, "pass")),
        (2023, good, "pass", (0.4, "pass"), (0.55, "fail")),
    ):
        sheet = Sheet(("340199", "样县", year))
        sheet.unit("S1", "第一小学", "primary", good, "pass")
        sheet.unit("S2", "第二小学", "primary", second, second_state)
        sheet.dispersion("primary", {"D2": (1.2, *backbone), "D3": (0.95, *arts)})
        sheet.add("P1", "pass", value=86.0, operator=">=", threshold=85.0, unit="%")
        sheet.add("CD", "fail", role="block")
        sheet.add("C", "fail", role="conclusion")
        sheets.append(sheet)
        results.append(sheet.result("fail", CD="fail"))
    return report(sheets, results, rulesets=(info(year=2022), info()))


def nothing_judged() -> Results:
    """All counties refused: no county, no findings, no rule set."""
    only = Problem("error", "not_a_number", "不是数字", "数字", "丁县.csv", "第3行", "340104", 2023)
    return report([], [], rulesets=(), refused=(Refused("340104", 2023, "丁县"),), problems=(only,))
