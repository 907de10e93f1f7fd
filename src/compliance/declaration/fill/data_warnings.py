"""Which warnings are about figures that the form prints or that its verdicts rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compliance.declaration.fill.county_view import County
from compliance.declaration.fill.filled_form import Suspect
from compliance.declaration.form.form import Form, Table
from compliance.declaration.form.placeholders import Blank, Reference
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import COMPULSORY
from compliance.rules.language import conditions


def suspects(
    form: Form, county: County, problems: Sequence[Problem], titles: Mapping[str, str]
) -> Iterator[Suspect]:
    """The county's warnings about facts the form uses, each once, in the order they were found."""
    row = county.row
    used = {table.key: _facts(form, table, county) for table in form.tables}
    names = dict(county.frame("school").select("school_code", "school_name").iter_rows())
    for one in dict.fromkeys(problems):
        mine = one.county_code == row["county_code"] and one.year in (None, row["year"])
        if one.severity != "warning" or not mine:
            continue
        sheets = dict.fromkeys(
            str(table.sheet) for table in form.tables if used[table.key] & set(one.facts)
        )
        if sheets:
            known = [titles[fact] for fact in one.facts if fact in titles]
            who = names.get(one.school_code, one.school_code) if one.school_code else ""
            yield Suspect(
                tuple(sheets),
                pick("：", ": ").join(
                    filter(None, (who or say("全县", "county"), pick("、", ", ").join(known[:2])))
                ),
                f"{one.message}{pick('（{}）', ' ({})').format(one.expected)}"
                if one.expected
                else one.message,
                f"{one.file} {one.at}".strip(),
            )


def _facts(form: Form, table: Table, county: County) -> set[str]:
    """The facts a table uses, by their names in the submission."""
    found: set[str] = set()
    for asked in _asked(table):
        found |= _of(asked, form, county)
    stages = {f"{stage}_{name}" for name in found for stage in COMPULSORY}
    return found | stages


def _asked(table: Table) -> Iterator[Reference]:
    """Everything a table asks for."""
    if table.rule:
        yield Reference("value", table.rule)
    for column in table.columns:
        kind, _, name = column.value.partition(":")
        if kind in ("fact", "value"):
            yield Reference("" if kind == "fact" else kind, name)
    for row in table.rows:
        yield from (one for one in row.values if one is not None)
        if row.rule:
            yield Reference("met", row.rule)
    sentences = [*table.notes, *(row.sentence for row in table.rows if row.sentence)]
    for sentence in sentences:
        yield from (one.reference for one in sentence.zh if isinstance(one, Blank))


def _of(asked: Reference, form: Form, county: County) -> set[str]:
    """The facts one reference rests on."""
    known = county.bench.ruleset
    if asked.kind:
        names = asked.name.split("+")
        return {fact for name in names if name in known.rules for fact in known.rules[name].facts}
    figure = form.figures.get(asked.name)
    if figure is None:
        return _named(asked.name, county)
    settings = figure.settings
    found: set[str] = set(conditions.facts(settings.get("where", {})))  # type: ignore[arg-type]
    for key in ("count", "from"):
        scope = str(settings.get(key, ""))
        if scope in known.rules:
            found |= set(known.rules[scope].facts)
    if "sum" in settings:
        found.add(str(settings["sum"]))
    inner = [settings["divide"]] if "divide" in settings else settings.get(figure.kind, ())
    if figure.kind in ("add", "share", "divide") and isinstance(inner, list | tuple):
        for name in inner:
            found |= _of(Reference("", str(name)), form, county)
    if figure.kind == "listed":
        found.add(str(settings["listed"]))
    return found


def _named(name: str, county: County) -> set[str]:
    """A fact of the county; of a tally or indicator all that it is worked out from."""
    known = county.bench.ruleset
    if name in county.row and name not in known.tallies:
        return {name}
    return set(known.references.behind(name))
