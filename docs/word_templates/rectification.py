"""Builds the Word templates of rectification papers: python -m docs.word_templates.rectification

The placeholders are docxtpl's. Run it again after a change and commit the .docx files with it.
"""

from __future__ import annotations

from pathlib import Path

from .document import Column, Paper
from .page import BODY, TITLE, Alignment, Look, add_style

TEMPLATES = Path(__file__).parents[2] / "templates"

# Its blanks for the figures would break the line of a narrow column.
DEADLINE = "{{ row.deadline.strip('　') }}"
ITEMS = (
    Column(
        "{{ t('序号', 'No.') }}",
        10,
        "{{ row.number }}{% if row.blocking %}*{% endif %}",
        centred=True,
    ),
    Column("{{ t('编号', 'Id') }}", 21, "{{ row.id }}"),
    Column("{{ t('学校', 'School') }}", 25, "{{ row.subject }}"),
    Column(
        "{{ t('存在问题', 'Problem') }}",
        76,
        "{{ row.brief }}{% if row.detail %}{{ t('（', ' (') }}{{ row.detail }}"
        "{{ t('）', ')') }}{% endif %}",
    ),
    Column("{{ t('整改措施', 'Measure') }}", 39, "{{ row.measure }}"),
    Column("{{ t('牵头单位/责任单位', 'Lead / responsible') }}", 22, "{{ row.lead }}"),
    Column("{{ t('责任人', 'Who') }}", 16, "{{ row.person }}", centred=True),
    Column("{{ t('完成时限', 'Deadline') }}", 14, DEADLINE, centred=True),
    Column("{{ t('整改进展', 'Status') }}", 11, "{{ row.progress }}", centred=True),
    Column("{{ t('验收/销号', 'Closed') }}", 20, "{{ row.closed }}", centred=True),
    Column("{{ t('备注', 'Remarks') }}", 13, ""),
)
LEGEND = (
    Column("{{ t('代码', 'Code') }}", 14, "{{ row.rule }}", centred=True),
    Column("{{ t('指标', 'Rule') }}", 66, "{{ row.title }}"),
    Column("{{ t('要求', 'What is asked') }}", 102, "{{ row.clause }}"),
    Column("{{ t('牵头单位', 'Lead') }}", 38, "{{ row.owner }}"),
    Column("{{ t('配合单位', 'With') }}", 47, "{{ row.joint }}"),
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
    Column("{{ t('状态', 'State') }}", 22, "{{ row.state }}", centred=True),
    Column("{{ t('待补事项', 'What') }}", 65, "{{ row.what }}"),
    Column("{{ t('学校数', 'Schools') }}", 15, "{{ row.schools or '' }}", centred=True),
    Column("{{ t('涉及学校', 'Which') }}", 60, "{{ row.names }}"),
    Column("{{ t('影响的指标', 'Rules that wait') }}", 53, "{{ row.affects }}"),
    Column("{{ t('提供单位', 'Who can supply it') }}", 30, "{{ row.owner }}"),
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
    Column("{{ t('涉及单位', 'Which') }}", 56, "{{ row.names }}"),
    Column("{{ t('差距', 'Gap') }}", 28, "{{ row.gap }}"),
    Column("{{ t('说明', 'Remarks') }}", 62, "{{ row.message }}"),
)
WAIVERS = (
    Column("{{ t('对象', 'Whom') }}", 25, "{{ row.subject }}"),
    Column("{{ t('指标', 'Rule') }}", 22, "{{ row.rule }}"),
    Column("{{ t('现状', 'As it is') }}", 30, "{{ row.missed }}"),
    Column("{{ t('豁免理由', 'Reason') }}", 30, "{{ row.reason }}"),
    Column(
        "{{ t('批准（文号）', 'Approved by') }}",
        28,
        "{{ row.approver }}{{ t('（', ' (') }}{{ row.document }}{{ t('）', ')') }}",
    ),
    Column("{{ t('有效期至', 'Until') }}", 21, "{{ row.expiry }}", centred=True),
)
LINES = (
    Column("{{ t('序号', 'No.') }}", 9, "{{ row.number }}", centred=True),
    Column("{{ t('编号', 'Id') }}", 23, "{{ row.id }}"),
    Column("{{ t('指标', 'Indicator') }}", 39, "{{ row.title }}"),
    Column("{{ t('现状值', 'Now') }}", 20, "{{ row.current }}"),
    Column("{{ t('标准值', 'Standard') }}", 20, "{{ row.standard }}"),
    Column("{{ t('结论', 'State') }}", 14, "{{ row.state }}", centred=True),
    Column("{{ t('缺口', 'Gap') }}", 22, "{{ row.gap }}"),
    Column("{{ t('整改措施', 'Measure') }}", 32, "{{ row.measure }}"),
    Column(
        "{{ t('牵头单位/责任单位', 'Lead / responsible') }}",
        19,
        "{% if row.due %}{{ row.lead }}{% endif %}",
    ),
    Column(
        "{{ t('责任人', 'Who') }}", 16, "{% if row.due %}{{ row.person }}{% endif %}", centred=True
    ),
    Column(
        "{{ t('完成时限', 'Deadline') }}",
        14,
        f"{{% if row.due %}}{DEADLINE}{{% endif %}}",
        centred=True,
    ),
    Column("{{ t('备注', 'Remarks') }}", 39, "{{ row.note }}"),
)
NOTE_SHARED = (
    "{{ t('一所学校各学段共用的面积、设备等取各学段缺口的最大值，不相加。', "
    "'Of what the stages of one school share, the largest amount counts, not the sum.') }}"
)
NOTE_BLOCKING = (
    "{{ t('序号标*的，影响该校综合评估；标※的，所据数据存疑。', "
    "'*: keeps the school from meeting the overall assessment. ※: rests on doubtful figures.') }}"
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


SHARES = (
    "{{ t('三、全县指标由哪些学校拉低', \"III. Which schools keep the county's figures down\") }}"
)
WAIVED = (
    "{% if paper.shares %}{{ t('四、', 'IV. ') }}{% else %}{{ t('三、', 'III. ') }}{% endif %}"
    "{{ t('已备案豁免（不计为达标）', 'Waived (not counted as met)') }}"
)
WAIVED_NOTE = (
    "{{ t('下列各项低于标准，经批准在有效期内暂不要求整改；期满未延期的，列入整改。', "
    "'These fall short; an approval lifts them until the day named, after which they have to be put "
    "right.') }}"
)


def county() -> Paper:
    """整改清单: a letter's first pages, then the list as an annex, and further lists where asked for."""
    paper = Paper(landscape=False)
    paper.text("公文标题", "{{ paper.title }}")
    paper.text("公文副题", "{{ t('（', '(') }}{{ paper.years }}{{ t('）', ')') }}")
    paper.text("公文正文", "")
    paper.text("公文一级标题", "{{ t('一、总体情况', 'I. Overview') }}")
    paper.tag("p for line in paper.summary")
    paper.text("公文正文", "{{ line }}")
    paper.tag("p endfor")
    paper.tag("p if paper.apart")
    paper.text("公文正文", "{{ paper.apart }}")
    paper.tag("p endif")
    paper.text("公文正文", BASIS)
    paper.text("公文正文", "{{ paper.dates }}")
    paper.text("公文一级标题", "{{ t('二、缺口汇总', 'II. What is missing in all') }}")
    paper.tag("p if paper.totals")
    paper.table(TOTALS, "row in paper.totals")
    paper.text("表格说明", NOTE_SHARED)
    paper.tag("p else")
    paper.text("公文正文", "{{ paper.no_gaps }}")
    paper.tag("p endif")
    paper.tag("p if paper.not_summed")
    paper.text("表格说明", "{{ paper.not_summed }}")
    paper.tag("p endif")
    paper.tag("p if paper.shares")
    paper.text("公文一级标题", SHARES)
    paper.tag("p for line in paper.shares")
    paper.text("表格说明", "{{ line.told }}")
    paper.tag("p endfor")
    paper.tag("p endif")
    paper.tag("p if paper.waived")
    paper.text("公文一级标题", WAIVED)
    paper.text("公文正文", WAIVED_NOTE)
    paper.table(WAIVERS, "row in paper.waived")
    paper.tag("p endif")
    paper.tag("p if paper.without_plan")
    paper.text(
        "公文一级标题",
        "{{ [t('三、', 'III. '), t('四、', 'IV. '), t('五、', 'V. ')]"
        "[(1 if paper.shares else 0) + (1 if paper.waived else 0)] }}"
        "{{ t('不制定整改方案的学校', 'Schools without a plan') }}",
    )
    paper.text(
        "表格说明",
        "{{ paper.without_plan_told }}{% for school in paper.without_plan %}{{ school.name }}"
        "{% if school.suggestions %}{{ say('（建议提升{n}项）', ' (suggestions: {n})', "
        "n=school.suggestions) }}{% endif %}{% if school.waived %}"
        "{{ say('（已备案豁免{n}项）', ' (waived: {n})', n=school.waived) }}{% endif %}"
        "{{ t('、', ', ') if not loop.last else t('。', '.') }}{% endfor %}",
    )
    paper.tag("p endif")
    paper.kept("公文正文", "")
    for key, title, _ in ANNEXES:
        number = f"paper.annexes.{key}"
        lead = f"{{% if {number} == 1 %}}{{{{ t('附件：', 'Annexes: ') }}}}{{% else %}}　　　{{% endif %}}"
        paper.tag(f"p if {number}")
        paper.kept("公文正文", f"{lead}{_unless_single(number, '.')}{title}")
        paper.tag("p endif")
    paper.kept("公文正文", "")
    paper.kept("公文落款", "{{ t('（单位盖章）', '(seal)') }}")
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
        paper.table(
            ITEMS,
            "row in part.items",
            parts="part in paper.groups",
            band="{{ t('（', '(') }}{{ part.ordinal }}{{ t('）', ') ') }}{{ part.owner }}"
            "{{ say('（{n}项）', ' ({n})', n=part.items|length) }}",
        )
        paper.text("表格说明", NOTE_BLOCKING)
        paper.text("公文二级标题", "{{ t('指标说明', 'What the rules ask') }}")
        paper.table(LEGEND, "row in paper.legend")
        paper.text("表间空行", "")
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
    """一校一案: one sheet across the page, a single one where its lines allow it."""
    paper = Paper(landscape=True, wide=True)
    add_style(paper.document, Look("方案标题", TITLE, 18, Alignment.CENTER, 28))
    add_style(paper.document, Look("方案说明", BODY, 9, Alignment.JUSTIFY, 12))
    paper.text("方案标题", "{{ paper.title }}")
    paper.text(
        "表头",
        "{{ paper.county_name }}　{{ paper.years }}　"
        "{{ t('学校标识码', 'school code') }}{{ paper.code }}",
    )
    paper.tag("p if paper.figures")
    paper.text(
        "方案说明",
        "{% for heading, text in paper.figures %}{{ heading }}{{ t('：', ': ') }}{{ text }}"
        "{% if not loop.last %}{{ t('；', '; ') }}{% endif %}{% endfor %}",
    )
    paper.tag("p endif")
    paper.bold(
        "方案说明",
        "{{ t('结论：', 'Verdict: ') }}{{ paper.verdict }}{{ t('。', '. ') }}",
        "{% for line in paper.sentences %}{{ line }}{{ t('', ' ') }}{% endfor %}",
    )
    paper.text("表间空行", "")
    paper.tag("p if paper.todo")
    paper.table(
        LINES, "row in part.lines", parts="part in paper.todo", last="row is sameas paper.last"
    )
    paper.kept("表间空行", "")
    paper.tag("p endif")
    paper.tag("p for part in paper.met")
    paper.kept("方案说明", "{{ part.told }}")
    paper.tag("p endfor")
    paper.kept("方案说明", f"{{{{ paper.county }}}}{BASIS}{{{{ paper.dates }}}}")
    paper.kept("表间空行", "")
    paper.text(
        "表格说明",
        "{{ t('校长（签字）：', 'Headteacher: ') }}　　　　　　　　　　"
        "{{ t('填报日期：　　　　年　　月　　日', 'Date: ') }}",
    )
    return paper


def build(folder: Path) -> None:
    """Write both templates into `folder`."""
    county().save(folder / "rectify_county.docx", "{{ paper.title }}")
    school().save(folder / "rectify_school.docx", "{{ paper.title }}", "{{ paper.record }}")


if __name__ == "__main__":
    build(TEMPLATES)
