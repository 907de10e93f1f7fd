"""The judge: a rule set and a submission become findings and verdicts, in columns.

In: a `Ruleset`, a `Submission`. Out: outcomes (`evaluate`), findings without words (`findings`),
verdicts of counties (`verdicts`). May not know files or papers. A rule's kind (`kinds/`, a file each)
evaluates, words and explains it; `units` and `tallies` make the frames, `exact_arithmetic` decides
what floats cannot, `sentences` are what the kinds' words are made of; `subject`, `figures`, `formula`,
`members` and `variants` are what their workings (`working`) are made of.
"""
