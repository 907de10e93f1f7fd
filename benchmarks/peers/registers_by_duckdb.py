"""The schools' facts of registers by hand in SQL: what `compliance assemble` makes of teachers, classes, rooms, equipment.

    python -m benchmarks.peers.registers_by_duckdb DATA OUT.parquet

Shares nothing with the program: its words, conditions and the rule of where somebody counts are written
out again. It reads what `benchmarks.registers` writes, by names and words of that file alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

DAY = "2023-09-01"
_POST = "post = '专任教师' AND employment IN ('在编', '聘任制')"
# fact → which rows count; of a person where the post is held
TEACHERS = {
    "teachers": _POST,
    "backbone_teachers": f"{_POST} AND backbone IN ('县级', '市级', '省级', '国家级')",
    "pe_teachers": f"{_POST} AND subject = '体育'",
    "arts_teachers": f"{_POST} AND subject IN ('音乐', '美术', '艺术')",
    "pe_arts_teachers": f"{_POST} AND subject IN ('体育', '音乐', '美术', '艺术')",
    "certified_teachers": f"{_POST} AND certificate = '是'",
    "trained_teachers": f"{_POST} AND training_hours >= 360",
    "teachers_mid_title": f"{_POST} AND title IN ('正高级教师', '高级教师', '一级教师')",
    "staff": "employment IN ('在编', '聘任制')",
}
_ABOVE = {
    "primary": "('博士研究生', '硕士研究生', '研究生', '本科', '专科')",
    "junior": "('博士研究生', '硕士研究生', '研究生', '本科')",
}
STAGES = {"primary": "小学", "junior": "初中"}
_COLUMNS = (
    "post", "employment", "subject", "degree", "title", "backbone", "certificate", "training_hours",
)  # fmt: skip
TEACHING = "('普通教室', '实验室', '音乐教室', '美术教室', '图书室', '室内体育用房')"


def teachers(table: str) -> str:
    """Every person once a school and stage, `home` where the person counts; null where nobody knows."""
    blank = ", ".join(
        f"nullif(CAST({name} AS VARCHAR), '') AS {name}"
        for name in ("person", "stage", *_COLUMNS[:-1], "main")
    )
    agreed = ", ".join(
        f"CASE WHEN min({name}) = max({name}) THEN min({name}) END AS {name}" for name in _COLUMNS
    )
    return f"""
WITH holding AS (
  SELECT {blank}, training_hours, CAST(school_code AS VARCHAR) AS school_code
  FROM {table}
  WHERE coalesce(nullif("from", '') <= '{DAY}', TRUE) AND coalesce(nullif("until", '') >= '{DAY}', TRUE)
), ranked AS (
  SELECT *, CASE WHEN main = '是' THEN 0 WHEN employment IN ('在编', '聘任制') THEN 1 ELSE 2 END AS rank
  FROM holding
), best AS (
  SELECT *, min(rank) OVER (PARTITION BY person) AS best,
    min(rank) OVER (PARTITION BY person, school_code, stage) AS best_here
  FROM ranked
), homes AS (
  SELECT person, count(DISTINCT school_code || '/' || coalesce(stage, '')) AS places
  FROM best WHERE rank = best GROUP BY person
), settled AS (
  SELECT best.person, school_code, stage, {agreed},
    CASE WHEN min(rank) > min(best) THEN FALSE WHEN any_value(places) = 1 THEN TRUE END AS home
  FROM best JOIN homes USING (person) WHERE rank = best_here GROUP BY best.person, school_code, stage
)
"""


def _told(name: str, condition: str) -> str:
    """How many rows meet a condition, null where one cannot be told."""
    taken = f"(({condition}) AND home)"
    untold = f"count(*) FILTER (WHERE {taken} IS NULL)"
    return f"CASE WHEN {untold} = 0 THEN count(*) FILTER (WHERE {taken}) END AS {name}"


def statements(read: str) -> dict[str, str]:
    """Table of facts → its SQL; read: ``{}`` is a table's name in it."""
    found = {}
    for stage, word in STAGES.items():
        conditions = {**TEACHERS, "teachers_above_degree": f"{_POST} AND degree IN {_ABOVE[stage]}"}
        told = ", ".join(_told(f"{stage}_{name}", one) for name, one in conditions.items())
        found[f"teachers of {stage}"] = (
            f"{teachers(read.format('teachers'))} SELECT school_code, {told} FROM settled"
            f" WHERE stage = '{word}' GROUP BY school_code"
        )
        found[f"classes of {stage}"] = f"""
SELECT school_code, sum(students) AS {stage}_students, count(*) AS {stage}_classes,
  count(DISTINCT grade) AS {stage}_grades, list_sort(list(students)) AS {stage}_class_sizes
FROM (SELECT DISTINCT CAST(school_code AS VARCHAR) AS school_code, stage, grade, "class", students
  FROM {read.format("classes")}) WHERE stage = '{word}' GROUP BY school_code"""
    found["rooms"] = f"""
SELECT school_code,
  CASE WHEN count(*) FILTER (WHERE kind IN {TEACHING}) > 0
    THEN sum(CAST(area AS DECIMAL(18, 4))) FILTER (WHERE kind IN {TEACHING}) END AS teaching_area,
  coalesce(sum(CAST(area AS DECIMAL(18, 4))) FILTER (WHERE kind = '室内体育用房'), 0) AS indoor_sports_area,
  sum(CAST(area AS DECIMAL(18, 4))) FILTER (WHERE kind = '运动场地') AS outdoor_sports_area,
  count(*) FILTER (WHERE multimedia = '是') AS multimedia_rooms,
  coalesce(list_sort(list(area) FILTER (WHERE kind = '音乐教室')), []) AS music_room_areas,
  coalesce(list_sort(list(area) FILTER (WHERE kind = '美术教室')), []) AS art_room_areas
FROM (SELECT DISTINCT CAST(school_code AS VARCHAR) AS school_code, room, kind, area, multimedia
  FROM {read.format("rooms")}) GROUP BY school_code"""
    found["equipment"] = f"""
SELECT school_code, sum(CAST(value AS DECIMAL(18, 4))) FILTER (WHERE teaching = '是') AS equipment_value,
  sum(quantity) FILTER (WHERE kind = '计算机') AS computers
FROM (SELECT DISTINCT CAST(school_code AS VARCHAR) AS school_code, item, kind, teaching, value, quantity
  FROM {read.format("equipment")}) GROUP BY school_code"""
    return found


def main(data: str, out: str) -> None:
    """Read the registers in a folder, write the schools' facts."""
    folder = Path(data)
    read = f"read_parquet('{folder}/{{}}.parquet')"
    connection = duckdb.connect()
    joined = f"(SELECT CAST(school_code AS VARCHAR) AS school_code FROM {read.format('schools')}) schools"
    for number, sql in enumerate(statements(read).values()):
        connection.execute(f"CREATE TABLE facts{number} AS {sql}")
        joined += f" LEFT JOIN facts{number} USING (school_code)"
    connection.execute(
        f"COPY (SELECT * FROM {joined} ORDER BY school_code) TO '{out}' (FORMAT parquet)"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
