"""河北省规则集：在国家规则集上的差异。 Offers Hebei's differences as data."""

from __future__ import annotations

from pathlib import Path

from compliance import hookimpl


@hookimpl
def compliance_packs() -> list[Path]:
    """The directory that holds this plugin's rules/, schemas/ and templates/."""
    return [Path(__file__).parent]
