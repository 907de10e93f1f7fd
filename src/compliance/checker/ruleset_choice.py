"""The former home of `base_of`, until nothing imports it."""

from compliance.checker.choice import base_of

__all__ = ["base_of"]
