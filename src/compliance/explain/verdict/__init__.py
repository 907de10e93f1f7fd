"""The working of one verdict: inputs, formula, dispersion, statements, what would turn it."""
