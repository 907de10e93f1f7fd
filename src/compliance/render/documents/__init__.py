"""What every document needs: templates, Word, Excel, widths of text, files written whole."""
