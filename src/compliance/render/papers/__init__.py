"""The papers that a county works with between two lists: tasks, schedule, meeting, notice, one page for its head.

In come a county's assessment, its ledger and what was stated beside its figures; out go `WorkingPaper`s
and their bytes. Every one is filled into a Word template of its own name, or into the common page.
"""
