"""Invented counties on which a change of the packs is tried: docs/corpus.md."""
