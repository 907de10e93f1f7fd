"""The figures a verdict rests on, each with its cell; and which of them could be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from compliance.explain.question.model import Input
from compliance.explain.question.subject import Subject, asked, facts_of, unused_facts
from compliance.explain.question.unit_labels import unit_words
from compliance.explain.variants.search import Lever, items_lever, number_lever
from compliance.explain.verdict.county_sums import summed
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_locations import Found, Place
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import STAGE_WORDS
from compliance.rules.kinds import written
from compliance.rules.language import conditions

PUPILS = "students"


def inputs(subject: Subject) -> tuple[Input, ...]:
    """Every figure the verdict rests on, in the order of the formula."""
    unused = unused_facts(subject)
    return _inputs(subject, [fact for fact in facts_of(subject) if fact not in unused])


def stated(subject: Subject) -> tuple[Input, ...]:
    """The facts that say whether the rule applies (`where`, exclusions)."""
    names = conditions.facts(subject.rule.where)
    for reason in subject.rule.exclude:
        names += conditions.facts(subject.rules.exclusions[reason].where)
    known = _known(subject)
    return _inputs(subject, [name for name in dict.fromkeys(names) if name in known])


def _inputs(subject: Subject, facts: list[str]) -> tuple[Input, ...]:
    known = _known(subject)
    wanted = [*facts, *(part for f in facts if f in known for g in known[f].parts for part in g)]
    found = subject.hearing.watch.locate(subject.hearing.key, {subject.code}, wanted)
    kept = [_input(subject, fact, known, found) for fact in facts]
    return tuple(one for one in kept if one is not None and not _spare(subject, one, kept))


def _spare(subject: Subject, one: Input, others: Iterable[Input | None]) -> bool:
    """A blank that another figure stands in for: counts where the list is given, and so on."""
    given = {other.fact for other in others if other is not None and other.origin != "missing"}
    return one.origin == "missing" and any(
        one.fact in group and given & group for group in _alternatives(subject)
    )


def _alternatives(subject: Subject) -> Iterable[set[str]]:
    """Facts of which one is enough: an evidence of class sizes, a list of rooms or their number."""
    settings = written(subject.rule.settings)
    yield {
        subject.contract(str(settings[k])) for k in ("list", "bands", "largest") if k in settings
    }
    for tally in subject.rules.tallies.values():
        if "count" in tally.settings:
            given = tally.settings.get("or", [])
            others = [given] if isinstance(given, str) else given
            yield {
                str(tally.settings["count"]),
                *map(str, others if isinstance(others, list) else ()),
            }


def _input(subject: Subject, fact: str, known: Mapping[str, Fact], found: Found) -> Input | None:
    if fact not in known:
        return total(subject, fact)
    title, unit = known[fact].label, unit_words(known[fact].unit)
    holder = subject.holder(fact)
    value = subject.record(fact)
    place = found.get((holder, fact))
    given = Input(fact, title, value, unit, of=holder or "", said=_said(known[fact], value))
    if value is None:
        if place is not None:
            given = replace(given, file=place.file, at=place.at)
        return replace(given, origin="missing")
    if place is not None and place.written is None and place.rows == 1:
        place = None  # the cell is blank: the figure follows from others
    if place is not None:
        return replace(
            given, file=place.file, at=place.at, rows=place.rows, written=_written(place, value)
        )
    evidence = _largest_of(subject, fact)
    if evidence is not None and place is None:
        return replace(given, origin="derived", source=known[evidence].label)
    for group in known[fact].parts:
        parts = [_input(subject, part, known, found) for part in group]
        if all(part is not None and part.origin != "missing" for part in parts):
            kept = tuple(part for part in parts if part is not None)
            return replace(given, origin="derived", parts=kept)
    return given


def _largest_of(subject: Subject, fact: str) -> str | None:
    """The list or bands of sizes that the size of the largest class follows from, where one is given."""
    names = {
        k: subject.contract(str(v))
        for k, v in written(subject.rule.settings).items()
        if k in _EVIDENCE
    }
    if names.get("largest") != fact:
        return None
    given = (names.get(key) for key in ("list", "bands"))
    return next((name for name in given if name and subject.record(name) is not None), None)


_EVIDENCE = ("list", "bands", "largest")


def _said(fact: Fact, value: object) -> str:
    """A word of a fixed choice in Chinese: 小学 for ``primary``; English speakers read the code."""
    if not fact.words or value is None or pick("zh", "en") == "en":
        return ""
    code = str(int(value)) if isinstance(value, float) else str(value)
    words = (word for word, canonical in fact.words.items() if canonical == code)
    return next((word for word in words if not word.isascii()), "")


def _written(place: Place, value: object) -> str:
    """What stands in the cell, where it is not simply the figure."""
    text = "" if place.written is None else str(place.written).strip()
    if place.rows > 1 or isinstance(place.written, list) or not text:
        return ""
    try:
        same = isinstance(value, int | float) and float(text) == float(value)
    except ValueError:
        same = False
    return "" if same or text == str(value) or isinstance(value, list | bool) else text


def title_of(subject: Subject, name: str) -> str:
    """What a column of a frame is called: a fact's title, with its stage; a tally by what it sums."""
    known = _known(subject)
    full = subject.contract(name)
    if full in known:
        return known[full].label
    tally = subject.rules.tallies.get(name)
    if tally is not None:
        counted = str(tally.settings.get("sum", tally.settings.get("count")))
        inner = _stem_title(known, counted, str(tally.settings.get("stage", "")))
        if "count" in tally.settings:
            size = tally.settings["at_least"]
            return say("达到{n}平方米的间数", "rooms of {n} m² or more", n=size)
        if "times" in tally.settings:
            other = _stem_title(known, str(tally.settings["times"]), "")
            return say("Σ（{a} × {b}）", "Σ ({a} × {b})", a=inner, b=other)
        where = say("各校", "schools: ") if tally.scope == "county" else ""
        return say("{w}{t}合计", "{w}{t}, total", w=where, t=inner)
    return {
        "stages": say("学段数", "stages"),
        "compulsory_students": say("义务教育阶段学生数", "compulsory-stage pupils"),
        "known_compulsory_students": say(
            "已填的义务教育阶段学生数", "compulsory-stage pupils given"
        ),
    }.get(name, _stem_title(known, name, ""))


def _stem_title(known: Mapping[str, Fact], stem: str, stage: str) -> str:
    """The title of a stem: its stages' title without the stage."""
    for name in (stem, *(f"{one}_{stem}" for one in ((stage,) if stage else STAGE_WORDS))):
        if name in known:
            fact = known[name]
            if name == stem or stage:
                return fact.label
            zh, en = STAGE_WORDS[name.split("_")[0]]
            return pick(
                fact.title.removeprefix(zh), fact.title_en.removeprefix(en.capitalize()).strip()
            )
    return stem


def total(subject: Subject, name: str) -> Input | None:
    """A sum over the county's schools, with the schools that count; or the total the county gives."""
    row = subject.row_of("county")
    if name not in row:
        return None
    whole = Input(name, title_of(subject, name), row[name], _unit(subject, name), origin="total")
    tally = subject.rules.tallies.get(name)
    return whole if tally is None else summed(subject, tally, whole)


def _unit(subject: Subject, name: str) -> str:
    known = _known(subject)
    counted = str(subject.rules.tallies[name].settings.get("sum", ""))
    for fact in (counted, *(f"{stage}_{counted}" for stage in STAGE_WORDS)):
        if fact in known:
            return unit_words(known[fact].unit)
    return ""


def _known(subject: Subject) -> dict[str, Fact]:
    words: Vocabulary = subject.hearing.docket.words
    return {**words.county, **words.school}


def levers(subject: Subject, figures: Iterable[Input]) -> list[Lever]:
    """The figures that somebody could change: numbers, and lists of rooms."""
    known = _known(subject)
    sizes = _sizes(subject)
    found = []
    for one in figures:
        fact = known.get(one.fact)
        if subject.school is not None and not one.of:
            continue  # a norm that the county sets is nothing a school could change
        if isinstance(one.value, list):
            if one.fact in sizes and None not in one.value:
                size = sizes[one.fact]
                title = say("{t}（达到{n}平方米的）", "{t} (of {n} m² or more)",
                            t=_rooms(one.title), n=f"{size:g}")  # fmt: skip
                found.append(items_lever(one.fact, title, pick("间", "rooms"), one.value, size))
        elif isinstance(one.value, int | float) and not isinstance(one.value, bool):
            low = fact.minimum if fact is not None else 0
            if one.fact.endswith(f"_{PUPILS}"):
                low = 1  # a stage without pupils is no stage
            high = fact.maximum if fact is not None else None
            step = _step(one, fact)
            found.append(
                number_lever(one.fact, one.title, one.unit, step, float(one.value), low, high)
            )
    return found


def _sizes(subject: Subject) -> dict[str, float]:
    """List of areas → the area from which a room counts, as the rule asks of this subject."""
    known = subject.rules
    counting = {
        name: (str(tally.settings["count"]), float(str(tally.settings["at_least"])))
        for name, tally in known.tallies.items()
        if "count" in tally.settings
    }
    asking = [name for ask in asked(subject) for name in known.indicators[ask.indicator].of.facts]
    # what is asked comes last, so that it stands before what another way would count
    return dict([*counting.values(), *(counting[name] for name in asking if name in counting)])


def _rooms(title: str) -> str:
    return title.replace("各间面积", "").replace(" areas", "s")


def _step(one: Input, fact: Fact | None) -> Decimal:
    """Whole persons, rooms and yuan; hundredths of whatever else is measured."""
    if fact is None:
        whole = float(str(one.value)).is_integer()
        return Decimal(1) if whole else Decimal("0.01")
    return Decimal(1) if fact.form == "count" or fact.unit == "元" else Decimal("0.01")
