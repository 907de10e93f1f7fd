"""Registers of persons, rooms and things become school facts, by the definitions of a rule set.

In: files of registers, the list of schools, what a rule set says of registers. Out: a `Submission` with the
facts filled in, and all that was odd on the way. A table of any size goes through in pieces. Knows registers,
their columns and how rows are counted; may not know law.
"""

from compliance.registers.assembled import Assembled, AssemblyTerms, Complete, Ruling, assemble
from compliance.registers.sources import Sources, sources_in

__all__ = ["Assembled", "AssemblyTerms", "Complete", "Ruling", "Sources", "assemble", "sources_in"]
