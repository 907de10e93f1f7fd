"""Workbooks sent to the schools of a county, and what came back, merged into the county's.

In: the county as an input lists it, or a folder of workbooks that came back. Out: a workbook a school,
or the filled workbook of the county with everything that was found wrong. May not know how anything
is judged.
"""

from compliance.collection.collect import Collection, collect
from compliance.collection.issue import issue
from compliance.collection.register import FormFor, Register, read_register

__all__ = ["Collection", "FormFor", "Register", "collect", "issue", "read_register"]
