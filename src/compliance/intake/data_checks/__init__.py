"""Data checks on accepted figures: what contradicts itself, is hardly possible, or was copied.

All are warnings; the judge goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.cells import TYPES
from compliance.intake.acceptance.integrity import Tables
from compliance.intake.acceptance.unread import Unread
from compliance.intake.data_checks import (
    class_sizes,
    duplicates,
    schema_checks,
    text_damage,
    year_on_year,
)
from compliance.intake.data_checks.declarations import Check, Types, run
from compliance.intake.data_checks.declarations import figures as figures_of
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import lang
from compliance.kernel.submission import Submission


def data_checks(
    schools: pl.DataFrame,
    counties: pl.DataFrame,
    monitoring: pl.DataFrame,
    vocabulary: Vocabulary,
    tables: Tables,
    unread: Unread,
    previous: Submission | None = None,
) -> list[Problem]:
    """The warnings of all checks, in the order of their declaration.

    The frames hold accepted figures, also of counties that have errors beside them. previous: earlier figures of the same counties, to
    compare with.
    """
    types, figures, declared = _declared(vocabulary, lang())
    checks = [*declared]
    identified = unread.identified(schools)
    views = {
        "schools": schools,
        "monitoring": monitoring,
        "counties": schema_checks.county_view(counties, schools, vocabulary, types),
        **duplicates.views(identified, vocabulary),
        "replaced": text_damage.view(schools, counties, vocabulary),
    }
    if previous is not None:
        checks += year_on_year.checks(vocabulary, previous)
        views |= year_on_year.views(identified, counties, previous, vocabulary)
    return run(checks, views, tables, types, unread, figures)


@lru_cache(maxsize=16)
def _declared(
    vocabulary: Vocabulary, _: str
) -> tuple[Types, Mapping[str, pl.Expr], tuple[Check, ...]]:
    """What follows from a vocabulary alone, in the language spoken: the types of its facts, figures, checks."""
    tables_of = (vocabulary.tables["monitoring"], vocabulary.county, vocabulary.school)
    types = {fact.name: TYPES[fact.form] for table in tables_of for fact in table.values()}
    checks = (
        *class_sizes.checks(vocabulary),
        *schema_checks.contradictions(vocabulary),
        *schema_checks.implausible(vocabulary),
        *duplicates.checks(vocabulary),
        *text_damage.checks(vocabulary),
    )
    return types, figures_of(vocabulary.school), checks
