"""The mark inside a workbook that we wrote: whose it is, of which year, and of which moment.

It stands twice: as properties of the document, which Excel, WPS and LibreOffice keep, and on a sheet
that nobody sees, for whatever drops properties. People can alter it like anything else in a file, so
it tells copies apart and proves nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

FORMAT = "junheng-workbook/1"
SHEET = "_junheng"
_PREFIX = "junheng-"  # of the properties' names
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Marker:
    """What a workbook says of itself.

    written: the moment it was made, with its UTC offset; copy: tells apart what was made in one
    second. county_code, school_code and ruleset are empty, and year None, where it is for any.
    """

    written: datetime
    copy: str
    county_code: str = ""
    year: int | None = None
    school_code: str = ""
    ruleset: str = ""

    @classmethod
    def now(
        cls,
        county_code: str = "",
        year: int | None = None,
        school_code: str = "",
        ruleset: str = "",
    ) -> Marker:
        """A new mark, of this moment."""
        moment = datetime.now().astimezone().replace(microsecond=0)
        return cls(moment, secrets.token_hex(4), county_code, year, school_code, ruleset)

    @property
    def version(self) -> str:
        """The moment and the copy, for people and messages."""
        return f"{self.written.isoformat(sep=' ')} {self.copy}"

    def entries(self) -> dict[str, str]:
        """Name → text, as a workbook holds it."""
        texts = {
            "format": FORMAT,
            "written": self.written.isoformat(),
            "copy": self.copy,
            "county": self.county_code,
            "year": "" if self.year is None else str(self.year),
            "school": self.school_code,
            "ruleset": self.ruleset,
        }
        return {f"{_PREFIX}{name}": text for name, text in texts.items() if text}


def understood(entries: Iterable[tuple[str, str]]) -> Marker | None:
    """The mark that these names and texts are; None where they are none."""
    told = {name.strip().removeprefix(_PREFIX): text.strip() for name, text in entries}
    if told.get("format") != FORMAT:
        return None
    try:
        written = datetime.fromisoformat(told.get("written", ""))
    except ValueError:
        return None
    if written.utcoffset() is None:
        return None
    year = told.get("year", "")
    return Marker(
        written,
        told.get("copy", ""),
        told.get("county", ""),
        int(year) if _YEAR.fullmatch(year) else None,
        told.get("school", ""),
        told.get("ruleset", ""),
    )
