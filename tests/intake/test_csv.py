"""A text without quotes is cut up as the standard library's reader cuts it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.facts.vocabulary import vocabulary
from compliance.intake.formats.csv import read_csv
from compliance.intake.problems import Complaints

CELLS = st.text(st.sampled_from("ab 7.无０\u3000"), max_size=4)
HEAD = ["school_code", "county_code", "school_name"]


def as_read(data: str) -> tuple[object, ...]:
    complaints = Complaints("schools.csv", [])
    table = read_csv(data.encode(), "schools", complaints, vocabulary())
    assert table is not None
    cells = {heading: list(column) for heading, column in table.columns.items()}
    places = [table.place(row, "school_name") for row in range(table.height)]
    return cells, places, complaints.problems


@given(st.lists(st.lists(CELLS, min_size=3, max_size=4), max_size=8), st.sampled_from(",\t"))
@settings(max_examples=100, deadline=None)
def test_with_and_without_quotes(rows: list[list[str]], mark: str) -> None:
    lines = [mark.join(HEAD), *(mark.join(row) for row in rows)]
    quoted = mark.join(f'"{name}"' for name in HEAD)  # enough for the reader of quotes
    assert as_read("\n".join(lines)) == as_read("\n".join([quoted, *lines[1:]]))
