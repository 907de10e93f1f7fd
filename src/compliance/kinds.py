"""What a plugin that offers kinds of rules may import: this module, and `compliance` itself.

A kind is one class: `Kind`, with its settings (a frozen dataclass), what it looks at (`References`),
how it judges and how it is told. `hookimpl` marks the function that offers it. It judges an
`Evaluation`: frames of counties, schools and units, and the outcomes of the rules judged before. What
it gives back has the columns of `SUBJECT` and of `RESULTS`; a state is a number in the order of the
contract, so that the state of a group is a minimum. `quantity` binds an indicator to a frame; `meets`
compares floats, `near` tells where they could misjudge, and there `judged_again` with
`meets_exactly` decides from the figures as typed. Sentences are column expressions: `line` fills the
holes of a template, `parts` tells the parts of a rule one by one. `explain` asks a kind for the
`Working` of a `Subject`, for what would turn the verdict (`Flip`) and for an example; each has a
default, from `figures` and `comparisons`. Nothing else in the package is public: it may change from
one version to the next.
docs/plugin-authors.md shows a plugin whole.
"""

from __future__ import annotations

from compliance.engine.evaluate import RESULTS, SUBJECT, Columns, Evaluation, by_county, part_entry
from compliance.engine.exact_arithmetic import exactly, meets, meets_exactly, near, quantity, typed
from compliance.engine.figures import figures
from compliance.engine.formula import comparisons
from compliance.engine.kinds.all_of import of_parts
from compliance.engine.kinds.kind import Kind, Sentences
from compliance.engine.lacks import Lacks
from compliance.engine.sentences import limit_text, line, parts, stage_word, status_word
from compliance.engine.subject import Subject
from compliance.engine.working import Comparison, Flip, Input, Working
from compliance.kernel.i18n import lang, pick
from compliance.kernel.number_format import fixed, plain, short
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
from compliance.rules.kinds import NoSettings
from compliance.rules.language.model import FindingForm, Limit, Part, References, Rule, Ruleset

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
    "Columns",
    "Comparison",
    "Evaluation",
    "FindingForm",
    "Flip",
    "Input",
    "Kind",
    "Lacks",
    "Limit",
    "NoSettings",
    "Part",
    "References",
    "Rule",
    "Ruleset",
    "Sentences",
    "Subject",
    "Working",
    "by_county",
    "comparisons",
    "exactly",
    "figures",
    "fixed",
    "hookimpl",
    "lang",
    "limit_text",
    "line",
    "meets",
    "meets_exactly",
    "near",
    "of_parts",
    "part_entry",
    "parts",
    "pick",
    "plain",
    "quantity",
    "short",
    "stage_word",
    "status_word",
    "typed",
]
