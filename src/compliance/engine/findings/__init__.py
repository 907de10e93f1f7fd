"""Outcomes told: rows in the order of the contract, their sentences, the verdicts of counties."""
