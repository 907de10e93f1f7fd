"""Doubts about figures that are readable: contradictions, jumps, copies, damaged text."""
