"""Builds the Word templates of rectification papers: python -m docs.word_templates.rectification

The placeholders are docxtpl's. Run it again after a change and commit the .docx files with it.
"""

from __future__ import annotations

from pathlib import Path

from .document import Column, Paper

TEMPLATES = Path(__file__).parents[2] / "templates"

# Its blanks for the figures would break the line of a narrow column.
DEADLINE = "{{ paper.deadline.strip('　') }}"
ITEMS = (
    Column("{{ t('序号', 'No.') }}", 8, "{{ row.number }}", centred=True),
    Column("{{ t('编号', 'Id') }}", 18, "{{ row.id }}"),
    Column("{{ t('学校', 'School') }}", 17, "{{ row.subject }}"),
    Column("{{ t('存在问题', 'Problem') }}", 39, "{{ row.brief }}"),
    Column("{{ t('现状值', 'Now') }}", 15, "{{ row.current }}"),
    Column("{{ t('标准值', 'Standard') }}", 15, "{{ row.standard }}"),
    Column("{{ t('缺口', 'Gap') }}", 17, "{{ row.gap }}"),
    Column("{{ t('整改措施', 'Measure') }}", 20, "{{ row.measure }}"),
    Column("{{ t('牵头单位/责任单位', 'Lead / responsible') }}", 19, "{{ row.responsible }}"),
    Column("{{ t('责任人', 'Who') }}", 9, ""),
    Column("{{ t('完成时限', 'Deadline') }}", 14, DEADLINE, centred=True),
    Column("{{ t('整改进展', 'Status') }}", 13, "{{ paper.progress }}", centred=True),
    Column("{{ t('验收/销号', 'Closed') }}", 9, ""),
    Column("{{ t('备注', 'Remarks') }}", 12, "{{ row.note }}"),
)
TOTALS = (
    Column("{{ t('指标', 'Indicator') }}", 62, "{{ row.of or row.title }}"),
    Column("{{ t('涉及学校', 'Schools') }}", 16, "{{ row.schools or '' }}", centred=True),
    Column("{{ t('整改缺口', 'Must be added') }}", 28, "{{ row.problems }}", centred=True),
    Column("{{ t('待补数据后确定', 'Open') }}", 25, "{{ row.open }}", centred=True),
    Column("{{ t('建议提升另需', 'Suggested beyond') }}", 25, "{{ row.also }}", centred=True),
)
BLANKS = (
    Column("{{ t('序号', 'No.') }}", 12, "{{ row.number }}", centred=True),
    Column("{{ t('状态', 'State') }}", 20, "{{ row.state }}", centred=True),
    Column("{{ t('待补事项', 'What') }}", 55, "{{ row.what }}"),
    Column("{{ t('学校数', 'Schools') }}", 15, "{{ row.schools or '' }}", centred=True),
    Column("{{ t('涉及学校', 'Which') }}", 50, "{{ row.names }}"),
    Column("{{ t('影响的指标', 'Rules that wait') }}", 48, "{{ row.affects }}"),
    Column("{{ t('提供单位', 'Who can supply it') }}", 25, "{{ row.owner }}"),
)
REFERENCES = (
    Column("{{ t('序号', 'No.') }}", 12, "{{ row.number }}", centred=True),
    Column("{{ t('指标', 'Rule') }}", 42, "{{ row.title }}"),
    Column(
        "{{ t('依据', 'Basis') }}",
        42,
        "{{ row.basis }}{% if row.source %}{{ t('：', ': ') }}{{ row.source }}{% endif %}",
    ),
    Column("{{ t('涉及单位数', 'Schools') }}", 15, "{{ row.schools or '' }}", centred=True),
    Column("{{ t('涉及单位', 'Which') }}", 44, "{{ row.names }}"),
    Column("{{ t('差距', 'Gap') }}", 22, "{{ row.gap }}"),
    Column("{{ t('说明', 'Remarks') }}", 48, "{{ row.message }}"),
)
LINES = (
    Column("{{ t('序号', 'No.') }}", 9, "{{ row.number }}", centred=True),
    Column("{{ t('编号', 'Id') }}", 22, "{{ row.id }}"),
    Column("{{ t('指标', 'Indicator') }}", 28, "{{ row.title }}"),
    Column("{{ t('现状值', 'Now') }}", 16, "{{ row.current }}"),
    Column("{{ t('标准值', 'Standard') }}", 16, "{{ row.standard }}"),
    Column("{{ t('余项下限', 'Floor') }}", 16, "{{ row.floor }}"),
    Column("{{ t('结论', 'State') }}", 15, "{{ row.state }}", centred=True),
    Column("{{ t('缺口', 'Gap') }}", 17, "{{ row.gap }}"),
    Column("{{ t('整改措施', 'Measure') }}", 26, "{{ row.measure }}"),
    Column(
        "{{ t('牵头单位/责任单位', 'Lead / responsible') }}",
        21,
        "{% if row.due %}{{ row.responsible }}{% endif %}",
    ),
    Column("{{ t('责任人', 'Who') }}", 10, ""),
    Column(
        "{{ t('完成时限', 'Deadline') }}",
        16,
        f"{{% if row.due %}}{DEADLINE}{{% endif %}}",
        centred=True,
    ),
    Column("{{ t('备注', 'Remarks') }}", 13, "{{ row.note }}"),
)
NOTE_SHARED = (
    "{{ t('一所学校各学段共用的面积、设备等取各学段缺口的最大值，不相加。', "
    "'Of what the stages of one school share, the largest amount counts, not the sum.') }}"
)
BASIS = "{{ t('依据：', 'Basis: ') }}{{ paper.basis }}{{ t('。', '.') }}"
# key of the list, its title, what is said before it
ANNEXES = (
    ("problems", "{{ t('问题整改清单', 'List of problems') }}", ""),
    (
        "open",
        "{{ t('待补数据后确定事项清单', 'Open until the data are complete') }}",
        "{{ t('下列指标低于标准，但该校综合评估因数据缺失尚不能下结论，是否列入整改待补数据后确定。', "
        "'These fall short, but whether they count depends on data that are missing.') }}",
    ),
    (
        "suggestions",
        "{{ t('建议提升事项清单', 'Suggestions') }}",
        "{{ t('下列指标低于标准，但该校综合评估已达标，不列入整改，建议逐步提升。', "
        "'These fall short, but the school meets the overall assessment: suggestions, not problems.') }}",
    ),
    ("blanks", "{{ t('待补数据和待佐证事项清单', 'Data and statements awaited') }}", ""),
    ("references", "{{ t('参考指标（不计入结论）', 'For reference (without weight)') }}", ""),
)


def county() -> Paper:
    """整改清单: a letter's first pages, then the lists as annexes, where there are any."""
    paper = Paper(landscape=False)
    paper.text("公文标题", "{{ paper.title }}")
    paper.text("公文副题", "{{ t('（', '(') }}{{ paper.years }}{{ t('）', ')') }}")
    paper.text("公文正文", "")
    paper.text("公文一级标题", "{{ t('一、总体情况', 'I. Overview') }}")
    paper.tag("p for line in paper.summary")
    paper.text("公文正文", "{{ line }}")
    paper.tag("p endfor")
    paper.text("公文正文", BASIS)
    paper.text("公文正文", "{{ paper.dates }}")
    paper.text("公文一级标题", "{{ t('二、缺口汇总', 'II. What is missing in all') }}")
    paper.tag("p if paper.totals")
    paper.table(TOTALS, "row in paper.totals")
    paper.text("公文正文", NOTE_SHARED)
    paper.tag("p else")
    paper.text("公文正文", "{{ t('没有可计量的缺口。', 'Nothing countable is missing.') }}")
    paper.tag("p endif")
    paper.text("公文正文", "")
    for key, title, _ in ANNEXES:
        number = f"paper.annexes.{key}"
        lead = f"{{% if {number} == 1 %}}{{{{ t('附件：', 'Annexes: ') }}}}{{% else %}}　　　{{% endif %}}"
        paper.tag(f"p if {number}")
        paper.text("公文正文", f"{lead}{_unless_single(number, '.')}{title}")
        paper.tag("p endif")
    paper.text("公文正文", "")
    paper.text("公文落款", "{{ t('（单位盖章）', '(seal)') }}")
    paper.text("公文落款", "{{ t('　　年　月　日', 'date') }}")
    paper.across()
    for key, title, before in ANNEXES:
        _annex(paper, key, title, before)
    return paper


def _unless_single(number: str, after: str = "") -> str:
    """An annex's number; a single annex has none."""
    return f"{{% if not paper.single_annex %}}{{{{ {number} }}}}{after}{{% endif %}}"


def _annex(paper: Paper, key: str, title: str, before: str) -> None:
    number = f"paper.annexes.{key}"
    label = f"{{{{ t('附件', 'Annex ') }}}}{_unless_single(number)}"
    paper.tag(f"p if {number}")
    paper.tag(f"p if {number} == 1")
    first = paper.text("公文附件", label)
    first.paragraph_format.page_break_before = False  # the section has begun a page
    paper.tag("p else")
    paper.text("公文附件", label)
    paper.tag("p endif")
    paper.text("公文标题", title)
    if before:
        paper.text("公文正文", before)
    paper.text("表间空行", "")
    if key == "problems":
        paper.tag("p for group in paper.groups")
        paper.text(
            "公文二级标题",
            "{{ t('（', '(') }}{{ group.ordinal }}{{ t('）', ') ') }}{{ group.owner }}"
            "{{ say('（{n}项）', ' ({n})', n=group.items|length) }}",
        )
        paper.table(ITEMS, "row in group.items")
        paper.text("表间空行", "")
        paper.tag("p endfor")
    elif key in ("open", "suggestions"):
        paper.table(ITEMS, f"row in paper.{key}")
        paper.text("表间空行", "")
    elif key == "blanks":
        paper.table(BLANKS, "row in paper.blanks")
        paper.text("表间空行", "")
    else:
        paper.table(REFERENCES, "row in paper.references")
        paper.text("表间空行", "")
        paper.tag("p if paper.unjudged_references")
        paper.text(
            "公文正文",
            "{{ say('另有{n}项参考指标因数据缺失或待佐证未作判定。', '{n} more could not be judged.', "
            "n=paper.unjudged_references) }}",
        )
        paper.tag("p endif")
    paper.tag("p endif")


def school() -> Paper:
    """一校一案: one sheet, across the page."""
    paper = Paper(landscape=True)
    paper.text("公文标题", "{{ paper.title }}")
    paper.text(
        "公文副题",
        "{{ paper.county_name }}　{{ paper.years }}　"
        "{{ t('学校标识码', 'school code') }}{{ paper.code }}",
    )
    paper.tag("p if paper.figures")
    paper.text(
        "表格说明",
        "{% for heading, text in paper.figures %}{{ heading }}{{ t('：', ': ') }}{{ text }}"
        "{% if not loop.last %}{{ t('；', '; ') }}{% endif %}{% endfor %}",
    )
    paper.tag("p endif")
    paper.bold(
        "表格说明",
        "{{ t('结论：', 'Verdict: ') }}{{ paper.verdict }}{{ t('。', '. ') }}",
        "{% for line in paper.sentences %}{{ line }}{{ t('', ' ') }}{% endfor %}",
    )
    paper.text("表间空行", "")
    paper.tag("p if paper.parts")
    paper.table(
        LINES,
        "row in part.lines",
        parts="part in paper.parts",
        shade="row.met is false and not part.reference",
    )
    paper.text("表间空行", "")
    paper.tag("p endif")
    paper.text("表格说明", "{{ paper.county }}")
    paper.text("表格说明", BASIS)
    paper.text("表格说明", "{{ paper.dates }}")
    paper.text("表间空行", "")
    paper.text(
        "表格说明",
        "{{ t('校长（签字）：', 'Headteacher: ') }}　　　　　　　　　　"
        "{{ t('填报日期：　　　　年　　月　　日', 'Date: ') }}",
    )
    return paper


def build(folder: Path) -> None:
    """Write both templates into `folder`."""
    county().save(folder / "rectify_county.docx", "{{ paper.title }}")
    school().save(folder / "rectify_school.docx", "{{ paper.title }}")


if __name__ == "__main__":
    build(TEMPLATES)
