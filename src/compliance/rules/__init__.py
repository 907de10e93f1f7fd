"""Rules as data: packs read, laid over each other for a day, held against what they rest on.

In: TOML packs (`editions`), a day, switches, confirmations, the kinds on offer (`Kinds`). Out: a frozen
`Ruleset` (`resolve`), checked against the vocabulary (`examine`), with the graph of what everything in
it rests on (`Ruleset.references`). Whoever works from rules reads the declarations named here and never
changes them; the words for them stand in `compliance.rules.reference`. May not know data.
"""

from compliance.rules.kinds import Kinds, RuleKind
from compliance.rules.language.editions import edition, editions
from compliance.rules.language.model import (
    Clause,
    Exclusion,
    Indicator,
    Instead,
    Limit,
    Part,
    Rule,
    Ruleset,
    Split,
    Switch,
    Tally,
    Terms,
)
from compliance.rules.language.pack import Pack, packs_in, read_pack
from compliance.rules.language.references import ReferenceGraph
from compliance.rules.lint import examine
from compliance.rules.resolution.confirmations import Confirmation, read_confirmations
from compliance.rules.resolution.resolve import resolve

__all__ = [
    "Clause",
    "Confirmation",
    "Exclusion",
    "Indicator",
    "Instead",
    "Kinds",
    "Limit",
    "Pack",
    "Part",
    "ReferenceGraph",
    "Rule",
    "RuleKind",
    "Ruleset",
    "Split",
    "Switch",
    "Tally",
    "Terms",
    "edition",
    "editions",
    "examine",
    "packs_in",
    "read_confirmations",
    "read_pack",
    "resolve",
]
