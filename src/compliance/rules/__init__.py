"""Rules as data: packs read, laid over each other for a day, held against what they rest on.

In: TOML packs, a day, switches, confirmations. Out: a frozen `Ruleset`. May not know data.
"""
