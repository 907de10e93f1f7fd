"""The blank workbook that a county fills in, made from the vocabulary and read back by the intake.

In come the vocabulary and the rules that wait for statements; out goes the workbook (`build`). What
it says and in which order stands in `content` and in the template ``blank_workbook.md``.
"""

from compliance.render.blank_workbook.build import template_bytes, write_template

__all__ = ["template_bytes", "write_template"]
