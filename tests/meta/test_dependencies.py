"""What the package imports of others it declares, and what it declares it imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DECLARED: dict[str, Requirement] = {
    canonicalize_name(Requirement(one).name): Requirement(one) for one in PROJECT["dependencies"]
}
# what is there with an extra, or only where tests of packs run
ELSEWHERE = {"typst", "pytest", "pyspark", "py4j", "pyarrow"}


def imported() -> dict[str, set[str]]:
    """Top-level module of others → the files that import it."""
    found: dict[str, set[str]] = {}
    for path in nonempty(sorted((ROOT / "src").rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and not top.startswith(("compliance", "_")):
                    found.setdefault(top, set()).add(path.name)
    return found


def test_what_is_imported_is_declared() -> None:
    owners = packages_distributions()
    needed = {
        module: canonicalize_name(owners.get(module, [module])[0])
        for module in imported()
        if module not in ELSEWHERE
    }
    assert {one for one in needed.values() if one not in DECLARED} == set()
    assert set(DECLARED) - set(needed.values()) == set()


def test_what_is_not_public_is_bounded() -> None:
    """Names with an underscore of other libraries, and modules that they call internal or unstable."""
    private = re.compile(
        r"\bsheet\._cells\b|\bpatch_xml\b|\bdef _parse\b|polars\.io\.plugins|\bdocx\.(?:oxml|opc)\b|error\.message\.startswith"
    )
    of = {
        "_cells": "openpyxl",
        "patch_xml": "docxtpl",
        "_parse": "jinja2",
        "polars": "polars",
        "docx": "python-docx",
        "error.message": "click",
    }
    seen = set()
    for path in nonempty(sorted((ROOT / "src").rglob("*.py"))):
        for use in private.findall(path.read_text("utf-8")):
            seen |= {name for sign, name in of.items() if sign in use}
    assert seen == set(of.values())
    for name in nonempty(sorted(seen)):
        assert any(one.operator == "<" for one in DECLARED[name].specifier), name
