"""What is said of a county, worked out once and eaten by every paper.

In come the findings, the rules and the report of one run; out goes an `Assessment` a county: what
decides, the standing of every miss, amounts, totals, owners, what is awaited and from whom. Formats
and templates are not known here, and nothing is judged again. `figures` is the one number policy.
"""

from compliance.assessment.awaited import Awaited, MissingFacts, owner
from compliance.assessment.county import Advice, Assessment, Decisive, FallingShort, assess
from compliance.assessment.standings import (
    OPEN,
    PROBLEM,
    REFERENCE,
    SUGGESTION,
    Judged,
    members,
)
from compliance.assessment.totals import Amount, Total, amounts

__all__ = [
    "OPEN",
    "PROBLEM",
    "REFERENCE",
    "SUGGESTION",
    "Advice",
    "Amount",
    "Assessment",
    "Awaited",
    "Decisive",
    "FallingShort",
    "Judged",
    "MissingFacts",
    "Total",
    "amounts",
    "assess",
    "members",
    "owner",
]
