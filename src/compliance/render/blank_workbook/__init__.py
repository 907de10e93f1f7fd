"""The blank workbook that a county fills in, made from the vocabulary."""
