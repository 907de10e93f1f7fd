"""A working paper as data: what every template sees.

Its form says which parts it has, in which order, and the columns of their tables; the Word template of
the same name is built from it (docs/word_templates/papers.py), the page and the workbook follow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from compliance.kernel.i18n import msg, msg_in
from compliance.render.documents.xlsx import Value

PaperRow = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class PaperField:
    """A column of a table. width: millimetres on the page. named: its heading comes with the data."""

    key: str
    width: float
    centred: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class PartForm:
    """A part of a paper: its key, and the columns of its table, if it has one."""

    key: str
    fields: tuple[PaperField, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperForm:
    """A kind of paper. key: the name of its template. file: of the paper; empty where each has its own.

    folder: that its files lie in, where there are many. signed: how it ends: ``seal`` of the county,
    ``headteacher``, ``lead`` school, or ``page``, a seal without the basis. compact: it is to fit a page.
    """

    key: str
    file: str
    parts: tuple[PartForm, ...]
    folder: str = ""
    landscape: bool = True
    signed: str = "seal"
    compact: bool = False


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows under a line of their own over the whole width; no line where it has no title."""

    title: str
    rows: tuple[PaperRow, ...]


@dataclass(frozen=True, slots=True)
class PaperPart:
    """A part filled in: heading, sentences, the rows of its table, sentences under it.

    heads: heading of a column whose heading comes with the data.
    """

    heading: str = ""
    lines: tuple[str, ...] = ()
    groups: tuple[RowGroup, ...] = ()
    after: tuple[str, ...] = ()
    heads: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.heading or self.lines or self.groups or self.after)


@dataclass(frozen=True, slots=True)
class WorkingPaper:
    """A paper filled in. name: of its file, without suffix. parts: by the keys of its form, all of them."""

    form: PaperForm
    name: str
    title: str
    subtitle: str
    parts: Mapping[str, PaperPart]
    basis: str
    dates: str
    county_name: str

    @property
    def shown(self) -> Iterator[tuple[PartForm, PaperPart]]:
        """The parts that have something to show, in order."""
        for part in self.form.parts:
            if self.parts[part.key].shown:
                yield part, self.parts[part.key]


Parts = Mapping[str, PaperPart]


def told(lines: Iterable[str], heading: str = "") -> PaperPart:
    """A part of sentences; empty ones are left out."""
    return PaperPart(heading=heading, lines=tuple(filter(None, lines)))


def rows_of(*rows: PaperRow) -> tuple[RowGroup, ...]:
    """Rows without a line over them; nothing where there are none."""
    return (RowGroup("", tuple(rows)),) if rows else ()


def paper_headings() -> Mapping[str, str]:
    """Key of a column → its heading, in the current language."""
    return {
        "number": msg("序号"),
        "id": msg_in("heading", "编号"),
        "school": msg("学校"),
        "code": msg("学校标识码"),
        "kind": msg("办学类型"),
        "township": msg_in("heading", "乡镇"),
        "stage": msg_in("heading", "学段"),
        "aspect": msg("方面"),
        "title": msg_in("heading", "指标"),
        "problem": msg("存在问题"),
        "current": msg("现状值"),
        "standard": msg("标准值"),
        "gap": msg("缺口"),
        "task": msg("目标任务"),
        "measure": msg("整改措施"),
        "schools": msg("涉及学校"),
        "names": msg("学校名单"),
        "role": msg_in("of an office", "角色"),
        "lead": msg("牵头单位"),
        "joint": msg("配合单位"),
        "section": msg("责任股室"),
        "person": msg("责任人"),
        "deadline": msg("完成时限"),
        "cost": msg("所需资金（元）"),
        "unpriced": msg("无单价项数"),
        "state": msg("状态"),
        "progress": msg("整改进展"),
        "days": msg("逾期天数"),
        "done": msg("已完成"),
        "now": msg("本月完成"),
        "total": msg("应整改"),
        "open": msg("未完成"),
        "late": msg("其中逾期"),
        "rate": msg("完成率"),
        "rank": msg("名次"),
        "unit": msg_in("an office or school", "单位"),
        "month": msg("月份"),
        "planned": msg("计划完成"),
        "actual": msg("实际完成"),
        "running": msg("累计计划"),
        "achieved": msg("累计完成"),
        "quantity": msg("计划数量"),
        "made": msg("完成数量"),
        "building": msg("楼栋"),
        "built": msg("建成年份"),
        "area": msg("建筑面积（平方米）"),
        "fire": msg("消防"),
        "seismic": msg("抗震"),
        "safety": msg_in("heading", "说明"),
        "period": msg("起止"),
        "pupils": msg("在校生数"),
        "problems": msg("需整改"),
        "also": msg("另属"),
        "visiting": msg("走教体艺教师"),
        "leased": msg("校外场地（平方米）"),
        "decision": msg("议定事项"),
        "primary_met": msg("小学达标校数"),
        "primary_rate": msg("小学比例"),
        "junior_met": msg("初中达标校数"),
        "junior_rate": msg("初中比例"),
        "mean": msg("全县平均值"),
        "coefficient": msg("差异系数"),
        "value": msg("指标值或简要结论"),
        "met": msg("是否达标"),
        "year": msg_in("heading", "年度"),
        "count": msg("事项数"),
        "note": msg("备注"),
    }
