"""Which papers there are: what each is called, its parts, its columns and how wide they print.

Widths are millimetres; a page across has 225 of them, an upright one 156.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compliance.kernel.i18n import msg
from compliance.render.papers.paper import PaperField, PaperForm, PartForm

INDICATORS = 7  # so many indicators stand side by side in an archive; more begin another table


def _fields(text: str) -> tuple[PaperField, ...]:
    """``school:30 cost:20c``: key, width, and whether it is centred."""
    found = []
    for word in text.split():
        key, _, size = word.partition(":")
        found.append(PaperField(key, float(size.rstrip("c")), size.endswith("c")))
    return tuple(found)


_TASKS = _fields(
    "number:9c id:26 title:40 gap:24 measure:34 lead:26 person:15 deadline:24c cost:20c note:7"
)
_STATES = _fields("id:28 school:34 title:46 gap:26 lead:26 person:16 deadline:21c progress:28")
_RANKS = _fields("rank:10c unit:56 total:18c done:18c now:18c open:18c late:18c rate:24c")

TARGETS_SCHOOLS = PaperForm(
    "targets_schools", "目标任务清单（学校）", (PartForm("overview"), PartForm("tasks", _TASKS))
)
TARGETS_DEPARTMENTS = PaperForm(
    "targets_departments",
    "目标任务清单（县直部门）",
    (
        PartForm("overview"),
        PartForm(
            "tasks",
            _fields(
                "number:9c title:46 task:30 schools:14c names:42 role:13c person:15 deadline:24c "
                "cost:20c note:12"
            ),
        ),
    ),
)
TARGETS_TOWNSHIPS = PaperForm(
    "targets_townships",
    "目标任务清单（乡镇）",
    (
        PartForm("overview"),
        PartForm(
            "tasks",
            _fields(
                "number:9c school:34 title:40 gap:26 measure:38 lead:26 deadline:22c cost:20c note:10"
            ),
        ),
        PartForm("totals", _fields("township:50 count:20c schools:20c task:95 cost:30c")),
    ),
)
BUILDINGS = PaperForm(
    "buildings",
    "",
    (
        PartForm("overview"),
        PartForm(
            "buildings",
            _fields(
                "number:9c building:26 built:16c area:20c fire:28 seismic:28 safety:30 measure:34 "
                "person:16 deadline:18c"
            ),
        ),
    ),
    folder="一楼一策",
    signed="headteacher",
)
ORGANISATION = PaperForm(
    "organisation",
    "",
    (
        PartForm("overview"),
        PartForm(
            "members",
            _fields(
                "number:9c school:46 code:30 kind:30 township:26 role:16c period:30 pupils:18c problems:20c"
            ),
        ),
        PartForm(
            "indicators",
            (
                *_fields("school:50 stage:14c"),
                *(
                    PaperField(f"v{n}", 23, centred=True, named=True)
                    for n in range(1, INDICATORS + 1)
                ),
            ),
        ),
        PartForm(
            "more",
            (
                *_fields("school:50 stage:14c"),
                *(
                    PaperField(f"v{n}", 23, centred=True, named=True)
                    for n in range(1, INDICATORS + 1)
                ),
            ),
        ),
        PartForm("shared", _fields("school:60 also:70 visiting:30c leased:34c note:31")),
    ),
    folder="一学区一档案",
    signed="lead",
)
SCHEDULE = PaperForm(
    "schedule",
    "序时进度表",
    (
        PartForm("overview"),
        PartForm(
            "months",
            _fields("month:34c planned:30c actual:30c running:34c achieved:34c rate:30c late:33c"),
        ),
        PartForm(
            "milestones",
            _fields("id:30 school:40 title:52 month:22c quantity:27c made:27c note:27"),
        ),
        PartForm("undated", _STATES),
    ),
)
MEETING = PaperForm(
    "meeting",
    "调度会材料",
    (
        PartForm("overview"),
        PartForm("ranking", _RANKS),
        PartForm("townships", _RANKS),
        PartForm(
            "late",
            _fields("id:28 school:36 title:48 gap:26 lead:28 person:16 deadline:22c days:21c"),
        ),
        PartForm("cured", _STATES),
        PartForm("decisions", _fields("id:32 decision:93 lead:36 person:26 deadline:38c")),
    ),
)
CIRCULAR = PaperForm(
    "circular",
    "通报",
    (
        PartForm("overview"),
        PartForm(
            "schools",
            _fields("rank:10c unit:55 total:15c done:15c now:15c open:15c late:15c rate:16c"),
        ),
        PartForm(
            "sections",
            _fields("rank:10c unit:55 total:15c done:15c now:15c open:15c late:15c rate:16c"),
        ),
        PartForm("late", _fields("id:30 school:36 title:40 person:18 deadline:20c days:12c")),
    ),
    landscape=False,
)
BRIEF = PaperForm(
    "brief",
    "情况汇报",
    (
        PartForm("verdict"),
        PartForm("needs", _fields("title:44 gap:30c schools:18c lead:34 deadline:30c")),
        PartForm("deciding"),
        PartForm("actions"),
    ),
    landscape=False,
    signed="page",
    compact=True,
)
SELF_ASSESSMENT = PaperForm(
    "self_assessment",
    "自查自评报告计算表",
    (
        PartForm("overview"),
        PartForm(
            "resources",
            _fields("title:85 primary_met:35c primary_rate:35c junior_met:35c junior_rate:35c"),
        ),
        PartForm(
            "balance", _fields("title:95 stage:20c mean:30c coefficient:25c standard:27c met:28c")
        ),
        PartForm("requirements", _fields("aspect:26 title:80 value:70 standard:24 met:25c")),
        PartForm("gaps", _fields("title:90 current:45 gap:50 schools:40c")),
    ),
)
NOTICE = PaperForm(
    "notice",
    "公示表",
    (
        PartForm("overview"),
        PartForm("indicators", _fields("title:70 total:17c done:17c open:17c gap:35")),
        PartForm("schools", _fields("number:12c unit:70 total:18c done:18c open:18c rate:20c")),
    ),
    landscape=False,
)
COSTS = PaperForm(
    "costs",
    "资金测算表",
    (
        PartForm("overview"),
        PartForm("schools", _fields("unit:80 count:20c cost:35c unpriced:21c")),
        PartForm("sections", _fields("unit:80 count:20c cost:35c unpriced:21c")),
        PartForm("years", _fields("year:80 count:20c cost:35c unpriced:21c")),
    ),
    landscape=False,
)
FORMS: Mapping[str, PaperForm] = {
    form.key: form
    for form in (
        BUILDINGS, TARGETS_SCHOOLS, TARGETS_DEPARTMENTS, TARGETS_TOWNSHIPS, ORGANISATION, SCHEDULE,
        MEETING, CIRCULAR, BRIEF, SELF_ASSESSMENT, NOTICE, COSTS,
    )
}  # fmt: skip
LIST, SHEETS, ALL = "list", "schools", "all"
USUAL = (LIST, SHEETS)


def chosen_papers(asked: Sequence[str], *, priced: bool) -> tuple[str, ...]:
    """The papers that are written: those asked for, else the usual ones, with what prices give."""
    if ALL in asked:
        return (*USUAL, *FORMS)
    return tuple(asked) or (*USUAL, *(("costs",) if priced else ()))


def paper_names() -> Mapping[str, str]:
    """The papers that may be asked for: key → what it is called in the current language."""
    return {
        LIST: msg("整改清单"),
        SHEETS: msg("一校一案"),
        "buildings": msg("一楼一策"),
        "targets_schools": msg("目标任务清单（学校）"),
        "targets_departments": msg("目标任务清单（县直部门）"),
        "targets_townships": msg("目标任务清单（乡镇）"),
        "organisation": msg("一学区（联盟、集团）一档案"),
        "schedule": msg("序时进度表"),
        "meeting": msg("调度会材料"),
        "circular": msg("通报"),
        "brief": msg("情况汇报"),
        "self_assessment": msg("自查自评报告计算表"),
        "notice": msg("公示表"),
        "costs": msg("资金测算表"),
        ALL: msg("全部"),
    }
