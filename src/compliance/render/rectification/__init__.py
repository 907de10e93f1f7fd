"""Rectification lists: one for the county, one for each school."""
