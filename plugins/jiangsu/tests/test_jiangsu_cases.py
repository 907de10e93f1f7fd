"""Jiangsu's cases."""

from pathlib import Path

from compliance.testing import pack_contract

test_contract = pack_contract("jiangsu", Path(__file__).parent)
