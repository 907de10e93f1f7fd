"""Small rule sets and submissions for tests of the core, written as a pack author would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import tomli

from compliance.engine.evaluate import Evaluation, evaluate
from compliance.engine.kinds import kinds
from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.kernel.submission import NOT_INVOLVED, Submission
from compliance.rules.kinds import Kinds
from compliance.rules.language.editions import editions
from compliance.rules.language.pack import Pack
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.resolve import resolve

DAY = date(2023, 9, 1)
HEAD = """
[pack]
id = "base"
title = "测试规则集"
source = "测试"
effective = 2017-04-19
concludes = "C"
default = true

[split]
facts = ["teaching_area"]
weights = { primary = "1", junior = "1.1", senior = "1.32" }

[indicator.degree]
title = "每百名学生拥有高于规定学历教师数"
unit = "人/百名学生"
measure = "人"
per = 100
of = "teachers_above_degree"
over = "students"

[indicator.area]
title = "生均教学用房面积"
unit = "平方米/生"
measure = "平方米"
of = "teaching_area"
over = "students"
gap_step = "0.01"
"""
FORMS: Mapping[str, Any] = {
    "count": pl.Float64, "number": pl.Float64, "text": pl.String, "word": pl.String,
    "flag": pl.Boolean, "date": pl.String, "year": pl.Float64, "counts": pl.List(pl.Float64),
    "numbers": pl.List(pl.Float64), "texts": pl.List(pl.String),
}  # fmt: skip


def pack(text: str, name: str = "test.toml") -> Pack:
    tables = tomli.loads(text, parse_float=Decimal)
    return Pack(tables["pack"]["id"], Path(name), text, tables, "1.0")


def rule(rule_id: str, body: str) -> str:
    return f'\n[rule.{rule_id}]\ntitle = "{rule_id}"\nbasis = "verified"\nsource = "测试"\n{body}\n'


CONCLUSION = rule("C", 'kind = "all"\nrole = "conclusion"\nof = []')


def ruleset(
    *texts: str, wanted: str = "base", enforce: Sequence[str] = (), offered: Kinds | None = None,
    words: Vocabulary | None = None,
) -> Ruleset:  # fmt: skip
    known = editions([pack(text) for text in texts])
    return resolve(known, wanted, DAY, enforce, kinds=offered or kinds(), words=words)


def _columns(table: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {"county_code": pl.String, "year": pl.Int32}
    return columns | {n: FORMS[f.form] for n, f in table.items() if n not in columns}


def submission(
    schools: Sequence[Mapping[str, Any]],
    county: Mapping[str, Any] | None = None,
    attested: Mapping[str, bool | None] | None = None,
    vetoes: Mapping[str, bool | None] | None = None,
    monitoring: Sequence[tuple[str, float | None, float | None]] = (),
) -> Submission:
    """One county, 340001 in 2023; facts not named are missing."""
    words = vocabulary()
    key = {"county_code": "340001", "year": 2023}
    said = pl.List(pl.String)
    tables = {"rule": pl.String, "met": pl.Boolean, "evidence": said, "note": pl.String}
    levels = {
        "subject": pl.String, "grade": pl.String, "monitored_year": pl.Int32,
        "level": pl.Float64, "disparity": pl.Float64,
    }  # fmt: skip

    def frame(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Any]) -> pl.DataFrame:
        return pl.DataFrame([{n: row.get(n) for n in columns} for row in rows], schema=columns)

    keyed = {"county_code": pl.String, "year": pl.Int32}
    return Submission(
        counties=frame(
            [{"county_name": "甲县", **key, **(county or {})}],
            {**_columns(words.county), NOT_INVOLVED: pl.List(pl.String)},
        ),
        schools=frame(
            [
                {"school_code": str(n), "school_name": f"第{n}学校", **key, **one}
                for n, one in enumerate(schools, start=1)
            ],
            _columns(words.school),
        ),
        monitoring=frame(
            [{**key, "subject": s, "level": v, "disparity": d} for s, v, d in monitoring],
            {**keyed, **levels},
        ),
        attestations=frame(
            [
                {**key, "rule": r, "met": m, "evidence": ["文件"]}
                for r, m in (attested or {}).items()
            ],
            {**keyed, **tables},
        ),
        vetoes=frame(
            [{**key, "rule": r, "exists": e} for r, e in (vetoes or {}).items()],
            {**keyed, "rule": pl.String, "exists": pl.Boolean},
        ),
        buildings=frame([], keyed),
        organisations=frame([], keyed),
        succession=frame([], keyed),
        amounts=tuple(name for name, fact in words.school.items() if fact.adds),
        nobody={
            name: fact.not_involved
            for name, fact in words.county.items()
            if fact.not_involved is not None
        },
    )


def judged(rules: Ruleset, figures: Submission, as_of: date = DAY) -> Evaluation:
    bench = evaluate(rules, figures, as_of, kinds())
    assert bench.broken == {}
    return bench
