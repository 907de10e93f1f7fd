"""Random schools, their figures on, just under and just over the lines of the rules."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from random import Random
from typing import Any

Record = dict[str, Any]

STAGES_OF = {
    "primary": ("primary",),
    "teaching_point": ("primary",),
    "junior": ("junior",),
    "nine_year": ("primary", "junior"),
    "twelve_year": ("primary", "junior", "senior"),
    "complete_secondary": ("junior", "senior"),
    "senior": ("senior",),
    "special": (),
    "vocational": (),
}
HOW_OFTEN = (30, 15, 18, 14, 4, 8, 3, 4, 2)
WEIGHTS = {"primary": Fraction(1), "junior": Fraction("1.1"), "senior": Fraction("1.32")}
PER_HUNDRED = {
    "teachers_above_degree": {"primary": "4.2", "junior": "5.3"},
    "backbone_teachers": {"primary": "1", "junior": "1"},
    "pe_arts_teachers": {"primary": "0.9", "junior": "0.9"},
}
NET_AREA = {"primary": "4.5", "junior": "5.8"}
SPORTS_AREA = {"primary": "7.5", "junior": "10.2"}
EQUIPMENT = {"primary": "2000", "junior": "2500"}
ROOMS = {"primary": "0.023", "junior": "0.024"}
LARGEST_CLASS = {"primary": 45, "junior": 50}
SIZES = (0, 30, 55, 99, 100, 101, 110, 500, 550, 1000, 1000, 2000)
HUGE = (2001, 2200, 2499, 2501, 20000)


class Luck(Random):
    """A seeded source with the county's two tempers."""

    blank = 0.0  # the chance of a figure to be missing
    trouble = 0.0  # the chance of a figure to miss its line

    def trips(self) -> bool:
        """Whether the next figure may be bad."""
        return self.random() < self.trouble

    def near(self, line: Fraction, step: Fraction = Fraction(1)) -> int | float:
        """A figure on a line or a little over; in trouble just under it, around its 85 %, …"""
        shift = (0, 0, 1)
        if self.trips():
            line *= self.choice((1, 1, Fraction("0.85"), Fraction("1.3"), Fraction("0.5")))
            shift = (0, floor(line / step) - ceil(line / step), -1)
        return typed(max(Fraction(0), (ceil(line / step) + self.choice(shift)) * step))


def typed(exact: Fraction) -> int | float:
    """A number as a person would write it."""
    return int(exact) if exact.denominator == 1 else float(exact)


def at_a_coefficient(luck: Luck) -> list[Record]:
    """Two kinds of school whose values stand 3 : 1 (coefficient 0.5) or 29 : 11 (0.45).

    One teacher, room, square metre or yuan more or less somewhere, and the county may be over.
    """
    many = luck.choice((1, 2, 3, 7))
    small, large = luck.choice(((1000, 1000), (1000, 9000), (700, 700), (300, 2700)))
    same = luck.choice((600, 1000))
    schools = [
        _plain_school(luck, "primary", small, many),
        _plain_school(luck, "primary", large, 3 * many * large // small),
        _plain_school(luck, "junior", same, 29 * many),
        _plain_school(luck, "junior", same, 11 * many),
    ]
    if small == large and luck.random() < 0.5:
        schools += [_plain_school(luck, "primary", small, many * times) for times in (1, 3)]
    if luck.random() < 0.5:
        school = luck.choice(schools)
        stems = [f"{school['school_type']}_{stem}" for stem in PER_HUNDRED]
        shared = ["multimedia_rooms", "teaching_area", "outdoor_sports_area", "equipment_value"]
        school[luck.choice([*stems, *shared])] += luck.choice((-1, 1))
    return schools


def _plain_school(luck: Luck, stage: str, pupils: int, many: int) -> Record:
    school = _identity(luck, stage)
    school[f"{stage}_students"] = pupils
    school |= {f"{stage}_{stem}": many for stem in PER_HUNDRED}
    school |= {"teaching_area": 11 * many, "indoor_sports_area": many}
    school |= {"outdoor_sports_area": 9 * many, "equipment_value": 1000.5 * many}
    school["multimedia_rooms"] = many
    _people_and_classes(luck, school, stage, pupils)
    return school


def _identity(luck: Luck, kind: str) -> Record:
    return {
        "school_type": kind,
        "sponsor": luck.choice((1, 3, 7, 7, 7, 7, 9, 10)),
        "setting": luck.choice(("urban", "town", "rural")),
        "boarding": luck.random() < 0.2,
    }


def random_school(luck: Luck) -> Record:
    """A school of any type."""
    kind = luck.choices(list(STAGES_OF), HOW_OFTEN)[0]
    school = _identity(luck, kind)
    counts = {stage: _pupils(luck, kind) for stage in STAGES_OF[kind]}
    if luck.random() < 0.03 and kind != "special":
        counts.setdefault(luck.choice(("primary", "junior")), luck.randint(1, 60))
    school |= {f"{stage}_students": count for stage, count in counts.items()}
    if kind == "special" and luck.random() < 0.3:
        school["primary_students"] = 90  # counted by its own facts all the same
    if luck.blank and luck.random() < 0.05 and counts:
        del school[f"{luck.choice(list(counts))}_students"]
    for stage in ("primary", "junior"):
        if stage in counts:
            _staged_facts(luck, school, stage, counts[stage])
    _shared_facts(luck, school, counts)
    _once_a_school(luck, school, kind)
    return school


def _pupils(luck: Luck, kind: str) -> int:
    if kind == "teaching_point":
        return luck.choice((0, 12, 48, 49, 50, 51, 60, 99, 100))
    usual = (*SIZES, *(luck.randint(1, 1200) for _ in SIZES))
    return luck.choice((*usual, *HUGE) if luck.trips() else usual)


def _staged_facts(luck: Luck, school: Record, stage: str, pupils: int) -> None:
    for stem, limits in PER_HUNDRED.items():
        school[f"{stage}_{stem}"] = luck.near(Fraction(limits[stage]) * pupils / 100)
    if luck.random() < 0.1:
        degrees = ["doctor", "master", "bachelor"] + ["college"] * (stage == "primary")
        _spread(luck, school, f"{stage}_teachers_above_degree", f"{stage}_teachers_", degrees)
    if luck.random() < 0.1:
        subjects = ["pe_teachers", "music_teachers", "fine_arts_teachers", "arts_teachers"]
        _spread(luck, school, f"{stage}_pe_arts_teachers", f"{stage}_", subjects)
    _people_and_classes(luck, school, stage, pupils)


def _spread(luck: Luck, school: Record, whole: str, prefix: str, parts: list[str]) -> None:
    """Replace a fact by the parts it is derived from."""
    left = school.pop(whole)
    for part in parts[:-1]:
        school[prefix + part] = some = luck.randint(0, left)
        left -= some
    school[prefix + parts[-1]] = left


def _people_and_classes(luck: Luck, school: Record, stage: str, pupils: int) -> None:
    teachers = pupils // 15
    school[f"{stage}_teachers"] = teachers
    for kind in ("trained", "certified"):
        short = luck.trips() and luck.random() < 0.1
        school[f"{stage}_{kind}_teachers"] = max(0, teachers - short)
    classes = luck.choice((ceil(pupils / 44), ceil(pupils / 44), 12, 13, 24))
    if luck.random() < 0.03:
        classes = 0
    school[f"{stage}_classes"] = classes
    _class_sizes(luck, school, stage, classes)
    school[f"{stage}_entrants"] = entrants = luck.choice((0, 20, 100, 100, 200))
    missing = luck.choice((1, 5, 6, 20)) if luck.trips() else 0
    school[f"{stage}_zoned_entrants"] = max(0, entrants - missing)
    if stage == "junior":
        school |= _cohort(luck)


def _class_sizes(luck: Luck, school: Record, stage: str, classes: int) -> None:
    limit = LARGEST_CLASS[stage]
    sizes = [luck.choice((limit, limit, 30, limit - 1)) for _ in range(min(classes, 60))] or [1]
    if luck.trips() and luck.random() < 0.3:
        sizes[luck.randrange(len(sizes))] = limit + luck.choice((1, 5, 20))
    forms = ("sizes", "bands", "largest", "sizes bands", "bands largest", "sizes largest")
    form = luck.choice(forms if luck.random() >= luck.blank else ("",))
    if "sizes" in form:
        school[f"{stage}_class_sizes"] = sizes
    if "bands" in form:
        school[f"{stage}_class_bands"] = _bands(sizes)
    if "largest" in form:
        school[f"{stage}_largest_class"] = max(sizes)


def _bands(sizes: list[int]) -> list[int]:
    """Classes of ≤25, 26–30, …, 61–65, ≥66."""
    counts = [0] * 10
    for size in sizes:
        counts[min(9, max(0, ceil(size / 5) - 5))] += 1
    return counts


def _cohort(luck: Luck) -> Record:
    entered = luck.choice((0, 100, 100, 200, 400))
    came, went = luck.choice((0, 0, 5)), luck.choice((0, 0, 5))
    graduates = luck.near(Fraction(entered * 95, 100) + came - went) if entered else 0
    return {
        "cohort_at_entry": entered,
        "graduates": luck.choice((0, 3)) if not entered and luck.trips() else graduates,
        "transferred_in": came if entered else luck.choice((0, came)),
        "transferred_out": went if entered else luck.choice((0, went)),
        "deceased": luck.choice((0, 0, 0, 1)),
    }


def _shared_facts(luck: Luck, school: Record, counts: dict[str, int]) -> None:
    """What the stages share, aimed at the line of one of them, or of the stricter one."""
    step = luck.choice((Fraction(1), Fraction("0.5"), Fraction("0.01"), Fraction("0.001")))
    indoor = Fraction(luck.choice(("0", "0", "120", "365.25")))

    def enough(limits: dict[str, str]) -> Fraction:
        lines = [
            Fraction(limits[stage])
            * sum((WEIGHTS[s] * count for s, count in counts.items()), Fraction(0))
            / WEIGHTS[stage]
            for stage in ("primary", "junior")
            if counts.get(stage)
        ]
        return luck.choice(lines if lines and luck.trips() else [max(lines, default=Fraction(0))])

    net = Fraction(repr(luck.near(enough(NET_AREA), step)))
    sports = Fraction(repr(luck.near(enough(SPORTS_AREA), step)))
    short = luck.trips() and luck.random() < 0.05  # a hall larger than the building
    school["teaching_area"] = 100 if short else typed(net + indoor)
    school["indoor_sports_area"] = typed(indoor)
    school["outdoor_sports_area"] = typed(max(Fraction(0), sports - indoor))
    school["equipment_value"] = luck.near(enough(EQUIPMENT), step)
    school["multimedia_rooms"] = luck.near(enough(ROOMS))


def _once_a_school(luck: Luck, school: Record, kind: str) -> None:
    classes = sum(school.get(f"{stage}_classes") or 0 for stage in ("primary", "junior"))
    for room, sizes in (("music", (96, 73)), ("art", (90, 67))):
        large = luck.near(Fraction(ceil(classes / 12)))
        if luck.random() < 0.5:
            small = [sizes[0] - 0.01] * luck.choice((0, 1))
            school[f"{room}_room_areas"] = [sizes[0]] * int(large) + small
        else:
            school[f"{room}_rooms_{sizes[0]}"] = large
            school[f"{room}_rooms_{sizes[1]}"] = luck.choice((0, 1))
    budget = Fraction(luck.choice(("0", "100000", "654321.5", "80000")))
    school["public_funds_budget"] = typed(budget)
    school["training_funds_budget"] = luck.near(budget / 20, Fraction("0.01"))
    line = {"primary": "72000", "junior": "94000"}.get(kind, "83000")
    school["public_funds"] = luck.near(Fraction(line), Fraction("0.01"))
    if kind == "special":
        school["special_teachers"] = teachers = luck.randint(0, 20)
        school["special_trained_teachers"] = max(0, teachers - luck.trips())
        school["special_certified_teachers"] = teachers
