"""R1–R7 as a decision of zen-engine: `python -m benchmarks.peers.by_zen DATA OUT`.

A decision table holds the limits by stage, an expression for each indicator the verdict. Polars
hands over the stages with their amounts; the engine decides them one at a time, as it is made to.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import zen

from benchmarks.by_hand import INDICATORS, KEY, units


def decision() -> dict[str, Any]:
    """The graph: a stage with its amounts in, a verdict for each indicator out."""
    table = {
        "hitPolicy": "first",
        "passThrough": True,
        "inputs": [{"id": "stage", "name": "stage", "field": "stage"}],
        "outputs": [{"id": k, "name": k, "field": f"limit.{k}"} for k in INDICATORS],
        "rules": [
            {"_id": stage, "stage": f'"{stage}"'}
            | {k: getattr(one, stage) for k, one in INDICATORS.items()}
            for stage in ("primary", "junior")
        ],
    }
    verdicts = [
        {"id": k, "key": k, "value": f"{one.per} * {k} / p >= limit.{k}"}
        for k, one in INDICATORS.items()
    ]
    nodes: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("unit", "inputNode", {}),
        ("limits", "decisionTableNode", table),
        ("verdicts", "expressionNode", {"expressions": verdicts}),
        ("answer", "outputNode", {}),
    )
    names = [name for name, _, _ in nodes]
    return {
        "nodes": [
            {"id": name, "type": kind, "name": name, "content": content}
            | {"position": {"x": 0, "y": 0}}
            for name, kind, content in nodes
        ],
        "edges": [
            {"id": one, "sourceId": one, "targetId": other, "type": "edge"}
            for one, other in pairwise(names)
        ],
    }


def judge(data: Path, out: Path) -> None:
    """Every stage put to the engine."""
    rows = units(data).select(*KEY, "p", *INDICATORS).collect()
    decide = zen.ZenEngine().create_decision(json.dumps(decision())).evaluate
    verdicts = [decide(row)["result"] for row in rows.iter_rows(named=True)]
    found = pl.concat([rows.select(KEY), pl.DataFrame(verdicts)], how="horizontal")
    status = pl.when("met").then(pl.lit("pass")).otherwise(pl.lit("fail"))
    found.unpivot(index=KEY, variable_name="rule", value_name="met").select(
        *KEY, "rule", status=status
    ).write_parquet(out)


if __name__ == "__main__":
    judge(*map(Path, sys.argv[1:]))
