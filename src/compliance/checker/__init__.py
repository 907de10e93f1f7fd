"""The composition root: paths and a choice of rules become a `Report`.

In: paths, a choice. Out: a `Report`. May not know the formats of papers.
"""
