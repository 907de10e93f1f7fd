"""The declaration form: a rule set's own form as data, filled in for a county, and compared.

No word of any form stands here. A form is a file ``declaration.toml`` among the templates of the
rule set's layers; it says which figure stands in which cell and which sentence has which blanks
(`form`). In: paths and how to judge. Out: forms, files of them, differences. `declarations` fills a form for every county (`fill`, from
`county` and `figures`), `write_forms` makes workbooks and Word documents of them (`layout`, `xlsx`,
`docx`), `differences` (`compare`) holds one against the form that a county filled in (`submitted_form`). What a form
says stands in its file alone: change that, not this room.
"""

from compliance.declaration.asked import printed_facts
from compliance.declaration.compare import Difference, differences, recognised
from compliance.declaration.fill import Declaration, declarations
from compliance.declaration.filled_form import FilledForm
from compliance.declaration.submitted_form import read_submitted
from compliance.declaration.write import folder_files, write_forms

__all__ = [
    "Declaration",
    "Difference",
    "FilledForm",
    "declarations",
    "differences",
    "folder_files",
    "printed_facts",
    "read_submitted",
    "recognised",
    "write_forms",
]
