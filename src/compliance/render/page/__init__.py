"""The report as one page, HTML or Markdown."""
