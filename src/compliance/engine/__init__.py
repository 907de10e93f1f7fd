"""The judge: a rule set and a submission become findings and verdicts, in columns.

In: a `Ruleset`, a `Submission`. Out: outcomes, findings, verdicts. May not know files or papers.
"""
