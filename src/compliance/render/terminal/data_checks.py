"""The data checks for people and for machines: by county and school, counted by severity and kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from compliance.engine.results import SEVERITIES, CheckedCounty, Validation
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.render.documents.text import printable
from compliance.render.machine_formats import problem_record

FORMAT = "junheng-validation/1"
_COUNTY = ("county_code", "county_name", "year", "schools")


def kind_words(code: str) -> str:
    """What a kind of problem is called in the current language; "" where it has no name."""
    words = {
        "after_the_year": msg("日期晚于本学年"),
        "attested_without_evidence": msg("佐证没有材料"),
        "class_bands_classes": msg("班额段与班级数不符"),
        "class_bands_students": msg("班额段与学生数不符"),
        "class_sizes_bands": msg("各班学生数与班额段不符"),
        "class_sizes_classes": msg("各班学生数与班级数不符"),
        "class_sizes_students": msg("各班学生数与学生数不符"),
        "classes_without_students": msg("有班级而无学生"),
        "codes_differ_from_previous": msg("标识码与上年全不相同"),
        "contradicted": msg("填报与计算结果相矛盾"),
        "converted_unit": msg("换算了单位"),
        "county_exceeds_schools": msg("县级数大于各校合计"),
        "figures_bunched": msg("数值密集在达标线上"),
        "figures_copied": msg("两校数字完全相同"),
        "fraction_for_percent": msg("疑把百分数填成小数"),
        "identity_changed": msg("校名或办学类型与上年不同"),
        "implausible_item": msg("单项数值不合常理"),
        "implausible_ratio": msg("比例不合常理"),
        "jump_from_previous": msg("与上年相差过大"),
        "largest_class_bands": msg("最大班额与班额段不符"),
        "largest_class_sizes": msg("最大班额与各班学生数不符"),
        "largest_class_students": msg("最大班额与学生数不符"),
        "no_previous": msg("没有可比的上年数据"),
        "no_units": msg("没有可评的学段"),
        "odd_characters": msg("代码或名称中有异常字符"),
        "part_exceeds_whole": msg("部分大于整体"),
        "part_of_zero": msg("整体为0而部分不为0"),
        "parts_disagree": msg("总数与分项不符"),
        "period_differs": msg("表头年份不符"),
        "quotient_differs": msg("百分数与其计数不符"),
        "same_name": msg("同县两校同名"),
        "school_gone": msg("上年有而本次没有的学校"),
        "school_in_two_counties": msg("标识码出现在两个县"),
        "school_new": msg("上年没有的学校"),
        "school_twice": msg("同一学校疑似填了两次"),
        "shrunk_since_previous": msg("比上年减少"),
        "stage_not_in_type": msg("学段与办学类型不符"),
        "students_without_classes": msg("有学生而无班级"),
        "text_replaced": msg("疑为文字批量替换损坏"),
        "totals_disagree": msg("县级合计与各校不符"),
        "unknown_heading": msg("不认识的表头"),
    }
    return words.get(code, "")


def as_json(checked: Validation) -> str:
    """The same as a document; problems as in the results, with the facts they concern."""
    document = {
        "format": FORMAT,
        "counts": {severity: checked.count(severity) for severity in SEVERITIES},
        "kinds": [
            {"severity": severity, "code": code, "title": kind_words(code), "count": number}
            for severity, code, number in checked.kinds()
        ],
        "counties": [
            {
                **{name: getattr(county, name) for name in _COUNTY},
                "can_be_judged": county.judged,
                **{severity: _number(own, severity) for severity in SEVERITIES},
            }
            for county, own in checked.groups()
            if county is not None
        ],
        "problems": [
            {**problem_record(one), "facts": list(one.facts)}
            for _, own in checked.groups()
            for one in _ordered(own)
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def as_text(checked: Validation) -> str:
    """One line a problem, under its county and school; counts by kind; the sum of it all last."""
    lines: list[str] = []
    for county, own in checked.groups():
        if own:
            lines += [_head(county, own), *_listed(own), ""]
    if checked.problems:
        lines.append(msg("按种类"))
        for severity, code, number in checked.kinds():
            kind = f"  [{_label(severity)}] {code} {kind_words(code)}".rstrip()
            lines.append(kind + say("：{n}处", n=number))
        lines.append("")
    judged = [county for county in checked.counties if county.judged]
    lines.append(
        say(
            "{counties}个县、{schools}所学校可以判定；错误{errors}处，提示{warnings}处。",
            counties=len(judged),
            schools=sum(county.schools for county in judged),
            errors=checked.count("error"),
            warnings=checked.count("warning"),
        )
    )
    return "\n".join(lines)


def _head(county: CheckedCounty | None, own: Sequence[Problem]) -> str:
    counts = say("错误{e}处，提示{w}处", e=_number(own, "error"), w=_number(own, "warning"))
    if county is None:
        return say("■ 不属于某一个县：{c}", c=counts)
    year = say("（{y}学年）", y=county.year) if county.year else ""
    judged = "" if county.judged else msg("；有错误，不能判定")
    name = printable(f"{county.county_code} {county.county_name}".strip())
    return say("■ {n}{y}：{c}{j}", n=name, y=year, c=counts, j=judged)


def _listed(own: Sequence[Problem]) -> Iterator[str]:
    """What concerns the county first, then school by school."""
    school: str | None = None
    for one in _ordered(own):
        if one.school_code != school:
            school = one.school_code
            yield say("  学校{c}", c=printable(school))
        indent = "    " if school else "  "
        told = replace(one, school_code=None).line()
        yield indent + printable(f"[{_label(one.severity)}] {told}")


def _label(severity: str) -> str:
    return msg("错误") if severity == "error" else msg("提示")


def _ordered(own: Sequence[Problem]) -> list[Problem]:
    """The county's own first, then by school; errors before warnings, else as they were found."""

    def place(one: Problem) -> tuple[bool, str, int]:
        return one.school_code is not None, one.school_code or "", SEVERITIES.index(one.severity)

    return sorted(own, key=place)


def _number(own: Sequence[Problem], severity: str) -> int:
    return sum(one.severity == severity for one in own)
