"""Junheng 均衡: does a county meet the standard for balanced compulsory education?

Public names: `check` judges submissions and returns a `Report`; `Checker` does so many times, with
what is installed loaded once, as a `Choice` says; `hookimpl` marks a plugin's offers. What else a plugin may import
stands in `compliance.kinds`. The names are imported when first asked for, so that starting up costs
nothing. What cannot be judged is a `JunhengError`: a UsageError, PackError or PluginError.
"""

from __future__ import annotations

TYPE_CHECKING = False  # nothing is imported before it is asked for

if TYPE_CHECKING:
    from compliance.checker.check import Checker, check
    from compliance.checker.choice import Choice
    from compliance.checker.report import Report
    from compliance.kernel.errors import JunhengError, PackError, PluginError, UsageError
    from compliance.plugins.hookspecs import hookimpl

__all__ = [
    "Checker",
    "Choice",
    "JunhengError",
    "PackError",
    "PluginError",
    "Report",
    "UsageError",
    "check",
    "hookimpl",
]

_HOMES = {
    "Checker": "compliance.checker.check",
    "Choice": "compliance.checker.choice",
    "JunhengError": "compliance.kernel.errors",
    "PackError": "compliance.kernel.errors",
    "PluginError": "compliance.kernel.errors",
    "Report": "compliance.checker.report",
    "UsageError": "compliance.kernel.errors",
    "check": "compliance.checker.check",
    "hookimpl": "compliance.plugins.hookspecs",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(name)
