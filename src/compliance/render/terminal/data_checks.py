"""The data checks for people and for machines: by county and school, counted by severity and kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from compliance.engine.results import SEVERITIES, Checked, CheckedCounty
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import pick, say
from compliance.render.documents.text import printable
from compliance.render.machine_formats import problem_record

FORMAT = "junheng-validation/1"


def kind_words(code: str) -> str:
    """What a kind of problem is called in the current language; "" where it has no name."""
    words = {
        "after_the_year": pick("日期晚于本学年", "dated after the school year"),
        "arts_total_assumed": pick(
            "艺术教师数是否已含音乐、美术", "arts teachers taken as a total"
        ),
        "attested_without_evidence": pick("佐证没有材料", "a statement without evidence"),
        "class_bands_classes": pick("班额段与班级数不符", "size bands against classes"),
        "class_bands_students": pick("班额段与学生数不符", "size bands against pupils"),
        "class_sizes_bands": pick("各班学生数与班额段不符", "class sizes against bands"),
        "class_sizes_classes": pick("各班学生数与班级数不符", "class sizes against classes"),
        "class_sizes_students": pick("各班学生数与学生数不符", "class sizes against pupils"),
        "classes_without_students": pick("有班级而无学生", "classes without pupils"),
        "codes_differ_from_previous": pick(
            "标识码与上年全不相同", "all codes differ from last year's"
        ),
        "converted_unit": pick("换算了单位", "a converted unit"),
        "county_exceeds_schools": pick("县级数大于各校合计", "more than all schools have"),
        "figures_bunched": pick("数值密集在达标线上", "values bunched at the limit"),
        "figures_copied": pick("两校数字完全相同", "two schools with the same figures"),
        "fraction_for_percent": pick("疑把百分数填成小数", "a fraction for a percentage"),
        "identity_changed": pick("校名或办学类型与上年不同", "another name or type than last year"),
        "implausible_item": pick("单项数值不合常理", "an implausible item"),
        "implausible_ratio": pick("比例不合常理", "an implausible ratio"),
        "jump_from_previous": pick("与上年相差过大", "a jump against last year"),
        "largest_class_bands": pick("最大班额与班额段不符", "largest class against bands"),
        "largest_class_sizes": pick("最大班额与各班学生数不符", "largest class against sizes"),
        "largest_class_students": pick("最大班额与学生数不符", "largest class against pupils"),
        "no_previous": pick("没有可比的上年数据", "nothing to compare with"),
        "no_units": pick("没有可评的学段", "no stage to judge"),
        "odd_characters": pick("代码或名称中有异常字符", "odd characters in codes or names"),
        "part_exceeds_whole": pick("部分大于整体", "a part greater than its whole"),
        "part_of_zero": pick("整体为0而部分不为0", "a part of nothing"),
        "parts_disagree": pick("总数与分项不符", "a total against its parts"),
        "period_differs": pick("表头年份不符", "another year in the heading"),
        "quotient_differs": pick("百分数与其计数不符", "a percentage against its counts"),
        "same_name": pick("同县两校同名", "two schools of one name"),
        "school_gone": pick("上年有而本次没有的学校", "schools gone since last year"),
        "school_in_two_counties": pick("标识码出现在两个县", "a code in two counties"),
        "school_new": pick("上年没有的学校", "schools new since last year"),
        "school_twice": pick("同一学校疑似填了两次", "a school given twice"),
        "shrunk_since_previous": pick("比上年减少", "less than last year"),
        "stage_not_in_type": pick("学段与办学类型不符", "a stage that the type does not have"),
        "students_without_classes": pick("有学生而无班级", "pupils without classes"),
        "text_replaced": pick("疑为文字批量替换损坏", "damage by a text replacement"),
        "totals_disagree": pick("县级合计与各校不符", "county totals against the schools"),
        "unknown_heading": pick("不认识的表头", "an unknown heading"),
    }
    return words.get(code, "")


def as_json(checked: Checked) -> str:
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
                "county_code": county.county_code,
                "county_name": county.county_name,
                "year": county.year,
                "schools": county.schools,
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


def as_text(checked: Checked) -> str:
    """One line a problem, under its county and school; counts by kind; the sum of it all last."""
    lines: list[str] = []
    for county, own in checked.groups():
        if own:
            lines += [_head(county, own), *_listed(own), ""]
    if checked.problems:
        lines += [say("按种类", "By kind"), *map(_kind, checked.kinds()), ""]
    return "\n".join([*lines, _conclusion(checked)])


def _head(county: CheckedCounty | None, own: Sequence[Problem]) -> str:
    counts = say(
        "错误{e}处，提示{w}处",
        "{e} errors, {w} warnings",
        e=_number(own, "error"),
        w=_number(own, "warning"),
    )
    if county is None:
        return say("■ 不属于某一个县：{c}", "■ Of no single county: {c}", c=counts)
    year = say("（{y}学年）", " ({y})", y=county.year) if county.year else ""
    judged = "" if county.judged else say("；有错误，不能判定", "; cannot be judged")
    name = printable(f"{county.county_code} {county.county_name}".strip())
    return say("■ {n}{y}：{c}{j}", "■ {n}{y}: {c}{j}", n=name, y=year, c=counts, j=judged)


def _listed(own: Sequence[Problem]) -> Iterator[str]:
    """What concerns the county first, then school by school."""
    school: str | None = None
    for one in _ordered(own):
        if one.school_code != school:
            school = one.school_code
            yield say("  学校{c}", "  school {c}", c=printable(school))
        indent = "    " if school else "  "
        told = replace(one, school_code=None).line()
        yield indent + printable(f"[{_label(one.severity)}] {told}")


def _label(severity: str) -> str:
    return pick("错误", "error") if severity == "error" else pick("提示", "warning")


def _ordered(own: Sequence[Problem]) -> list[Problem]:
    """The county's own first, then by school; errors before warnings, else as they were found."""
    return sorted(
        own,
        key=lambda one: (
            one.school_code is not None,
            one.school_code or "",
            SEVERITIES.index(one.severity),
        ),
    )


def _kind(kind: tuple[str, str, int]) -> str:
    severity, code, number = kind
    return f"  [{_label(severity)}] {code} {kind_words(code)}".rstrip() + say(
        "：{n}处", ": {n}", n=number
    )


def _conclusion(checked: Checked) -> str:
    judged = [county for county in checked.counties if county.judged]
    return say(
        "{counties}个县、{schools}所学校可以判定；错误{errors}处，提示{warnings}处。",
        "{counties} counties with {schools} schools can be judged; "
        "{errors} errors, {warnings} warnings.",
        counties=len(judged),
        schools=sum(county.schools for county in judged),
        errors=checked.count("error"),
        warnings=checked.count("warning"),
    )


def _number(own: Sequence[Problem], severity: str) -> int:
    return sum(one.severity == severity for one in own)
