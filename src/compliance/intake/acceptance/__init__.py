"""Raw tables judged cell by cell and row by row: typed columns, or a problem with its place."""
