"""What is measured: each row a command, what it is held against, and the aims of the project.

`{data}` and `{out}` in a command stand for the dataset and for a path of the run's own.
"""

from __future__ import annotations

from dataclasses import dataclass

NATION, PROVINCE = 200_000, 8_000  # schools
GROWTH = (120, PROVINCE, 50_000)  # beside the nation, and ten of them with --large


@dataclass(frozen=True)
class Aim:
    """A figure that is to be at most so much, a rate at least; `stretch`: better still."""

    figure: str  # ratio, seconds, cpu (a million findings), peak, peak_ratio, rate, queries
    limit: float
    stretch: float | None = None


@dataclass(frozen=True)
class Row:
    """A command and its aims.

    group: rows of a group are run in turns. data: kind and schools. against: the key of another row
    of the group; per_finding: their times are divided by their findings first. findings: the command
    writes the findings of all schools, which are read back and counted. verdicts: it writes bare
    verdicts, to be compared with those of the group's row of that key. speaks: it measures itself.
    roughly: in fewer digits than doubles have. needs: a package without which the row is left out.
    """

    title: str
    group: str
    command: tuple[str, ...]
    data: tuple[str, int] | None = None
    against: str | None = None
    per_finding: bool = False
    aims: tuple[Aim, ...] = ()
    findings: str | None = None  # the suffix of what it writes
    verdicts: str | None = None
    roughly: bool = False
    speaks: bool = False
    needs: str | None = None
    large: bool = False


SPARK = ("--engine", "spark", "--master", "local[2,4]")


def judging(ruleset: str = "national", form: str = "parquet") -> tuple[str, ...]:
    """`check` from a dataset to a file of findings."""
    return (
        *("-m", "compliance", "check", "{data}", "--ruleset", ruleset, "--fail-on", "never"),
        *("-o", f"{form}:{{out}}"),
    )


def command(name: str, *arguments: str) -> tuple[str, ...]:
    """A command of the product on the county's document."""
    return ("-m", "compliance", name, *arguments)


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """A module of this folder from dataset to file."""
    return ("-m", f"benchmarks.{name}", *arguments, "{data}", "{out}")


def rows(nation: int = NATION, province: int = PROVINCE) -> dict[str, Row]:
    """Every row by its key, in the order of the table; smaller sizes are for trying out."""
    plain, small = ("plain", nation), ("plain", province)
    registers = ("registers", nation)
    county = ("county", 118)  # 120 come of it
    document, school = "{data}/county.json", "5199010001"
    half_more = (Aim("ratio", 1.5),)
    return {
        "full": Row(
            "full reference: R1–R7 and RS with every column and sentence",
            "nation", module("by_hand", "full"), plain, verdicts="nation",
        ),
        "short": Row(
            "short reference: R1–R7, RS, D1–D7, bare verdicts",
            "nation", module("by_hand", "short"), plain, "full", verdicts="nation",
        ),
        "nation": Row(
            f"nation of {nation:,} schools, Parquet to Parquet, national set with sentences",
            "nation", judging(), plain, "full",
            aims=(Aim("ratio", 1.0, 0.85), Aim("cpu", 2.0), Aim("peak", 768, 512)),
            findings="parquet",
        ),
        "rich": Row(
            "the same, every fact given; a finding",
            "nation", judging(), ("rich", nation), "nation", True, half_more, "parquet",
        ),
        "limits": Row(
            "the same, every value on its limit; a finding",
            "nation", judging(), ("limits", nation), "nation", True, half_more, "parquet",
        ),
        "layers": Row(
            "the same as the first, with Anhui's layers; a finding",
            "nation", judging("anhui"), plain, "nation", True, half_more, "parquet",
        ),
        "ndjson": Row(
            "the same as the first, to NDJSON",
            "nation", judging(form="ndjson"), plain, "nation",
            aims=(Aim("ratio", 2.5),), findings="ndjson",
        ),
        "duckdb": Row(
            "duckdb by hand: as the short reference",
            "nation", module("peers.by_duckdb"), plain, "short",
            verdicts="nation", needs="duckdb",
        ),
        "openfisca": Row(
            "OpenFisca: R1–R7 and RS, bare verdicts",
            "nation", module("peers.by_openfisca"), plain, "short",
            verdicts="nation", roughly=True, needs="openfisca_core",
        ),
        "ten": Row(
            "ten nations",
            "ten", judging(), ("plain", 10 * nation), "one",
            aims=(Aim("ratio", 11), Aim("peak_ratio", 1.1)), findings="parquet", large=True,
        ),
        "one": Row(
            "one nation beside them",
            "ten", judging(), plain, findings="parquet", large=True,
        ),
        "short province": Row(
            f"short reference, {province:,} schools",
            "province", module("by_hand", "short"), small, verdicts="province",
        ),
        "province": Row(
            f"province of {province:,} schools, Parquet to Parquet",
            "province", judging(), small, "short province",
            aims=(Aim("ratio", 3),), findings="parquet",
        ),
        "zen": Row(
            "zen-engine: R1–R7, bare verdicts",
            "province", module("peers.by_zen"), small, "short province",
            verdicts="province", needs="zen",
        ),
        "polars": Row("`import polars`", "county", ("-c", "import polars")),
        "json": Row(
            "county of 120 schools, cold, JSON to the terminal",
            "county", command("check", document, "--ruleset", "national"), county, "polars",
            aims=(Aim("ratio", 2.5),),
        ),
        "xlsx": Row(
            "the same from XLSX",
            "county", command("check", "{data}/county.xlsx", "--ruleset", "national"), county,
            "polars", aims=(Aim("ratio", 3.3),),
        ),
        "help": Row("`--help`", "county", command("--help"), aims=(Aim("seconds", 0.1),)),
        "declare": Row(
            "`declare`, Excel and Word",
            "county",
            command("declare", document, "-o", "{out}.xlsx", "-o", "{out}.docx"), county,
            aims=(Aim("seconds", 1),),
        ),
        "explain": Row(
            "`explain R4` of a school",
            "county", command("explain", "R4", document, "--school", school), county,
            aims=(Aim("seconds", 1),),
        ),
        "rectify": Row(
            "`rectify` of 300 schools, Word and Excel",
            "county",
            command("rectify", document, "--format", "docx", "--format", "xlsx", "-o", "{out}"),
            ("county", 288), aims=(Aim("seconds", 5),),
        ),
        "papers as PDF": Row(
            "`rectify` of 300 schools, PDF",
            "county", command("rectify", document, "--format", "pdf", "-o", "{out}"),
            ("county", 288), needs="typst",
        ),
        "per school": Row(
            "`template --per-school` of 300 schools, all figures known",
            "county", command("template", "--per-school", "{out}", document),
            ("county", 288), aims=(Aim("seconds", 10),),
        ),
        "collect": Row(
            "`collect` of 300 workbooks",
            "county", command("collect", "{data}/returned", "-o", "{out}.xlsx"),
            ("returned", 288), aims=(Aim("seconds", 10),),
        ),
        "own tables": Row(
            "`validate` of 300 schools in the statistics' layout, fourteen sheets of one workbook",
            "county", command("validate", "{data}/statistics.xlsx"), ("layouts", 288),
            aims=(Aim("seconds", 10),),
        ),
        "own texts": Row(
            "the same from fourteen CSV files",
            "county", command("validate", "{data}/statistics"), ("layouts", 288),
        ),
        "report page": Row(
            "`check --format html` of 300 schools",
            "county",
            command("check", document, "--fail-on", "never", "-o", "html:{out}.html"),
            ("county", 288),
        ),
        "report workbook": Row(
            "`check --format xlsx` of 300 schools",
            "county",
            command("check", document, "--fail-on", "never", "-o", "xlsx:{out}.xlsx"),
            ("county", 288),
        ),
        "desk": Row(
            "the inspector's desk: 100 counties of 40 schools, page and workbook",
            "desk",
            (
                *("-m", "compliance", "check", "{data}", "--ruleset", "national", "--fail-on", "never"),
                *("-o", "html:{out}.html", "-o", "xlsx:{out}.xlsx"),
            ),
            ("small counties", 4_000),
        ),
        "registers by duckdb": Row(
            "duckdb by hand: the same facts of the same registers",
            "registers", module("peers.registers_by_duckdb"), registers, needs="duckdb",
            large=True,
        ),
        "registers": Row(
            f"`assemble`: {nation * 55:,} teachers, {nation * 20:,} classes, {nation * 15:,} rooms, Parquet to Parquet",
            "registers", module("registers"), registers, "registers by duckdb",
            aims=(Aim("seconds", 60), Aim("peak", 2048)), large=True,
        ),
        **{
            f"registers of {schools}": Row(
                f"the same, {schools * 55:,} teachers", "registers", module("registers"),
                ("registers", schools), large=True,
            )
            for schools in (nation // 11, 3 * nation // 11)
        },
        "rejudging": Row(
            "a warm `Checker`: one school of the county corrected",
            "inside", ("-m", "benchmarks.inside", "rejudging", "{data}"), county,
            aims=(Aim("seconds", 0.02),), speaks=True,
        ),
        "queries": Row(
            "Polars queries of the county from JSON, national set",
            "inside", ("-m", "benchmarks.inside", "queries", document, "national"), county,
            aims=(Aim("queries", 200),), speaks=True,
        ),
        "queries of Anhui": Row(
            "the same from XLSX, with Anhui's layers",
            "inside", ("-m", "benchmarks.inside", "queries", "{data}/county.xlsx", "anhui"), county,
            aims=(Aim("queries", 200),), speaks=True,
        ),
        "read Parquet": Row(
            "reading: Parquet, five nations", "inside",
            ("-m", "benchmarks.inside", "reading", "{data}"), ("plain", 5 * nation),
            aims=(Aim("rate", 1_000_000),), speaks=True,
        ),
        "read CSV": Row(
            "reading: CSV of 60 columns, a nation", "inside",
            ("-m", "benchmarks.inside", "reading", "{data}"), ("csv", nation),
            aims=(Aim("rate", 200_000),), speaks=True,
        ),
        "read JSON": Row(
            "reading: JSON documents of 120 schools", "inside",
            ("-m", "benchmarks.inside", "reading", "{data}"), ("counties", nation // 40),
            speaks=True,
        ),
        **{
            f"{key} of {size:,}": Row(
                f"{size:,} schools, {told}",
                f"spark {size}", judging() + by, ("plain", size), against, findings="parquet",
                needs="pyspark" if by else None, large=True,
            )
            for size in (120, province, nation)
            for key, told, by, against in (
                ("here", "this process", (), None),
                ("spark", "Spark, two workers of this machine", SPARK, f"here of {size:,}"),
            )
        },
        **{
            f"growth {schools}": Row(
                f"{schools:,} schools", "growth", judging(), ("plain", schools),
                findings="parquet",
            )
            for schools in GROWTH
        },
    }  # fmt: skip
