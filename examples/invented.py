"""Inventing a county: names, schools and figures that look like a real one and belong to none.

``county(…)`` gives a document in the JSON form of a submission in which every rule that can be
counted is met; the stories in ``make_examples`` then spoil it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from random import Random
from typing import Any

from examples.invented_facts import STANDARD, county_facts

Record = dict[str, Any]

WEIGHTS = {"primary": Fraction(1), "junior": Fraction("1.1"), "senior": Fraction("1.32")}
PER_HUNDRED = {  # what a good county has, by hundred pupils: above the standard, not far apart
    "teachers_above_degree": {"primary": (4.4, 5.4), "junior": (5.5, 6.8)},
    "backbone_teachers": {"primary": (1.05, 1.6), "junior": (1.05, 1.6)},
    "pe_arts_teachers": {"primary": (0.95, 1.3), "junior": (0.95, 1.3)},
}
PER_PUPIL = {
    "net_area": {"primary": (4.6, 8.4), "junior": (5.9, 9.8)},
    "sports_area": {"primary": (7.6, 16.0), "junior": (10.3, 18.5)},
    "equipment": {"primary": (2020.0, 4300.0), "junior": (2520.0, 5100.0)},
    "rooms": {"primary": (0.024, 0.029), "junior": (0.025, 0.029)},
}
PUPILS_A_TEACHER = {"primary": 17.0, "junior": 12.8}
PUPILS_A_CLASS = {"primary": 43, "junior": 47}
GRADES = {"primary": 6, "junior": 3}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林郑"
GIVEN = ("建国", "敏", "丽华", "志强", "晓燕", "伟", "秀英", "海涛", "静", "永红", "明", "新民")
VILLAGES = (
    *("柳湾", "石桥", "杨楼", "枣林", "河湾", "高庄", "双井", "塔山"),
    *("白塘", "南塘", "苇河", "黄泥岗", "东岭", "大树", "清水", "古渡"),
)


@dataclass
class Maker:
    """One county in the making."""

    rng: Random
    code: str
    townships: list[str]
    schools: list[Record] = field(default_factory=list)
    villages: list[str] = field(default_factory=list)

    def add(self, name: str, kind: str, township: str, **pupils: int) -> Record:
        """A school with its figures; ``pupils`` by stage."""
        rng, number = self.rng, len(self.schools) + 1
        school: Record = {
            "county_code": self.code,
            "school_code": f"{self.code}{number:04d}",
            "school_name": name,
            "school_type": kind,
            "sponsor": 7,
            "setting": "urban" if township == self.townships[0] else "rural",
            "township": township,
            "alliance": f"{township[:2]}学区",
            "principal": rng.choice(SURNAMES) + rng.choice(GIVEN),
            "boarding": False,
            "built_year": rng.randint(1968, 2020),
        }
        school |= {f"{stage}_students": count for stage, count in pupils.items()}
        for stage in ("primary", "junior"):
            if stage in pupils:
                self._people(school, stage, pupils[stage])
                self._classes(school, stage, pupils[stage])
        self._shared(school, pupils)
        self._funds(school, pupils)
        self.schools.append(school)
        return school

    def village(self) -> str:
        """A village name not used before, as long as there are any."""
        if not self.villages:
            self.villages = self.rng.sample(VILLAGES, len(VILLAGES))
        return self.villages.pop()

    def pupils(self, low: int, high: int) -> int:
        """A number of pupils between two."""
        return self.rng.randint(low, high)

    def _people(self, school: Record, stage: str, pupils: int) -> None:
        rng = self.rng
        few = GRADES[stage] if pupils > 60 else 4
        teachers = max(few, ceil(pupils / (PUPILS_A_TEACHER[stage] * rng.uniform(0.9, 1.02))))
        for stem, rates in PER_HUNDRED.items():
            rate = rng.uniform(*rates[stage])
            school[f"{stage}_{stem}"] = ceil(rate * pupils / 100)
        teachers = max(teachers, school[f"{stage}_teachers_above_degree"] + rng.randint(0, 2))
        for fact in ("teachers", "certified_teachers", "trained_teachers"):
            school[f"{stage}_{fact}"] = teachers
        school[f"{stage}_staff"] = teachers + ceil(pupils / 400)
        entrants = ceil(pupils / GRADES[stage])
        school[f"{stage}_entrants"] = school[f"{stage}_zoned_entrants"] = entrants
        if stage == "junior":
            came, went = rng.randint(0, 4), rng.randint(0, 4)
            entered = ceil(pupils / 3)
            school["cohort_at_entry"], school["deceased"] = entered, 0
            school["transferred_in"], school["transferred_out"] = came, went
            school["graduates"] = entered + came - went - rng.randint(0, entered // 50)

    def _classes(self, school: Record, stage: str, pupils: int) -> None:
        grades = GRADES[stage] if school["school_type"] != "teaching_point" else 4
        sizes: list[int] = []
        for grade in range(grades):
            here = pupils // grades + (grade < pupils % grades)
            count = ceil(here / PUPILS_A_CLASS[stage])
            sizes += [here // count + (number < here % count) for number in range(count)]
        school[f"{stage}_grades"] = grades
        school[f"{stage}_classes"] = len(sizes)
        school[f"{stage}_class_sizes"] = sizes

    def _shared(self, school: Record, pupils: dict[str, int]) -> None:
        """Enough of everything for the more demanding of the stages."""
        rng, drawn = self.rng, enough(self.rng, pupils)
        if not drawn:
            return
        classes = sum(school.get(f"{stage}_classes", 0) for stage in GRADES)
        indoor = rng.choice((0, 0, 0, 300, 600)) if drawn["sports_area"] > 6000 else 0
        school["indoor_sports_area"] = indoor
        school["teaching_area"] = ceil(drawn["net_area"]) + indoor
        school["outdoor_sports_area"] = ceil(drawn["sports_area"]) - indoor
        school["equipment_value"] = ceil(drawn["equipment"] / 100) * 100
        school["multimedia_rooms"] = max(ceil(drawn["rooms"]), classes if classes < 30 else 0)
        rooms = ceil(classes / 12)
        school["music_room_areas"] = [rng.choice((96, 98, 102.5, 108)) for _ in range(rooms)]
        school["art_room_areas"] = [rng.choice((90, 92, 96.5, 104)) for _ in range(rooms)]

    def _funds(self, school: Record, pupils: dict[str, int]) -> None:
        counted = {stage: count for stage, count in pupils.items() if stage in STANDARD}
        heads = sum(counted.values())
        if not heads:
            return
        due = sum(STANDARD[stage] * count for stage, count in counted.items())
        funds = ceil(Fraction(due * max(heads, 100), heads)) + self.rng.randint(0, 40) * 100
        school["public_funds"] = school["public_funds_budget"] = funds
        school["training_funds_budget"] = ceil(funds * self.rng.uniform(0.0505, 0.062))


def enough(rng: Random, pupils: dict[str, int]) -> dict[str, float]:
    """Amounts of the shared resources: a rate above the standard × the pupils that share."""
    everybody = sum(WEIGHTS[stage] * count for stage, count in pupils.items())
    stages = [stage for stage in ("primary", "junior") if pupils.get(stage)]
    amounts: dict[str, float] = {}
    for what, rates in PER_PUPIL.items() if stages else ():
        luck = rng.random()
        needs = [
            (rates[stage][0] + luck * (rates[stage][1] - rates[stage][0]))
            * float(everybody / WEIGHTS[stage])
            for stage in stages
        ]
        amounts[what] = max(needs)
    return amounts


def county(seed: int, code: str, name: str, townships: str) -> Record:
    """A county that conforms: a school for every purpose in town, four to six a township."""
    maker = Maker(Random(seed), code, townships.split())
    _town(maker)
    for township in maker.townships[1:]:
        _countryside(maker, township)
    for school in maker.schools:
        _predecessor(school)
    county = {"county_code": code, "county_name": name, **county_facts(maker.rng, maker.schools)}
    return {"format": "junheng-submission/1", "county": county, "schools": maker.schools}


def _predecessor(school: Record) -> None:
    """What the basic-balance measure of 2012 asks besides: books, computers, titles."""
    rng = Random(int(school["school_code"]))  # its own luck: the other figures stay as they are
    pupils = sum(school.get(f"{stage}_students", 0) for stage in (*GRADES, "senior"))
    if not pupils:
        return
    school["books"] = round(pupils * rng.uniform(26, 41))
    school["computers"] = ceil(pupils * rng.uniform(0.128, 0.19))
    for stage in GRADES:
        if f"{stage}_teachers" in school:
            share = rng.uniform(0.42, 0.66)
            school[f"{stage}_teachers_mid_title"] = round(school[f"{stage}_teachers"] * share)


def _town(maker: Maker) -> None:
    town, some = maker.townships[0], maker.pupils
    for number in "一二三":
        maker.add(f"县第{number}实验小学", "primary", town, primary=some(900, 1850))
    for number in "一二":
        maker.add(f"县第{number}初级中学", "junior", town, junior=some(900, 1700))
    maker.add("县第三中学", "complete_secondary", town, junior=some(600, 900), senior=1500)
    maker.add("县第一中学", "senior", town, senior=some(2400, 3000))
    private = maker.add(
        "明德双语学校",
        "twelve_year",
        town,
        primary=some(600, 800),
        junior=some(400, 500),
        senior=360,
    )
    private |= {"sponsor": 10, "boarding": True}
    nursery = maker.add(
        "育英学校", "nine_year", town, primary=some(500, 700), junior=some(240, 400)
    )
    nursery["sponsor"] = 10
    special = maker.add("县特殊教育学校", "special", town)
    teachers = maker.pupils(18, 26)
    special |= {f"special_{kind}": teachers for kind in ("teachers", "certified_teachers")}
    special |= {"special_trained_teachers": teachers}
    special |= {"public_funds_budget": 560_000, "training_funds_budget": 30_000}
    maker.add("县职业技术学校", "vocational", town)


def _countryside(maker: Maker, township: str) -> None:
    name = township.removesuffix("镇").removesuffix("乡")
    town = township.endswith("镇")
    some = maker.pupils
    first = len(maker.schools)
    maker.add(f"{name}中心小学", "primary", township, primary=some(480, 900))
    if maker.rng.random() < 0.35:
        both = {"primary": some(220, 420), "junior": some(180, 360)}
        maker.add(f"{name}九年一贯制学校", "nine_year", township, **both)
    else:
        middle = maker.add(f"{name}初级中学", "junior", township, junior=some(320, 780))
        middle["boarding"] = maker.rng.random() < 0.5
    for _ in range(maker.rng.choice((1, 2))):
        maker.add(f"{name}{maker.village()}小学", "primary", township, primary=some(110, 300))
    if maker.rng.random() < 0.4:
        maker.add(f"{name}{maker.village()}小学", "primary", township, primary=some(70, 98))
    for pupils in (some(52, 90), some(12, 44))[: maker.rng.choice((1, 2))]:
        point = maker.add(
            f"{name}{maker.village()}教学点", "teaching_point", township, primary=pupils
        )
        point["main_school_code"] = maker.schools[first]["school_code"]
    if town:
        for school in maker.schools[first : first + 2]:
            school["setting"] = "town"
