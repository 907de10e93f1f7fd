"""The report of `check`: a page to read, to print and to find things in, and a workbook to work in.

In: `Results`. Out: HTML, Markdown, Excel. Each file here is one part of the report as data, made from
the assessment of a county; the templates and the workbook only lay it out.
"""
