"""Rules as data: packs read, laid over each other for a day, held against what they rest on.

In: TOML packs (`language.pack`, `language.editions`), a day, switches, confirmations
(`resolution.confirmations`), the kinds on offer (`kinds`). Out: a frozen `Ruleset` (`language.model`;
`resolution.resolve`), checked against the vocabulary (`lint.examine`), with the graph of what everything
in it rests on (`Ruleset.references`). Whoever works from rules reads the declarations of these modules
and never changes them; the words for them stand in `reference`. May not know data.
"""
