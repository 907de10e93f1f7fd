"""The vocabulary: what a figure is called, what it may be, which stage and which type of school has it.

In: the JSON Schemas of the core and of packs. Out: one `Vocabulary`. May not know files or rules.
"""
