"""Jiangsu's cases."""

from __future__ import annotations

from pathlib import Path

from compliance.testing import cases

test_cases = cases(Path(__file__).parent / "cases")
