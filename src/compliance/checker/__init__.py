"""The composition root: paths and a choice of rules become a `Report`.

In: paths, a `Choice`, what is installed. Out: a `Report`, or a `Batch` that lies ready to be judged.
May not know the formats of papers.
"""

from compliance.checker.builtin_offers import load
from compliance.checker.check import Batch, Checker, check, judged, prepare
from compliance.checker.choice import (
    Choice,
    base_of,
    check_words,
    chosen_rules,
    own_words,
    with_pack_file,
)
from compliance.checker.parts import Job
from compliance.checker.report import Report

__all__ = [
    "Batch",
    "Checker",
    "Choice",
    "Job",
    "Report",
    "base_of",
    "check",
    "check_words",
    "chosen_rules",
    "judged",
    "load",
    "own_words",
    "prepare",
    "with_pack_file",
]
