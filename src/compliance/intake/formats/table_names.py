"""The names by which sheets and table files are known."""

from __future__ import annotations

import re
import unicodedata

# table of a document -> table of the vocabulary
TABLE_OF = {
    "counties": "county",
    "schools": "school",
    "classes": "class",
    "rooms": "room",
    "monitoring": "monitoring",
    "attestations": "attestation",
    "vetoes": "veto",
}
# table of a document -> the Chinese name of its sheet
SHEETS = {
    "counties": "县区",
    "schools": "学校",
    "classes": "班级",
    "rooms": "专用教室",
    "monitoring": "质量监测",
    "attestations": "佐证",
    "vetoes": "一票否决",
}
_VARIANTS = {
    "counties": "县区 区县 县 县域 县市区 区县市 全县 county counties",
    "schools": "学校 各校 分学校 分校 school schools",
    "classes": "班级 班额 各班 分班级 class classes",
    "rooms": "专用教室 音乐美术专用教室 音美专用教室 音乐美术教室 room rooms",
    "monitoring": "质量监测 国家义务教育质量监测 义务教育质量监测 监测 monitoring",
    "attestations": "佐证 佐证材料 证明材料 attestation attestations",
    "vetoes": "一票否决 一票否决事项 否决 否决事项 veto vetoes",
}
_KNOWN = {name: table for table, names in _VARIANTS.items() for name in names.split()}
_NUMBER = re.compile(
    r"^(?:附?[表件]?[0-9一二三四五六七八九十]{1,3}[.、:\-_ ]+|附?[表件][0-9]{1,2})"
)
_MARKS = re.compile(r"[\s()\[\]【】（）·、,，\-_.]+")
_TAIL = re.compile(
    r"(?:基本|基础)?(?:信息|数据|情况|填报|统计|明细|名册|一览)*表?(?:sheet|table|data)?$"
)


def table_named(name: str) -> str | None:
    """The table that a sheet or file (without its suffix) of this name holds."""
    text = unicodedata.normalize("NFKC", name[:60]).strip().casefold()
    text = _MARKS.sub("", _NUMBER.sub("", text))
    return _KNOWN.get(text) or _KNOWN.get(_TAIL.sub("", text))
