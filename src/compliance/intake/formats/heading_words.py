"""What the words over a column mean to the readers: enough to find the headings and to tell records apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.formats.raw_table import TABLE_OF

# Captions of groups of columns that say nothing of the figures under them.
_CAPTIONS = (
    "学校身份 学校情况 学校信息 学校基本情况 学校基本信息 基本情况 基本信息 基础信息 学生 学生情况 学生数据 在校学生 "
    "班级 班级情况 教师 教师情况 教师队伍 师资 师资情况 师资队伍 教职工 校舍 校舍情况 校舍与设备 校舍及设备 设备 "
    "办学条件 基本办学条件 其他办学条件 占地与其他办学条件 占地面积及其他办学条件 设施设备 资源配置 "
    "经费 经费情况 教育经费 招生与巩固 招生情况 特殊教育学校 其他 其他情况 备注 "
    "专用教室间数（也可改填“专用教室”表）"
)
CAPTIONS = frozenset(_CAPTIONS.split())


def joined(path: Sequence[str]) -> str:
    """The heading of a column over which these words stand."""
    return "/".join(path)


@dataclass(frozen=True)
class HeadingWords:
    """A vocabulary asked about the headings of one table, each heading once."""

    words: Vocabulary
    table: str
    _asked: dict[tuple[str, ...], Match | None] = field(default_factory=dict)

    def match(self, path: Sequence[str], units: Sequence[str] = ()) -> Match | None:
        """What words over a column mean; None where nobody knows."""
        if units:
            return self.words.match(TABLE_OF[self.table], joined(path), units)
        key = tuple(path)
        if key not in self._asked:
            self._asked[key] = self.words.match(TABLE_OF[self.table], joined(key)) if key else None
        return self._asked[key]

    def known(self, *path: str) -> bool:
        """Whether the words over a column mean something."""
        return self.match(path) is not None

    def fact(self, *path: str) -> Fact | None:
        """The fact that the words over a column stand for."""
        match = self.match(path)
        return match.fact if match else None

    def describes(self, path: Sequence[str]) -> bool:
        """Whether a column of this heading holds words that name or describe a record, not figures."""
        fact = self.fact(*path)
        return fact is not None and (fact.form in ("text", "texts") or bool(fact.words))

    def key(self, paths: Mapping[int, Sequence[str]]) -> int:
        """The column that names a record: the school's code, else the first known one.

        paths: column → the words over it.
        """
        known: dict[str, int] = {}
        for column, path in paths.items():
            if fact := self.fact(*path):
                known.setdefault(fact.name, column)
        return known.get("school_code", min(known.values(), default=0))
