"""What the papers ask of a rule's kind, in one place."""

from __future__ import annotations

from compliance.rules.language.model import Rule


def gathers(rule: Rule) -> bool:
    """Whether it is made of the rules that it names, as RS of R1–R7."""
    return rule.kind in ("all", "most")


def counts_members(rule: Rule) -> bool:
    """Whether its figure is how many of its members are met."""
    return rule.kind == "most"


def counts(rule: Rule) -> bool:
    """Whether its figure is a number of things, whatever it is about."""
    return rule.kind in ("most", "within")


def coefficient(rule: Rule) -> bool:
    """Whether it holds the spread of an indicator among a stage's units against its limit."""
    return rule.kind == "dispersion"


def stated(rule: Rule) -> bool:
    """Whether a person states it, and no figure."""
    return rule.kind == "attested"


def vetoes(rule: Rule) -> bool:
    """Whether what is stated is that a case exists, which decides against the county."""
    return rule.settings.get("statement") == "vetoes"
