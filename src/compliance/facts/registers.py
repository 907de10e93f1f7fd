"""The registers: what their columns are called and may hold, as `schemas/registers.schema.json` has it.

A register lists persons, rooms or things one by one; its columns are described as facts are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from compliance.facts.fact import Fact
from compliance.facts.plausibility import checks_of
from compliance.facts.vocabulary import Heading, Vocabulary, facts_of, read_schema
from compliance.kernel.i18n import pick

_TABLE = (
    "register:{}"  # its table in a vocabulary: a submission has tables of classes and rooms too
)


class RegisterForm(NamedTuple):
    """One register. names: what its files and sheets may be called. columns: by name, as facts."""

    name: str
    title: str
    title_en: str
    description: str
    names: frozenset[str]
    columns: Mapping[str, Fact]

    @property
    def label(self) -> str:
        """Its title in the current language."""
        return pick(self.title, self.title_en)

    @property
    def table(self) -> str:
        """Its table in the vocabulary."""
        return _TABLE.format(self.name)


class Registers(NamedTuple):
    """All registers. words: their columns as a vocabulary. personal: headings of what nobody may read."""

    forms: Mapping[str, RegisterForm]
    words: Vocabulary
    personal: frozenset[str]

    def is_personal(self, heading: str) -> bool:
        """Whether a column names persons, or tells who they are."""
        return Heading.read(heading.rsplit("/", maxsplit=1)[-1]).key in self.personal


@cache
def registers() -> Registers:
    """The registers that the schema describes."""
    schema = read_schema("registers")
    forms = {}
    for name, node in schema["$defs"].items():
        names = frozenset(map(_folded, (name, node["title"], *node["x-names"])))
        columns = facts_of(_TABLE.format(name), node)
        forms[name] = RegisterForm(
            name, node["title"], node["x-title-en"], node["description"], names, columns
        )
    tables = {one.table: one.columns for one in forms.values()}
    words = Vocabulary(tables, {table: checks_of({}) for table in tables})
    personal = frozenset(Heading.read(heading).key for heading in schema["x-personal"])
    return Registers(forms, words, personal)


def register_called(name: str) -> str | None:
    """The register that a file, folder or sheet of this name holds: 附件2 教师名册（2023） is one of teachers."""
    found = _folded(name)
    of = {called: form.name for form in registers().forms.values() for called in form.names}
    return of.get(found)


def _folded(name: str) -> str:
    """A name without what numbers and dates it, and without the words for a table."""
    letters = "".join(
        sign for sign in Heading.read(name).key if not (sign.isdigit() or sign in "年月日学年度")
    )
    for prefix in ("附件", "附表", "表"):
        letters = letters.removeprefix(prefix)
    for tail in ("名册", "登记表", "台账", "明细", "一览", "表", "register", "parquet", "csv"):
        letters = letters.removesuffix(tail)
    return letters
