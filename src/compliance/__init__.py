"""Junheng 均衡: does a county meet the standard for balanced compulsory education?

Public names: `check` judges submissions and returns a `Report`; `hookimpl` marks a plugin's offers.
They are imported when first asked for, so that starting up costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compliance.checker.check import check
    from compliance.engine.findings.report import Report
    from compliance.plugins.hookspecs import hookimpl

__all__ = ["Report", "check", "hookimpl"]

_HOMES = {
    "Report": "compliance.engine.findings.report",
    "check": "compliance.checker.check",
    "hookimpl": "compliance.plugins.hookspecs",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(name)
