"""One workbook a school, each with what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from compliance.collection.asked import Asking
from compliance.collection.register import Register, lasting, rows_by_school
from compliance.collection.sent import Sent, listing_of
from compliance.intake.formats.marker import Marker
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg, plural
from compliance.render.documents.output_files import Names, joined, staged
from compliance.render.documents.text import shortened
from compliance.render.filled_workbook import untouched
from compliance.render.school_workbook import KnownRows, SchoolForm, school_workbook

Progress = Callable[[str, int, int], None]


def issue(register: Register, folder: Path, progress: Progress | None = None) -> Sequence[Path]:
    """Write the workbooks of all schools into the folder, all or none; their paths.

    Raises UsageError where one of them is there and was saved by another program: somebody may have
    filled it in. Those of an earlier run that nobody touched are replaced.
    """
    mark = Marker.now(*register.key, ruleset=register.form.ruleset)
    names, schools = Names(), register.tables["schools"]
    files = {
        Path(f"{names.take(joined(one['school_code'], one['school_name']))}.xlsx"): one
        for one in schools
    }
    there = {path for path in files if (folder / path).exists()}
    if filled := [str(path) for path in files if path in there and not untouched(folder / path)]:
        raise UsageError(
            plural(
                len(filled),
                "已有{n}份学校的工作簿，可能已填写：{what}",
                what=shortened(filled, msg("等{count}份")),
            ),
            where=str(folder),
            todo=msg("请换一个空文件夹，或先把它们移走"),
        )
    with staged(folder) as place:
        for number, (path, form) in enumerate(zip(files, _forms(register), strict=True)):
            if progress is not None:
                progress(msg("学校"), number, len(files))
            own = replace(mark, school_code=form.school_code)
            content = school_workbook(form, register.form.words, own)
            place.put(path, content, fresh=path not in there)
        return place.place().papers


def _forms(register: Register) -> Iterator[SchoolForm]:
    """What each school is asked, in the order of the register."""
    words, county, asking = register.form.words, register.county, Asking(register)
    identity = {name: county[name] for name in ("county_code", "county_name", "province", "year") if name in county}  # fmt: skip
    listing = listing_of(
        [
            {name: value for name, value in one.items() if lasting(words.school[name])}
            for one in register.tables["schools"]
        ]
    )
    rows = {table: rows_by_school(register.tables.get(table, ())) for table in ("classes", "rooms")}
    for school in register.tables["schools"]:
        code = str(school["school_code"])
        classes, rooms = (rows[table].get(code, []) for table in ("classes", "rooms"))
        asked = asking.of(school, classes, rooms)
        known = (one for group in asked.groups.values() for one in group if one.known is not None)
        sent = Sent(
            identity, asked.needed, asked.optional,
            {one.fact.name: one.known for one in known}, classes, rooms, listing,
        )  # fmt: skip
        yield SchoolForm(
            str(county["county_name"]), register.key[1], register.form.title, code,
            str(school["school_name"]), asked.groups,
            KnownRows(classes, asked.stages), KnownRows(rooms, asked.kinds), sent.columns(),
        )  # fmt: skip
