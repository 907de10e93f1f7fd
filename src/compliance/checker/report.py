"""What `check` returns: the judged submission, as a program or a notebook uses it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from compliance.assessment.figures import verdict
from compliance.engine.results import CountyResult, Results
from compliance.kernel.i18n import say, use
from compliance.kernel.labels import status_words
from compliance.render import renderers


@dataclass(frozen=True, repr=False)
class Report(Results):
    """The judged submission. `findings` is a Polars table, a row a rule and subject.

    language: ``zh`` or ``en``, in which its texts are.
    """

    language: str = "zh"

    def __repr__(self) -> str:
        """How many counties of which verdict, and how much there is to read."""
        verdicts = Counter(county.verdict for county in self.counties)
        told = ", ".join(f"{count} {name}" for name, count in sorted(verdicts.items()))
        return (
            f"<Report of {len(self.counties)} counties ({told or 'none judged'}): "
            f"{self.findings.height} findings, {len(self.problems)} problems>"
        )

    def _repr_html_(self) -> str:
        """The counties with their verdicts and blocks as a table, for a notebook."""
        with use(self.language):
            rows = "".join(
                f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
                for row in self._rows()
            )
        return f"<p>{escape(repr(self))}</p><table>{rows}</table>"

    def _rows(self) -> Iterator[list[str]]:
        blocks = list(dict.fromkeys(name for county in self.counties for name in county.blocks))
        yield [
            say("代码", "code"), say("县（市、区）", "county"), say("学年", "year"),
            say("规则集", "rule set"), say("结论", "verdict"), *blocks,
        ]  # fmt: skip
        yield from (self._row(county, blocks) for county in self.counties)

    def _row(self, county: CountyResult, blocks: list[str]) -> list[str]:
        states = status_words()
        return [
            county.county_code,
            county.county_name,
            str(county.year),
            county.ruleset,
            verdict(county.verdict),
            *(states.get(county.blocks.get(block, ""), "") for block in blocks),
        ]

    def to_json(self) -> str:
        """The results document of the contract, as ``--format json`` prints it."""
        stream = io.BytesIO()
        with use(self.language):
            renderers()["json"](self, stream)
        return stream.getvalue().decode("utf-8")
