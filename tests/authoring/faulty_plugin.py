"""A fictitious province (中原省) with every kind of fault, each marked on its line by ``#! code``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

WORDS = """text = "一。"
text_en = "One."
remedy = "改"
remedy_en = "Mend it"
owner = "股"
owner_en = "Office"
"""
SOURCE = 'source = "中原教〔2024〕1号（虚构）"\n'
VERIFIED = 'basis = "verified"\n' + SOURCE
UNCONFIRMED = 'basis = "unconfirmed"\n' + SOURCE
HEAD = f"""[pack]
id = "zhongyuan"
extends = "national"
prefix = "ZH-"
title = "中原省（虚构）"
title_en = "Zhongyuan (fictitious)"
{SOURCE}effective = 2017-04-19
region = ["99"]
names = ["中原省"]
"""
LESSONS = """
[indicator.lessons]
title = "阅读课"
title_en = "Reading lessons"
unit = "节"
unit_en = "lessons"
of = "reading_lessons"
"""

# words, sources, figures, what only a switch brings in
WORDS_AND_FIGURES = f"""{HEAD.replace('"99"]', '"34"]  #! taken')}short = "中原省"  #! english
{LESSONS}
[override.R1]
at_least = {{ primary = 4.0, junior = 5.3 }}  #! loosened
{VERIFIED}
[override.Q2]
at_least = 950  #! limit_impossible #! limit_implausible #! old_number
{VERIFIED}text = "残疾儿童入学率不低于95%。"  #! old_number
text_en = "At least 95 %."  #! old_number

[override.R77]  #! reference
at_least = 3
{VERIFIED}
[override.G14]
at_least = 60
basis = "sure"  #! basis
{SOURCE}
[override.G15]  #! source
at_least = 90
basis = "verified"

[override.R2]
at_least = {{ primary = 0.5, junior = 1 }}
relaxes = true  #! relaxed
{VERIFIED}text = "小学0.5人、初中1人。"
text_en = "0.5 and 1."
title = "骨干教师"
title_en = "Backbone teachers"

[override.C]
add = ["ZH-1", "ZH-2", "ZH-3", "ZH-9", "CR"]  #! reference #! contradiction

[indicator.area]
title = "面积"
title_en = "Area"
unit = "平方米"
unit_en = "m²"
of = "teaching_area"

[indicator.forgotten]  #! unused
title = "忘了用"
title_en = "Forgotten"
of = "no_such_fact"  #! reference

[switch.easier]
kind = "relaxation"
title = "放宽"
title_en = "Easier"
source = "中原教〔2024〕2号（虚构）"
basis = "verified"
until = 2016-12-31  #! date_overlap

[rule.ZH-1]
kind = "threshold"
scope = "school"
where = {{ stages = {{ above = 0 }} }}
title = "阅读课不少于2节"
title_en = "At least 2 lessons"
indicator = "lessons"
at_least = 2
{VERIFIED}{WORDS}
[[rule.ZH-1.since]]
date = 2025-09-01
at_least = 3  #! old_number
{SOURCE}text = "每周不少于2节。"  #! old_number
text_en = "At least 3 lessons a week."

[[rule.ZH-1.instead]]
switch = "easier"
applies = {{ no_such_fact_either = true }}  #! reference

[rule.ZH-2]  #! remedy #! owner
kind = "threshold"
scope = "school"
where = {{ stages = {{ above = 0 }} }}
title = "课比面积"
title_en = "Lessons and area"
indicator = "lessons"
at_least = "area"  #! unit
basis = "verified"  #! unproven
source = "听说的"  #! unproven

[rule.ZH-3]  #! text
kind = "threshold"
scope = "school"
where = {{ stages = {{ above = 0 }} }}
title = "谁都够"
title_en = "Everybody"
indicator = "lessons"
at_least = 0  #! limit_implausible
basis = "unconfirmed"
source = "…"  #! source
remedy = "无须整改"  #! english
owner = "股"
owner_en = "Office"
"""

# names, days, layers
NAMES_AND_DAYS = f"""{HEAD.replace('ZH-"', 'AH-"  #! prefix')}{LESSONS}
[override.C]
add = ["AH-1", "AH-2", "AH-4", "AH-5"]

[override.R3]
title = "体育、艺术教师"
title_en = "Teachers of PE and arts"
{VERIFIED}
[drop.R3]  #! contradiction #! contradiction
because = "并入其他"
{SOURCE}
[indicator.i]  #! unused
title = "甲"
title_en = "A"
of = "books"
else = "j"  #! circle

[indicator.j]  #! unused
title = "乙"
title_en = "B"
of = "books"
else = "i"

[indicator.flag]
title = "丙"
title_en = "C"
of = "boarding"  #! value

[rule.AH-1]
kind = "threshold"
scope = "school"
where = {{ stages = {{ above = 0 }}, school_type = "nope" }}  #! value
title = "一"
title_en = "One"
indicator = "flag"
at_least = 1
{UNCONFIRMED}{WORDS}
[rule.AH-2]
kind = "medain"  #! kind
title = "二"
title_en = "Two"
{UNCONFIRMED}{WORDS}
[rule.AH-3]  #! unreachable
kind = "attested"
title = "三"
title_en = "Three"
{UNCONFIRMED}{WORDS}
[rule.AH-4]
kind = "attested"
title = "四"
title_en = "Four"
from = 2016-01-01  #! date_order
{UNCONFIRMED}{WORDS}
[rule.ZZ-4]  #! prefix
kind = "attested"
title = "四"
title_en = "Four"
{UNCONFIRMED}{WORDS}
[rule.AH-5]
kind = "threshold"
scope = "school"
where = {{ stages = {{ above = 0 }} }}
title = "五"
title_en = "Five"
indicator = "lessons"
at_least = 1
at_leest = 2  #! schema
{UNCONFIRMED}{WORDS}
[override.Q2]
at_least = 96
title = "入学率"
title_en = "Enrolment"
{VERIFIED}text = "不低于96%。"
text_en = "At least 96 %."

[[override.Q2.since]]
date = 2023-02-30  #! date
at_least = 97
{SOURCE}text = "不低于97%。"
text_en = "At least 97 %."

[[override.Q2.since]]
date = 2022-01-01  #! date_order
at_least = 98
{SOURCE}
[override.G14]
at_least = 60
title = "指标到校"
title_en = "Allocated places"
{VERIFIED}text = "不低于60%。"
text_en = "At least 60 %."

[override.Q3]
title = "巩固率"
title_en = "Retention"
{VERIFIED}
[[override.Q3.since]]
date = 2031-01-01  #! date_overlap
title = "九年巩固率"
title_en = "Retention over nine years"

[switch.first]
kind = "relaxation"
choice = "terms"
title = "先"
title_en = "First"
source = "中原教〔2024〕2号（虚构）"
basis = "verified"
until = 2019-12-31

[switch.second]
kind = "relaxation"
choice = "terms"
title = "后"
title_en = "Second"
source = "中原教〔2024〕2号（虚构）"
basis = "verified"
from = 2020-03-01  #! date_gap
until = 2020-12-31
"""
STANDARD = f"""[pack]
id = "zhongyuan"
layer = "school-standard"
prefix = "AH-"
title = "办学标准（虚构）"
title_en = "Standard (fictitious)"
{SOURCE}effective = 2018-01-01

[override.G14]
at_least = 70  #! contradiction #! old_number
basis = "secondary"
{SOURCE}text = "不低于70%。"
text_en = "At least 70 %."

[indicator.lessons]  #! taken
title = "又一个"
title_en = "Another"
of = "books"
"""
LATER = f"""[pack]
id = "zhongyuan"
extends = "national"
title = "以后（虚构）"
title_en = "Later (fictitious)"
{SOURCE}effective = 2030-01-01
"""
SAME_DAY = LATER.replace("effective = 2030-01-01", "effective = 2017-04-19  #! date_overlap")

MODULE = '''"""Must not be run."""

from pathlib import Path

from compliance import hookimpl

raise SystemExit("nobody asked for this code")


@hookimpl
def compliance_pack():  #! offer
    return [Path(__file__).parent]


@hookimpl
def compliance_kinds():  #! offer
    return {}


@hookimpl
def compliance_readers():
    return {
        "ET": open,  #! offer
        ".json": open,  #! taken
    }


def compliance_renderers():  #! offer
    return {"a": open}
'''
FACTS = """{
  "properties": {
    "good": {"title": "中原好数", "x-title-en": "Good", "description": "好", "x-unit": "人", "type": ["integer", "null"], "minimum": 0, "maximum": 10},
    "untitled": {"x-title-en": "#! fact", "description": "无", "x-unit": "人", "type": ["integer", "null"], "minimum": 0, "maximum": 10},
    "wordless": {"title": "中原无话 #! fact_words #! fact_words #! fact_words", "type": ["integer", "null"], "minimum": 0, "maximum": 10},
    "endless": {"title": "中原无限 #! fact", "x-title-en": "Endless", "description": "无限", "x-unit": "人", "type": ["integer", "null"], "minimum": 0},
    "heading": {
      "title": "中原表头", "x-title-en": "Heading", "description": "头", "x-unit": "人", "type": ["integer", "null"],
      "x-aliases": ["残疾儿童少年入学数", "#! heading"],
      "minimum": 0, "maximum": 10
    }
  }
}
"""
COUNTY_PAPER = """{% extends "core:rectify_county.html" %}
{% block body %}
{{ paper.titel }} {# #! template_variable #}
{{ papers }} {# #! template_variable #}
{% endblock %}
{% block boddy %}{% endblock %} {# #! template_block #}
"""
REPORT = """{% set own = names %}
{% for one in counties %}{{ own }}{{ one }}{% if draft is defined %}{{ draft }}{% endif %}{% endfor %}
{{ title | upperr }} {# #! template #}
"""


def marked(root: Path) -> Iterator[tuple[str, int, str]]:
    """File, line and code of every fault that is marked in a folder."""
    for path in sorted(root.rglob("*")):
        if path.suffix in (".toml", ".py", ".json", ".html", ".md"):
            for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
                for code in re.findall(r"#! (\w+)", line):
                    yield path.name, number, code
