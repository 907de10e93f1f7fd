"""The former name of `registry`, until nothing imports it."""

from compliance.plugins.registry import Registry as Offers

__all__ = ["Offers"]
