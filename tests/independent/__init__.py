"""An independent judge: the rule sets once more, in loops and fractions.

It imports nothing of the package it checks and was written from the contract and the regulation
alone. One county in, a verdict for every rule and subject out; slow, plain and exact.

A document is the JSON form of a submission, ``{"county": {…}, "schools": [{…}]}``, in canonical
English words; an absent key or ``None`` is a missing figure.
"""

from __future__ import annotations

from tests.independent.arithmetic import Verdict
from tests.independent.judge import UNVERIFIED, Key, excluded, judge, strict

__all__ = ["UNVERIFIED", "Key", "Verdict", "excluded", "judge", "strict"]
