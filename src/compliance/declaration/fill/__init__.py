"""The declaration form filled in from a report."""
