"""What would turn a verdict: for every figure the smallest change, found by judging again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from compliance.explain.question.model import Flip, Input
from compliance.explain.question.subject import Subject
from compliance.explain.variants.rejudge import Trial, status_of
from compliance.explain.variants.search import Lever, Row, smallest
from compliance.explain.verdict.inputs import levers
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import STATUSES

OPPOSITE = {"pass": "fail", "fail": "pass"}


def flips(subject: Subject, status: str, figures: Iterable[Input]) -> tuple[Flip, ...]:
    """The changes of single figures that turn pass into fail or fail into pass."""
    if status not in OPPOSITE:
        return ()
    wanted = OPPOSITE[status]
    found = search(subject, figures, lambda row: status_of(row) == wanted, wanted)
    return tuple(sorted(found, key=lambda flip: flip.fact.endswith("_students")))


def to_floor(subject: Subject, figures: Iterable[Input]) -> tuple[Flip, ...]:
    """The changes that bring a missed rule up to its floor."""
    return search(subject, figures, _above_floor, "above_floor")


def search(
    subject: Subject, figures: Iterable[Input], goal: Callable[[Row], bool], turns_to: str
) -> tuple[Flip, ...]:
    """The smallest changes that reach a goal; the verdict as it stands must not reach it."""
    trial = Trial(subject.hearing.bench, subject.rule.id, subject.code or None, subject.stage)
    found = smallest(trial, levers(subject, figures), goal)
    return tuple(_flip(lever, steps, turns_to) for lever, steps in found)


def _above_floor(row: Row) -> bool:
    return row is not None and (bool(row["above_floor"]) or status_of(row) == STATUSES[5])


def _flip(lever: Lever, steps: int, turns_to: str) -> Flip:
    return Flip(
        lever.fact,
        lever.title,
        float(steps * lever.step),
        float(lever.before),
        float(lever.after(steps)),
        lever.unit,
        turns_to,
    )


def amount(flip: Flip) -> str:
    """How much more or less: “增加5人”, "5 more"."""
    size = f"{abs(flip.change):.12g}"
    if pick("zh", "en") == "en":
        unit = f" {flip.unit}" if flip.unit else ""
        return f"{size}{unit} {'more' if flip.change > 0 else 'less'}"
    return f"{'增加' if flip.change > 0 else '减少'}{size}{flip.unit}"


def sentence(flip: Flip) -> str:
    """One flip as a sentence."""
    to = {
        "pass": say("即可达标", "meets the standard"),
        "fail": say("即不达标", "fails it"),
        "above_floor": say("即达到下限", "reaches the floor"),
    }[flip.turns_to]
    return say(
        "{title}{amount}（{before} → {after}），{to}。",
        "{title}: {amount} ({before} → {after}) {to}.",
        title=flip.title,
        amount=amount(flip),
        before=f"{flip.before:.12g}",
        after=f"{flip.after:.12g}",
        to=to,
    )
