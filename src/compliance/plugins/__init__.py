"""What is installed: the hooks, and the registry that gathers every plugin's offers, loudly.

In: entry points. Out: a `Registry`, checked. May not know what the offers are used for.
"""
