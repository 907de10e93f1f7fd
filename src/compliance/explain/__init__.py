"""Rules and verdicts explained: a rule's page, the working of a verdict, rule sets laid open.

In: a rule, and where a verdict is asked about the files of a county. Out: an answer as plain values
and as lines of text. How a kind of rule works a verdict out, what would turn it and what an example
of it looks like is the kind's own (`compliance.engine.kinds`); here figures are given their cells,
and everything is arranged and worded.
"""

from compliance.explain.explain import of_case, of_rule

__all__ = ["of_case", "of_rule"]
