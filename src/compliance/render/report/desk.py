"""What an inspector of many counties sees beside their table: who submitted what, outliers, where to look.

Worked out in `assessment`; here it becomes lines that page and workbook show alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compliance.assessment.figures import reading
from compliance.assessment.outliers import FAR, LEAST, NEAR, Outlier, OutliersFound, outliers
from compliance.assessment.site_checks import SiteCheck, class_words, site_checks
from compliance.assessment.submissions import Submitted, state_words, submissions
from compliance.engine.results import CountyResult, Results
from compliance.engine.slack import SHARE
from compliance.kernel.i18n import msg, say
from compliance.render.documents.text import printable
from compliance.render.report.marks import Anchors, Figure

_STATUS = {"judged": "pass", "superseded": "not_applicable", "refused": "error", "unread": "error"}


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """A file: status for its colour, anchor of its county where it was judged, what became of it."""

    one: Submitted
    status: str
    state: str
    anchor: str


@dataclass(frozen=True, slots=True)
class OutlierLine:
    """A figure far from the others'. value, median, deviation as shown; number: the value itself."""

    name: str
    county: CountyResult
    anchor: str
    figure: str
    direction: str
    value: str
    median: str
    deviation: str
    number: Figure
    median_number: Figure
    deviation_number: Figure
    of: int
    far: str
    far_number: float
    school: str
    place: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A line of the list for visits; place in the order: from 1."""

    number: int
    kind: str
    name: str
    county: CountyResult
    anchor: str
    what: str
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything beside the table. notes: what is to be said of the outliers, of the checks.

    kinds: the classes of the checks that occur. states: the states that occur.
    """

    submissions: Sequence[SubmissionLine]
    states: Sequence[str]
    outliers: Sequence[OutlierLine]
    outliers_notes: Sequence[str]
    checks: Sequence[CheckLine]
    checks_notes: Sequence[str]
    kinds: Sequence[str]


def desk(report: Results, *, whole: bool = True) -> Desk | None:
    """None where one county alone was submitted. whole: outliers and checks too, where there are any."""
    files = submissions(report)
    if len(files) < 2:
        return None
    anchors = {(one.county_code, one.year): Anchors(one).county for one in report.counties}
    words = state_words()
    lines = [
        SubmissionLine(
            one, _STATUS[one.state], words[one.state],
            anchors.get((one.county_code, one.year or 0), "") if one.state == "judged" else "",
        )
        for one in files
    ]  # fmt: skip
    states = list(dict.fromkeys(one.state for one in lines))
    if not whole or len(report.counties) < 2:
        return Desk(lines, states, (), (), (), (), ())
    found, kinds = outliers(report), class_words()
    counties = report.by_key
    checks = [
        _check(number, one, kinds, anchors) for number, one in enumerate(site_checks(report), 1)
    ]
    return Desk(
        lines,
        states,
        [_outlier(one, counties[one.county_code, one.year], anchors) for one in found.outliers],
        _outliers_notes(found),
        checks,
        _checks_notes(report),
        list(dict.fromkeys(one.kind for one in checks)),
    )


def _outlier(
    one: Outlier, county: CountyResult, anchors: Mapping[tuple[str, int], str]
) -> OutlierLine:
    figure, high = one.figure, one.value > one.median

    def shown(value: float) -> str:
        return reading(value, figure.decimals, unit=figure.unit)

    return OutlierLine(
        printable(county.county_name),
        county,
        anchors[county.county_code, county.year],
        printable(figure.title),
        msg("偏高") if high else msg("偏低"),
        shown(one.value),
        shown(one.median),
        shown(one.deviation),
        Figure(one.value, figure.decimals),
        Figure(one.median, figure.decimals),
        Figure(one.deviation, figure.decimals),
        one.of,
        reading(one.far, 1),
        one.far,
        printable(one.school),
        printable(one.place),
    )


def _check(
    number: int, one: SiteCheck, kinds: Mapping[str, str], anchors: Mapping[tuple[str, int], str]
) -> CheckLine:
    county = one.county
    return CheckLine(
        number,
        kinds[one.kind],
        printable(county.county_name),
        county,
        anchors[county.county_code, county.year],
        printable(one.what),
        printable(one.reason),
        printable(one.place),
    )


def _outliers_notes(found: OutliersFound) -> list[str]:
    """How outliers are told, or why there are none."""
    if found.few:
        return [say("同一学年不足{n}个县有同一项数字，县数太少，不比较。", n=LEAST)]
    method = say(
        "同一学年至少{n}个县有的数字（共{figures}项）与中位数比：0.6745×|数字−中位数|÷MAD 超过{far}、"
        "且相差超过中位数{near}%的列出；MAD 是各县与中位数之差的中位数，半数以上的县数字相同（MAD 为0）时"
        "改用 |数字−中位数|÷(1.2533×平均差)。离群不等于有错，也不影响结论。",
        n=LEAST, figures=found.compared, far=FAR, near=f"{NEAR * 100:g}",
    )  # fmt: skip
    return [method] if found.outliers else [method, msg("没有离群的数字。")]


def _checks_notes(report: Results) -> list[str]:
    """By what the list is ordered, and what was not looked for."""
    order = msg(" → ").join(class_words().values())
    told = say(
        "按类排序：{order}；刚过线指与标准相差不到标准的{share}%，越近越先；“再少（多）一个”按涉及的学校由少到多；"
        "其余按问题种类、县排列。只决定结论的要求才列；列出不等于有错。",
        order=order, share=f"{float(SHARE * 100):g}",
    )  # fmt: skip
    if report.compared:
        return [told]
    return [told, msg("没有给以前的数据（--previous），未比较前后变化。")]
