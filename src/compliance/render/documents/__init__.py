"""What every document needs, whatever it says.

In come texts, view models and templates; out go bytes and files written whole. `text` makes text
fit for a line and a terminal, `output_files` names and places what is written, `jinja` and `docx`
fill templates that a province may replace, `xlsx` lays out workbooks. Nothing here knows a rule, a
finding or a county.
"""
