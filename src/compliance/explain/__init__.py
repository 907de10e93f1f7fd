"""The working of one verdict: its figures with their cells, its arithmetic, what would turn it."""
