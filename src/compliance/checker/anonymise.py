"""A submission that tells figures and not whose they are: every code and name replaced, verdicts kept.

What replaces a code or a name hangs on it and on a key alone: the same key gives the same replacements
everywhere, so that two years of a county stay comparable; without the key nobody finds the way back.

A code keeps its length and form (digits stay digits, letters letters, a zero in front stays), since data
checks look at the form of a school's code. A county's code keeps its first two digits, by which the
province's rule set is chosen; where a school's code begins with a county's code, it begins with what
replaces it. No rule reads any other digit. Of a name the last word stays (小学, 镇, 学区). Notes and what is
written of buildings go, evidence is numbered. Figures, dates, words of a list and grades stay.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from string import digits

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.raw_table import TABLE_OF
from compliance.kernel.submission import KEY, TABLES, Submission

_COUNTY = 6  # digits of a county's code, …
_PROVINCE = 2  # … of which so many say in which province it lies
# what stays of a name: the last of these words that it ends with
_KINDS = (
    "教学点", "小学", "初级中学", "中学", "学校", "学区", "联盟", "集团", "街道", "镇", "乡", "县", "市", "区",
    "旗", "楼",
)  # fmt: skip
# texts that are nobody's: what a rule set, a subject and a rule are called
_KEPT = frozenset({"province", "subject", "grade", "rule"})
_LETTERS = "BCDFGHJKMNPQRSTVWXYZ"  # none that could be a digit or makes a word
_LENGTH = 6  # of what replaces a name
# in codes; O, I and l stay where they stand: beside digits they are doubted
_ALPHABETS = (digits, "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz")
_ROUNDS = 8
_UNTRIED = 30  # so often another replacement is looked for that is no code or name of the input


class Pseudonyms:
    """What replaces the codes and names of an input. county_codes, names: all that occur in it."""

    def __init__(
        self, key: bytes, county_codes: Iterable[str], codes: Iterable[str], names: Iterable[str]
    ) -> None:
        self._key = key
        counties, names = set(county_codes), set(names)
        self.counties: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.names: dict[str, str] = {}
        given = counties | set(codes) | names
        _assign(self.counties, counties, given, self._county)
        _assign(self.codes, set(codes), given, self._school)
        _assign(self.names, names, given, self._name)

    def of(self, text: str) -> str:
        """What replaces a code, or the name that stands for it."""
        return self.names.get(text) or self.codes[text]

    def _county(self, code: str, attempt: int) -> str:
        return code[:_PROVINCE] + self._permuted(code[_PROVINCE:], f"{code[:_PROVINCE]} {attempt}")

    def _school(self, code: str, attempt: int) -> str:
        county, own = code[:_COUNTY], code[_COUNTY:]
        if county in self.counties and own:
            return self.counties[county] + self._permuted(own, f"{county} {attempt}")
        return self._permuted(code, f" {attempt}")

    def _name(self, name: str, attempt: int) -> str:
        number = self._number(f"name {name} {attempt}")
        letters = []
        for _ in range(_LENGTH):
            number, place = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[place])
        return "".join(letters) + next((kind for kind in _KINDS if name.endswith(kind)), "")

    def _permuted(self, code: str, about: str) -> str:
        """Another code of this form; of different ones never the same."""
        alphabets = [_alphabet(letter, first=not place) for place, letter in enumerate(code)]
        size, number = 1, 0
        for letter, alphabet in zip(code, alphabets, strict=True):
            size, number = (size * len(alphabet), number * len(alphabet) + alphabet.index(letter))
        form = "".join(alphabet[-1] for alphabet in alphabets)
        number = self._shuffled(number, size, f"code {about} {form}")
        found = []
        for alphabet in reversed(alphabets):
            number, place = divmod(number, len(alphabet))
            found.append(alphabet[place])
        return "".join(reversed(found))

    def _shuffled(self, number: int, size: int, about: str) -> int:
        """A permutation of the numbers below `size` by the key: a Feistel network, walked until below."""
        half = ((size - 1).bit_length() + 1) // 2
        while True:
            left, right = divmod(number, 1 << half)
            for turn in range(_ROUNDS):
                mixed = self._number(f"{about} {turn} {right}") % (1 << half)
                left, right = right, left ^ mixed
            number = (left << half) | right
            if number < size:
                return number

    def _number(self, text: str) -> int:
        return int.from_bytes(hmac.digest(self._key, text.encode(), "sha256"))


def _alphabet(letter: str, *, first: bool) -> str:
    """The letters that may stand in the place of one: of its kind, and no zero where it is first."""
    if first and letter in digits:
        return digits[1:] if letter != "0" else letter
    return next((one for one in _ALPHABETS if letter in one), letter)


def _assign(
    found: dict[str, str],
    texts: Collection[str],
    given: Collection[str],
    replaced: Callable[[str, int], str],
) -> None:
    """Fill in what replaces each text: never the same for two, and no text that is given itself.

    The latter only as long as there is another of its form.
    """
    taken: set[str] = set()
    for text in sorted(texts):
        tries = (replaced(text, attempt) for attempt in count())
        found[text] = next(
            one
            for number, one in enumerate(tries)
            if one not in taken and (one not in given or number > _UNTRIED)
        )
        taken.add(found[text])


# ── whole submissions ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Nobodys:
    """A submission without codes, names and texts of its own, sorted anew.

    It no longer says where it came from, and has no problems. counties, codes, names: what stands in
    it now → what stood there. They are the way back, and written nowhere.
    """

    submission: Submission
    counties: Mapping[str, str]
    codes: Mapping[str, str]
    names: Mapping[str, str]


def anonymised(submission: Submission, words: Vocabulary, key: bytes) -> Nobodys:
    """Everything replaced by the key. words: the facts that the submission may have."""
    pseudonyms = _pseudonyms(submission, words, key)
    tables = {table: _replaced(submission, table, words, pseudonyms) for table in TABLES}
    alone = replace(submission, problems=[], inputs=[], given={}, submitted=(), unsound=None)
    back = (
        {new: old for old, new in one.items()}
        for one in (pseudonyms.counties, pseudonyms.codes, pseudonyms.names)
    )
    return Nobodys(alone.with_tables(tables), *back)


def _pseudonyms(submission: Submission, words: Vocabulary, key: bytes) -> Pseudonyms:
    codes, names = set[str](), set[str]()
    named = set(submission.schools["school_name"].drop_nulls())
    for table in TABLES:
        frame = getattr(submission, table)
        for column, fact in _texts(frame, words.tables[TABLE_OF[table]]).items():
            found = set(frame[column].drop_nulls()) - {""}
            if fact.code:
                other = {one for one in found if one in named or not one.isascii()}
                codes |= found - other
                found = other
            names |= found
    return Pseudonyms(key, submission.counties["county_code"], codes, names)


def _texts(frame: pl.DataFrame, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Column → fact of the codes and names in a table of a submission, its counties' codes aside."""
    own = {"member": "members"}
    return {
        column: fact
        for column in frame.columns
        if (fact := facts.get(own.get(column, column))) is not None
        and fact.form in ("text", "texts")
        and column not in (*KEY, *_KEPT, "evidence")
        and not fact.lines
    }


def _replaced(
    submission: Submission, table: str, words: Vocabulary, pseudonyms: Pseudonyms
) -> pl.DataFrame:
    frame: pl.DataFrame = getattr(submission, table)
    facts = words.tables[TABLE_OF[table]]
    in_codes = partial(_mapped, frame, replaced=pseudonyms.counties.__getitem__)
    columns = [in_codes("county_code")]
    columns += [_mapped(frame, one, replaced=pseudonyms.of) for one in _texts(frame, facts)]
    blank = [name for name in frame.columns if (fact := facts.get(name)) and fact.lines]
    columns += [pl.Series(name, [""] * len(frame)) for name in blank]
    if "evidence" in frame.columns:
        lengths = frame["evidence"].list.len()
        named = [[f"材料{number}" for number in range(1, length + 1)] for length in lengths]
        columns.append(pl.Series("evidence", named, frame.schema["evidence"]))
    places = [pl.lit("").alias(name) for name in ("file", "at") if name in frame.columns]
    order = [*KEY, *(["school_code"] if table == "schools" else [])]
    return frame.with_columns(*columns, *places).sort(order, maintain_order=True)


def _mapped(frame: pl.DataFrame, column: str, replaced: Callable[[str], str]) -> pl.Series:
    """A column with each of its texts replaced; blanks stay blank."""
    given = frame[column]
    known = [one for one in given.unique().to_list() if one]
    return given.replace(known, [replaced(one) for one in known])
