"""Builders of the Word templates in `templates/`; they are not part of the distribution."""
