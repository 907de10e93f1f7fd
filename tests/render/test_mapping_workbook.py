"""The mapping workbook gives back what was written into it, whatever the headings are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.facts.vocabulary import vocabulary
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.intake.own_tables.mapping import key
from compliance.intake.own_tables.mapping_file import read_mapping
from compliance.intake.own_tables.read_columns import mapping_of, read_columns
from compliance.intake.own_tables.terms import NO_TERMS
from compliance.intake.own_tables.understood import understood
from compliance.render.mapping_workbook import mapping_workbook

WORDS = vocabulary()
_ODD = (
    st.text("示例确认人=+-@（）()'/万元数校 12", min_size=1, max_size=8).map(str.strip).filter(bool)
)
_KNOWN = st.sampled_from(
    [
        "学校名称",
        "办学类型",
        "在校生数/小学",
        "专任教师数",
        "教学仪器设备资产值(万元)",
        "备注",
        "图书（册）",
    ]
)


@given(st.lists(_KNOWN | _ODD, min_size=1, max_size=6, unique_by=key))
def test_it_gives_back_the_mapping(
    tmp_path_factory: pytest.TempPathFactory, headings: list[str]
) -> None:
    raw = RawTable(
        "schools", "a.xlsx", {heading: ["=1+1", 3, None] for heading in headings}, 3,
        lambda row, heading: f"表!A{row + 2}", heading_place=lambda heading: "表!A1", sheet="表",
        titles=("=某表", "表"), paths={heading: tuple(heading.split("/")) for heading in headings},
    )  # fmt: skip
    columns = read_columns(understood(RawDocument("a.xlsx", [raw]), WORDS, NO_TERMS), WORDS)
    path = tmp_path_factory.mktemp("mapping") / "m.xlsx"
    path.write_bytes(mapping_workbook(columns, WORDS))
    assert read_mapping(path).resolved(WORDS) == mapping_of(columns)
