"""`compliance plugin check`: everything that is wrong with a plugin, told at once.

What loading refuses is found by loading (`rules`, `facts`, `plugins`), which goes on beside a fault;
here stands what else its author should know. In: a plugin's folder, a folder of packs, a pack file, or
nothing for what is installed. Out: `Diagnostic`s. A foreign plugin's code is not run unless that is asked.
"""

from compliance.authoring.check.check import check_installed, check_path
from compliance.authoring.check.diagnostics import Diagnostic
from compliance.authoring.check.formats import FORMATS, written

__all__ = ["FORMATS", "Diagnostic", "check_installed", "check_path", "written"]
