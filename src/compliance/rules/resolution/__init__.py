"""From packs to one rule set for a day: layers, overrides, dates, switches, confirmations."""
