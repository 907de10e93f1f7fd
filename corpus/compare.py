"""`make corpus`: judges the corpus by the packs of another commit and by those at hand, by one engine.

    python -m corpus.compare [BASE]

BASE: a commit; by default where origin/main was left, else the last tag, else the last commit. Prints,
rule by rule, which subjects change their verdict. Ends with 1 where more than one in a hundred change
by rules that the changelog does not speak of (docs/corpus.md), with 2 where it cannot be told.
"""

from __future__ import annotations

import importlib
import io
import re
import subprocess
import sys
import tarfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from compliance import Checker, Choice, JunhengError
from compliance.assessment.comparison import MOVED, CountyChanges, Side, compare
from compliance.checker.builtin_offers import load
from compliance.kernel.errors import NoEditionError
from compliance.plugins.registry import Registry
from compliance.rules.language.model import STANDARD, Rule

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
CHANGELOG = "CHANGELOG.md"
MOST = 0.01  # of the subjects may change without a word in the changelog
NAMED = 5  # subjects that are named of each rule
NOTHING = "–"
BASE_SET = "national"  # judged by sets that extend nothing


@dataclass(frozen=True)
class Subject:
    """What is judged: a county and school year under a rule set, one of its schools, one of its stages."""

    ruleset: str
    county: str
    year: int
    school: str | None
    stage: str | None


@dataclass
class RuleChanges:
    """The subjects that change by one rule. words: those by which a changelog may name it."""

    words: frozenset[str]
    subjects: dict[Subject, tuple[str, str]] = field(default_factory=dict)
    names: dict[Subject, str] = field(default_factory=dict)


@dataclass(frozen=True)
class VerdictChanges:
    """by_rule: (rule set, rule) → what changes. subjects: how many were judged, on either side."""

    by_rule: Mapping[tuple[str, str], RuleChanges]
    subjects: int

    def changed(self, without: Iterable[str] = ()) -> set[Subject]:
        """The subjects that change, but for rules that one of the words names."""
        said = set(without)
        return {
            subject
            for one in self.by_rule.values()
            if said.isdisjoint(one.words)
            for subject in one.subjects
        }

    def report(self, words: Iterable[str]) -> Iterator[str]:
        """The lines to print. words: those of the changelog."""
        said = set(words)
        for (ruleset, rule), one in self.by_rule.items():
            told = "" if said.isdisjoint(one.words) else f"  ({CHANGELOG} names it)"
            yield f"{ruleset} {rule}: {len(one.subjects)} subjects change{told}"
            ways = Counter(one.subjects.values())
            for way, many in ways.most_common():
                names = [one.names[subject] for subject, how in one.subjects.items() if how == way]
                more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
                yield f"  {way[0]} → {way[1]}  {many}: {', '.join(names[:NAMED])}{more}"
        changed, silent = self.changed(), self.changed(said)
        yield (
            f"{len(changed)} of {self.subjects} subjects change their verdict ({_share(changed, self)}), "
            f"{len(silent)} of them by rules that {CHANGELOG} does not name ({_share(silent, self)})"
        )

    def unexplained(self, words: Iterable[str]) -> bool:
        """Whether more change than may without a word."""
        return len(self.changed(words)) > MOST * self.subjects


def _share(some: set[Subject], changes: VerdictChanges) -> str:
    return f"{100 * len(some) / max(changes.subjects, 1):.1f} %"


def verdict_changes(old: Registry, new: Registry, data: Path) -> VerdictChanges:
    """Every folder of counties judged by both: as its province has it, and by each of its cities' sets.

    Rule sets that stand on one side alone are nothing's change.
    """
    by_rule: dict[tuple[str, str], RuleChanges] = {}
    subjects = set[Subject]()
    for ruleset, folder in _runs(old, new, data):
        before = after = _side(new, ruleset, folder)
        if _sources(old, ruleset) != _sources(new, ruleset):
            before = _side(old, ruleset, folder)
        rules = {
            name: rule
            for side in (before, after)
            for known in side.rules.values()
            for name, rule in known.items()
        }
        for side in (before, after):
            rows = side.findings.select("county_code", "year", "school_code", "stage").unique()
            subjects |= {Subject(ruleset, *row) for row in rows.iter_rows()}
        if before is after:
            continue
        for county in compare(before, after).pairs:
            for rule, subject, way, name in _changes(county, ruleset, rules):
                words = frozenset(_words(ruleset, rule, rules))
                found = by_rule.setdefault((ruleset, rule), RuleChanges(words))
                found.subjects[subject], found.names[subject] = way, name
    return VerdictChanges(by_rule, len(subjects))


def _runs(old: Registry, new: Registry, data: Path) -> Iterator[tuple[str, Path]]:
    """Rule set and folder: a set without a folder of its own judges that of the set it extends."""
    for name in sorted(old.packs.keys() & new.packs.keys()):
        homes = (name, new.packs[name][-1].extends or BASE_SET)
        home = next((data / one for one in homes if (data / one).is_dir()), None)
        if home is not None and not name.endswith(f"/{STANDARD}"):
            yield name, home


def _sources(registry: Registry, ruleset: str) -> dict[str, bytes]:
    """Every file of the plugins that a rule set rests on, by its place in its plugin."""
    waiting, seen, homes = [ruleset], set[str](), set[Path]()
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            for pack in registry.packs.get(one, ()):
                homes |= {pack.home} if pack.home is not None else set()
                waiting += [*([pack.extends] if pack.extends else ()), *pack.table("import")]
    files = ((home, path) for home in homes for path in home.rglob("*") if path.is_file())
    return {
        f"{home.name}/{path.relative_to(home)}": path.read_bytes()
        for home, path in files
        if path.suffix != ".pyc"
    }


def _side(registry: Registry, ruleset: str, folder: Path) -> Side:
    """What a rule set finds in a folder: on the day of each county, or where it is younger on its last."""
    checker = Checker(registry)
    try:
        report = checker.check(folder, Choice(ruleset=ruleset))
    except NoEditionError:
        day = max(pack.effective for pack in registry.packs[ruleset])
        report = checker.check(folder, Choice(ruleset=ruleset, as_of=day))
    return Side(
        name=ruleset,
        counties=report.counties,
        findings=report.findings,
        rulesets=report.rulesets,
        rules=report.rules,
        titles=report.titles,
        words={},
        manifest=report.manifest,
        refused=report.refused,
    )


Change = tuple[str, Subject, tuple[str, str], str]  # rule, subject, before and after, its name


def _changes(county: CountyChanges, ruleset: str, rules: Mapping[str, Rule]) -> Iterator[Change]:
    """The findings of a county whose verdict differs.

    What a group owes to its members is theirs: it is told of a county in which no other rule changes.
    """
    found = []
    for row in county.findings.filter(pl.col("kind") != MOVED).iter_rows(named=True):
        sides = [row["before"] or {}, row["after"] or {}]
        shown = next(one for one in reversed(sides) if one)
        subject = Subject(
            ruleset, county.after.county_code, county.after.year, shown["school_code"], row["stage"]
        )
        names = (county.after.county_name, shown["school_name"], row["stage"])
        name = " ".join(one for one in names if one)
        way = (sides[0].get("status", NOTHING), sides[1].get("status", NOTHING))
        found.append((row["rule"], subject, way, name))
    own = [one for one in found if not _is_group(rules.get(one[0]))]
    yield from own or found


def _is_group(rule: Rule | None) -> bool:
    return rule is not None and (rule.form.groups or rule.form.counts_members)


def _words(ruleset: str, rule: str, rules: Mapping[str, Rule]) -> Iterator[str]:
    """What a changelog may call a change: the rule by any of its ids, the rule set, the packs that give it."""
    yield from (ruleset, rule)
    if rule in rules:
        yield from (*rules[rule].formerly, *rules[rule].layers.values())


# ── the two sides ────────────────────────────────────────────────────────────────


@contextmanager
def packs_of(tree: Path) -> Iterator[Registry]:
    """The plugins of a tree, imported from there: as they are, whatever is installed.

    Raises JunhengError where this engine cannot load one of them.
    """
    folders = sorted((tree / "plugins").glob("*/pyproject.toml"))
    points = [
        tomllib.loads(one.read_text("utf-8"))["project"]["entry-points"]["compliance"]
        for one in folders
    ]
    entries = [
        EntryPoint(name, value, "compliance") for one in points for name, value in one.items()
    ]
    ours = {one.value.partition(".")[0] for one in entries}
    kept = {
        name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] in ours
    }
    paths = [str(one.parent / "src") for one in folders]
    sys.path[:0] = paths
    importlib.invalidate_caches()
    try:
        offers = load(entries)
        for broken in offers.broken:
            if broken.error is not None:
                raise broken.error
        yield offers
    finally:
        sys.path[:] = [one for one in sys.path if one not in paths]
        for name in [one for one in sys.modules if one.partition(".")[0] in ours]:
            del sys.modules[name]
        sys.modules.update(kept)


def added_words(base: str) -> set[str]:
    """The words of the lines that the changelog has got since a commit, those not committed too."""
    lines = _git("diff", "--unified=0", base, "--", CHANGELOG).splitlines()
    added = (line[1:] for line in lines if line.startswith("+") and not line.startswith("+++"))
    return {word for line in added for word in re.findall(r"[\w-]+", line, re.ASCII)}


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def default_base() -> str:
    """Where origin/main was left, else the last tag, else the last commit."""
    for words in (("merge-base", "HEAD", "origin/main"), ("describe", "--tags", "--abbrev=0")):
        try:
            return _git(*words).strip()
        except subprocess.CalledProcessError:
            continue
    return "HEAD~1"


def main(words: Sequence[str]) -> int:
    """Compare with a commit; the exit code."""
    base = words[0] if words and words[0] else default_base()
    try:
        archive = subprocess.run(
            ["git", "archive", base, "plugins"], cwd=ROOT, check=True, capture_output=True
        ).stdout
        said = added_words(base)
    except subprocess.CalledProcessError as error:
        print(
            error.stderr if isinstance(error.stderr, str) else error.stderr.decode(),
            file=sys.stderr,
        )
        return 2
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        print(f"packs of {base} and those at hand, judged by the engine at hand")
        try:
            with packs_of(Path(folder)) as old, packs_of(ROOT) as new:
                found = verdict_changes(old, new, DATA)
        except JunhengError as error:
            print(error, file=sys.stderr)
            return 2
    print("\n".join(found.report(said)))
    if found.unexplained(said):
        print(
            f"More than {MOST:.0%} change: name the rules or rule sets in {CHANGELOG}, with whom it affects and from when."
        )
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
