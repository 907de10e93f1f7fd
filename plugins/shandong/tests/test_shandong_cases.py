"""Shandong's cases."""

from pathlib import Path

from compliance.testing import pack_contract

test_contract = pack_contract("shandong", Path(__file__).parent)
