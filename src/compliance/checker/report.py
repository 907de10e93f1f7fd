"""What `check` returns: the judged submission, as a program or a notebook uses it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from compliance.assessment import messages
from compliance.assessment.figures import verdict
from compliance.engine import verdicts
from compliance.engine.drivers import drivers
from compliance.engine.evaluate import EvaluatedKind, Sentences
from compliance.engine.findings import Findings
from compliance.engine.results import FINDINGS, CountyResult, Results
from compliance.facts.vocabulary import Vocabulary, holders, titles
from compliance.kernel.i18n import in_language, lang, msg, use
from compliance.kernel.labels import status_words
from compliance.kernel.submission import KEY
from compliance.render import renderers
from compliance.rules.language.ruleset import Ruleset


@dataclass
class Wording:
    """What a judgement is said with: the findings without words, piece by piece, as found.

    language: ``zh`` or ``en``, the current one when made. titles: fact → heading in it; holders:
    fact → who holds it. rulesets: those that judge, with their kinds.
    """

    vocabulary: Vocabulary
    rulesets: Sequence[tuple[Ruleset, Mapping[str, EvaluatedKind]]]
    found: list[list[Findings]] = field(default_factory=list)
    language: str = field(default_factory=lang)

    def __post_init__(self) -> None:
        self.titles, self.holders = titles(self.vocabulary), holders(self.vocabulary)
        self._words = messages.words_of(self.rulesets)
        self._said: dict[int, tuple[Ruleset, dict[str, Sentences]]] = {}

    def told(self, found: Findings) -> messages.Told:
        """The findings of some counties by one rule set with their sentences."""
        _, said = self._said.setdefault(id(found.ruleset), (found.ruleset, {}))
        return messages.tell(found, self.titles, self._words, said)


def together(pieces: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The findings of several rule sets in the order of the contract."""
    if len(pieces) == 1:
        return pieces[0]
    return pl.concat(pieces).sort(KEY, maintain_order=True)


def whole(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The parts one after the other, columns FINDINGS."""
    return pl.concat(parts).cast(FINDINGS) if parts else pl.DataFrame(schema=FINDINGS)


@dataclass(frozen=True, repr=False)
class Report(Results):
    """The judged submission. `findings` is a Polars table, a row a rule and subject.

    It holds none where they were handed on part by part (see `Checker.check`).
    """

    words: Wording

    @property
    def language(self) -> str:
        """In which language its texts are: ``zh`` or ``en``."""
        return self.words.language

    def in_language(self, language: str) -> Report:
        """The same report said in ``zh`` or ``en``, without judging again."""
        with use(language):
            words = replace(self.words, language=language)
            parts = [
                together([words.told(found).frame for found in piece])
                for piece in words.found
                if piece
            ]
            reasons = {
                (info.id, info.as_of): verdicts.exclusion_titles(ruleset)
                for info, (ruleset, _) in zip(self.rulesets, words.rulesets, strict=True)
            }
            of: dict[tuple[object, object], tuple[str, str]] = {
                (one.county_code, one.year): (one.ruleset, one.as_of) for one in self.counties
            }
            excluded = tuple(
                {**one, "title": reasons[of[one["county_code"], one["year"]]][str(one["reason"])]}
                for one in self.excluded
            )
        problems = tuple(one.in_language(language) for one in self.problems)
        waivers = tuple(one._replace(why=in_language(one.why, language)) for one in self.waivers)
        return replace(
            self,
            findings=whole(parts),
            excluded=excluded,
            problems=problems,
            waivers=waivers,
            titles=words.titles,
            holders=words.holders,
            words=words,
        )

    def drivers(self) -> pl.DataFrame:
        """Who drives the coefficients, the largest of each first, columns DRIVERS."""
        parts = [drivers(found) for piece in self.words.found for found in piece]
        return pl.concat([super().drivers(), *parts]).sort(KEY, maintain_order=True)

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
        from html import escape

        with use(self.language):
            rows = "".join(
                f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
                for row in self._rows()
            )
        return f"<p>{escape(repr(self))}</p><table>{rows}</table>"

    def _rows(self) -> Iterator[list[str]]:
        blocks = list(dict.fromkeys(name for county in self.counties for name in county.blocks))
        yield [
            msg("代码"), msg("县（市、区）"), msg("学年"),
            msg("规则集"), msg("结论"), *blocks,
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
