"""The former home of `check_words`, until nothing imports it."""

from compliance.checker.choice import check_words

__all__ = ["check_words"]
