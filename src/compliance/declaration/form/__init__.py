"""The declaration form as data: its tables, labels and placeholders."""
