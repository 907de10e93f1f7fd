"""What was submitted, given back as a workbook: bad cells marked, every problem listed, and what is still needed.

In: the outcome of the data checks, the documents as they were read. Out: bytes of a workbook. The
county's own workbook keeps all that openpyxl can carry; from whatever else was submitted a workbook is
made of the records as they were typed.
"""
