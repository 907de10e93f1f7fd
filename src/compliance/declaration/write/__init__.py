"""The filled form as a workbook or a Word document."""
