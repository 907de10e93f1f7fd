"""What is installed: the hooks, and the manager that gathers every plugin's offers, loudly.

In: entry points. Out: `Offers`, checked. May not know what the offers are used for.
"""
