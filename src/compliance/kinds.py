"""What a plugin that offers kinds of rules may import: this module, and `compliance` itself.

`hookimpl` marks the offers. A `Kind` judges a rule on the columns of a `Bench`; the columns it
gives back are those of `RESULTS`, the subject's are those of `SUBJECT`. States are numbers in the
order of the contract, so that a group is a minimum. Sentences are column expressions: `line` fills
the holes of a template, `parts` tells the parts of a rule one by one. Nothing else in the package is
public: it may change from one version to the next.
"""

from __future__ import annotations

from compliance.engine.evaluate import RESULTS, SUBJECT, Bench, Kind, by_county, part
from compliance.engine.findings.kind_messages import line, parts, safe
from compliance.engine.kinds.all_of import evaluate as judge_parts
from compliance.kernel.i18n import pick, say
from compliance.kernel.number_format import fixed
from compliance.kernel.submission import (
    ERROR,
    FAIL,
    NO_WORDS,
    NOT_APPLICABLE,
    NOT_CHECKED,
    PART,
    PASS,
    UNKNOWN,
    WAIVED,
)
from compliance.plugins.hookspecs import hookimpl
from compliance.rules.language.model import Rule, Ruleset

__all__ = [
    "ERROR",
    "FAIL",
    "NOT_APPLICABLE",
    "NOT_CHECKED",
    "NO_WORDS",
    "PART",
    "PASS",
    "RESULTS",
    "SUBJECT",
    "UNKNOWN",
    "WAIVED",
    "Bench",
    "Kind",
    "Rule",
    "Ruleset",
    "by_county",
    "fixed",
    "hookimpl",
    "judge_parts",
    "line",
    "part",
    "parts",
    "pick",
    "safe",
    "say",
]
