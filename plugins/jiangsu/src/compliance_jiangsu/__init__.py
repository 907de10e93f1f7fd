"""江苏省规则集：在国家规则集上的差异，与省定称号的A/B/C评定。 Offers Jiangsu's rules and kinds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from compliance import hookimpl

if TYPE_CHECKING:
    from compliance.kinds import Kind


@hookimpl
def compliance_packs() -> list[Path]:
    """The directory that holds this plugin's rules/, schemas/ and templates/."""
    return [Path(__file__).parent]


@hookimpl
def compliance_kinds() -> Mapping[str, Kind]:
    """graded: an item of the title, A or not; overall_grade: what the items make together."""
    from .kinds import kinds

    return kinds()
