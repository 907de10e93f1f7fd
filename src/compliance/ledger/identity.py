"""The id of an item: the same from run to run, whatever its figures, its order and the language."""

from __future__ import annotations

_STAGES = {"primary": "P", "junior": "J"}


def item_id(subject_code: str, stage: str | None, rule: str) -> str:
    """``3416220001-P-R1``, ``3416220001-G3``, ``341622-J-D1``, ``341622-G9``.

    subject_code: the school's code, or the county's for what the county itself must put right.
    """
    return "-".join(filter(None, (subject_code, _STAGES.get(stage or ""), rule)))
