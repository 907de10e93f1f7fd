"""What is said of a county, worked out once and eaten by every paper.

In come the findings, the rules and the report of one run; out goes an `Assessment` a county: what
decides, the standing of every miss, amounts, totals, owners, what is awaited and from whom. Formats
and templates are not known here, and nothing is judged again. `figures` is the one number policy.
"""

from compliance.assessment.county import (
    Advice,
    Amount,
    Assessment,
    Awaited,
    Decisive,
    FallingShort,
    MissingFacts,
    OfNobody,
    Total,
    amounts,
    assess,
    offices,
    supplier,
    totals,
)
from compliance.assessment.overview import block_titles, numbered, overview
from compliance.assessment.standings import (
    EXCUSED,
    OPEN,
    PROBLEM,
    REFERENCE,
    SUGGESTION,
    WAITING,
    Judged,
    members,
)
from compliance.engine.breakdown import Breakdown, Contribution

__all__ = [
    "EXCUSED",
    "OPEN",
    "PROBLEM",
    "REFERENCE",
    "SUGGESTION",
    "WAITING",
    "Advice",
    "Amount",
    "Assessment",
    "Awaited",
    "Breakdown",
    "Contribution",
    "Decisive",
    "FallingShort",
    "Judged",
    "MissingFacts",
    "OfNobody",
    "Total",
    "amounts",
    "assess",
    "block_titles",
    "members",
    "numbered",
    "offices",
    "overview",
    "supplier",
    "totals",
]
