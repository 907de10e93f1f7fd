"""The vocabulary: what a figure is called, what it may be, which stage and which type of school has it.

In: the JSON Schemas of the core and of packs. Out: one `Vocabulary` (`vocabulary.vocabulary`) of
`Fact`s, with what the schemas say of figures side by side (`plausibility`). May not know files or
rules.
"""
