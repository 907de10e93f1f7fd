"""国家规则集：教督〔2017〕6号。 Offers the national rule set as data; no code judges here."""

from __future__ import annotations

from pathlib import Path

from compliance import hookimpl


@hookimpl
def compliance_packs() -> list[Path]:
    """The directory that holds this plugin's rules/, schemas/ and templates/."""
    return [Path(__file__).parent]
