"""What a kind of rule in code is written against: this module, and nothing else of the package.

A kind is one class, `Kind`, offered by a function that `hookimpl` marks; the core's own kinds
(`compliance.engine.kinds`) import no more of the engine than what stands here, which a test holds.
docs/kinds.md shows two kinds whole and has a line for every name.

What a kind must know:

- It is asked for the columns of RESULTS: `columns` gives expressions over the frame of the rule's scope
  (unit, school, county), `evaluate` a frame of its own with a row for every subject (SUBJECT) of the
  rule. A state is a number in the order of STATUSES, so that the state of a group is a minimum.
- A blank is no figure. It makes the finding UNKNOWN, unless no figure could change the verdict, and
  stands by its name in `missing`: as `Lacks`, tests by the names of facts, or as a list of names a row
  where the kind gives its own frame. Names are those of the contract (`primary_students`); what
  `Quantity.lacks`, `lacks` and `open_facts` give is right.
- `value` and `threshold` are in the unit that `unit` says, by default the indicator's; `shortfall` and
  `excess` in that of `shortfall_unit` and `excess_unit`: the *name* of an indicator stands for its
  `gap_unit`, which is put into words later, in either language. Null where it has no meaning.
- Nothing that is stored is worded. `sentence` is asked once a language, while that language is current:
  `pick(zh, en)` chooses, `line` fills a template with columns. Where it gives null the core's words stand.
- Floats propose, fractions decide: `meets` compares columns, `near` tells where they could misjudge,
  there `exactly` (in columns) or `Quantity.exact` with `meets_exactly` judges the figures as typed.
- No order, no company, no clock: the same county has the same findings beside any others.

Everything else in the package may change from one version to the next.
"""

from __future__ import annotations

from compliance.engine.attestations import ATTESTATIONS, SAYING, VETOES, statement_column
from compliance.engine.evaluate import (
    RESULTS,
    SUBJECT,
    Columns,
    Evaluation,
    Sentences,
    at_work,
    by_county,
    met_status,
    part_entry,
)
from compliance.engine.exact_arithmetic import (
    Quantity,
    Row,
    Standard,
    chain,
    exact_limit,
    exactly,
    first,
    first_exact,
    highest,
    in_wholes,
    limit_column,
    meets,
    meets_exactly,
    near,
    percent,
    quantity,
    ratio,
    root,
    shown,
    steps_up,
    sum_of_roots,
    typed,
)
from compliance.engine.figures import applicability, figures
from compliance.engine.formula import bars, comparisons, met_words, split, verdict
from compliance.engine.kinds.all_of import of_parts
from compliance.engine.kinds.dispersion import coefficient_sentence, moments_exactly
from compliance.engine.kinds.kind import Kind
from compliance.engine.kinds.threshold import given
from compliance.engine.lacks import Lacks, bit, coded, in_order
from compliance.engine.members import members
from compliance.engine.plan import Plan
from compliance.engine.relaxations import JOINT
from compliance.engine.sentences import limit_text, line, parts, stage_word, status_word, unrounded
from compliance.engine.subject import Subject
from compliance.engine.tallies import ROWS, by_stage, lacks, open_facts
from compliance.engine.units import Frames, beside, each_once
from compliance.engine.variants import OPPOSITE, rejudged, status_of, to_floor
from compliance.engine.working import Comparison, Driver, Flip, Input, Member, Spread, Working
from compliance.facts.vocabulary import Vocabulary, titles
from compliance.kernel.errors import Problem, suggestion
from compliance.kernel.i18n import lang, pick
from compliance.kernel.labels import stage_words, status_words, unit_words
from compliance.kernel.number_format import fixed, plain, short
from compliance.kernel.submission import (
    ERROR,
    FAIL,
    KEY,
    NO_WORDS,
    NOT_APPLICABLE,
    NOT_CHECKED,
    NOT_INVOLVED,
    PART,
    PASS,
    STATUSES,
    UNKNOWN,
    WAIVED,
)
from compliance.plugins.hookspecs import hookimpl
from compliance.rules.kinds import NoSettings
from compliance.rules.language.conditions import Where, facts, matches
from compliance.rules.language.model import (
    COMPARE,
    OPERATORS,
    UPPER,
    WRITTEN,
    FindingForm,
    Indicator,
    Instead,
    Limit,
    Part,
    References,
    Rule,
)
from compliance.rules.language.ruleset import Ruleset

__all__ = [
    "ATTESTATIONS",
    "COMPARE",
    "ERROR",
    "FAIL",
    "JOINT",
    "KEY",
    "NOT_APPLICABLE",
    "NOT_CHECKED",
    "NOT_INVOLVED",
    "NO_WORDS",
    "OPERATORS",
    "OPPOSITE",
    "PART",
    "PASS",
    "RESULTS",
    "ROWS",
    "SAYING",
    "STATUSES",
    "SUBJECT",
    "UNKNOWN",
    "UPPER",
    "VETOES",
    "WAIVED",
    "WRITTEN",
    "Columns",
    "Comparison",
    "Driver",
    "Evaluation",
    "FindingForm",
    "Flip",
    "Frames",
    "Indicator",
    "Input",
    "Instead",
    "Kind",
    "Lacks",
    "Limit",
    "Member",
    "NoSettings",
    "Part",
    "Plan",
    "Problem",
    "Quantity",
    "References",
    "Row",
    "Rule",
    "Ruleset",
    "Sentences",
    "Spread",
    "Standard",
    "Subject",
    "Vocabulary",
    "Where",
    "Working",
    "applicability",
    "at_work",
    "bars",
    "beside",
    "bit",
    "by_county",
    "by_stage",
    "chain",
    "coded",
    "coefficient_sentence",
    "comparisons",
    "each_once",
    "exact_limit",
    "exactly",
    "facts",
    "figures",
    "first",
    "first_exact",
    "fixed",
    "given",
    "highest",
    "hookimpl",
    "in_order",
    "in_wholes",
    "lacks",
    "lang",
    "limit_column",
    "limit_text",
    "line",
    "matches",
    "meets",
    "meets_exactly",
    "members",
    "met_status",
    "met_words",
    "moments_exactly",
    "near",
    "of_parts",
    "open_facts",
    "part_entry",
    "parts",
    "percent",
    "pick",
    "plain",
    "quantity",
    "ratio",
    "rejudged",
    "root",
    "short",
    "shown",
    "split",
    "stage_word",
    "stage_words",
    "statement_column",
    "status_of",
    "status_word",
    "status_words",
    "steps_up",
    "suggestion",
    "sum_of_roots",
    "titles",
    "to_floor",
    "typed",
    "unit_words",
    "unrounded",
    "verdict",
]
