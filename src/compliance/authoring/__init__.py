"""What authors of rule packs work with: a pack's cases, and what the cases leave out.

In: a folder of cases or of a plugin. Out: tests for pytest, faults with file and line. Its public face is
`compliance.testing`; nothing that judges a submission imports this room.
"""
