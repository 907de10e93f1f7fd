"""Figures that are nobody's: the same verdicts, and no code, name or text of before anywhere."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from compliance.checker import Checker, Report
from compliance.checker.anonymise import Nobodys, Pseudonyms, anonymised
from compliance.cli import main
from compliance.intake import take_in
from tests.support.nonempty import nonempty
from tests.support.properties import batched, in_provinces, seed

EXAMPLES = Path(__file__).parents[2] / "examples"
SECRET = b"0123456789abcdef"
STATED: Mapping[str, Any] = {
    "buildings": [
        {"school_code": "5199010001", "building": "逸夫楼", "built_year": 1998, "area": 1200.25, "note": "邵氏捐建"}
    ],
    "organisations": [
        {"name": "城关教育集团", "kind": "group", "lead": "5199010001", "members": ["5199010002", "望云实验小学"]}
    ],
    "succession": [{"old_code": "5199010099", "new_code": ["5199010001"], "reason": "merged"}],
}  # fmt: skip


@cache
def checker() -> Checker:
    return Checker()


def ready(*paths: Path) -> Nobodys:
    """What the command makes of the files with the key of these tests."""
    words = checker().registry.vocabulary
    return anonymised(
        take_in(paths, checker().registry.readers, words), words, sha256(SECRET + b"\n").digest()
    )


def run(folder: Path, *words: object) -> tuple[int, str]:
    """Exit code and what was said."""
    key = folder / "key"
    key.write_bytes(SECRET)
    given_ = ["anonymise", *map(str, words), "--key-file", str(key)]
    done = CliRunner().invoke(main, given_)
    return done.exit_code, done.output


def same(before: Report, after: Report, nobodys: Nobodys) -> None:
    """Every finding but for names, codes and sentences."""
    told = [name for name in before.findings.columns if name not in ("school_name", "message")]
    order = ["county_code", "year", "school_code", "stage", "rule"]
    back = after.findings.with_columns(
        pl.col("county_code").replace(nobodys.counties),
        pl.col("school_code").replace(nobodys.codes),
    )
    # sums run over the schools in another order: what they lack comes in another, the last digit of a
    # mean may differ
    findings, others = (
        one.select(told).with_columns(pl.col("missing").list.sort()).sort(order)
        for one in (before.findings, back)
    )
    assert len(findings)
    assert_frame_equal(findings, others, rel_tol=1e-12, abs_tol=0)
    assert {one.verdict for one in before.counties} == {one.verdict for one in after.counties}


def all_bytes(path: Path) -> bytes:
    """What the files hold, those in archives too, with their names."""
    if path.is_dir():
        return b"".join(one.name.encode() + all_bytes(one) for one in sorted(path.iterdir()))
    data = path.read_bytes()
    if not zipfile.is_zipfile(path):
        return data
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            found.append(name.encode() + archive.read(name))
    return b"".join(found)


def originals(nobodys: Nobodys) -> list[str]:
    """Every code and name that stood there; none so short that figures hold it."""
    texts = {*nobodys.counties.values(), *nobodys.codes.values(), *nobodys.names.values()}
    return [one for one in nonempty(sorted(texts)) if len(one) > 1]


@pytest.fixture
def conforming(tmp_path: Path) -> Path:
    """The conforming example with everything that could tell whose it is."""
    document = json.loads((EXAMPLES / "conforming.json").read_text("utf-8"))
    document["county"] |= STATED
    document["schools"][2]["school_name"] = "望云实验小学"
    document["county"]["attestations"]["G1"] |= {
        "evidence": ["平湖建校规划.pdf", "会议纪要"],
        "note": "王局长已核",
    }
    document["schools"][1]["main_school_code"] = "5199010001"
    document["note"] = "平湖县王局长"  # unknown, and so gone
    path = tmp_path / "平湖县.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


@pytest.mark.parametrize("form", [".json", ".xlsx", ".zip", ""])
def test_a_county_in_every_form(conforming: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"out{form}"
    code, said = run(tmp_path, conforming, "-o", out)
    assert code == 0, said
    nobodys = ready(conforming)
    same(checker().check(conforming), checker().check(out), nobodys)
    content = all_bytes(out)
    for text in [*originals(nobodys), "建校规划", "局长", "邵氏", "逸夫", SECRET.decode()]:
        assert text.encode() not in content, text


def test_a_workbook_of_a_province_with_facts_of_its_own(tmp_path: Path) -> None:
    source, out = EXAMPLES / "anhui_county.xlsx", tmp_path / "out.xlsx"
    assert run(tmp_path, source, "-o", out)[0] == 0
    nobodys = ready(source)
    before, after = checker().check(source), checker().check(out)
    same(before, after, nobodys)
    assert after.counties[0].ruleset == before.counties[0].ruleset
    content = all_bytes(out)
    assert not [text for text in originals(nobodys) if text.encode() in content]


@pytest.mark.parametrize(("suffix", "form"), [(".csv", ""), (".parquet", ".zip")])
def test_a_dataset_in_its_own_form(tables: Path, tmp_path: Path, suffix: str, form: str) -> None:
    source, out = tables, tmp_path / f"out{form}"
    if suffix == ".parquet":
        source = tmp_path / "source"
        source.mkdir()
        for path in tables.glob("*.csv"):
            pl.read_csv(path, infer_schema=False).write_parquet(source / f"{path.stem}.parquet")
    nobodys = ready(source)
    assert run(tmp_path, source, "-o", out)[0] == 0
    same(checker().check(source), checker().check(out), nobodys)
    content = all_bytes(out)
    assert f"schools{suffix}".encode() in content
    assert not [text for text in originals(nobodys) if text.encode() in content]


@batched
@given(number=seed)
def test_no_verdict_changes(number: int) -> None:
    """Counties of every kind and province, those without errors, as one dataset and one by one."""
    from compliance.render.submission_files import as_json, as_tables

    words = checker().registry.vocabulary
    with TemporaryDirectory() as name:
        folder = Path(name)
        for place in ("before", "tables", "documents"):
            (folder / place).mkdir()
        for document in in_provinces(number, 5, salt="nobody"):
            path = folder / "before" / f"{document['county']['county_code']}.json"
            path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        before = checker().check(folder / "before")
        nobodys = ready(folder / "before")
        for file, content in as_tables(nobodys.submission, words, ".parquet").items():
            (folder / "tables" / file).write_bytes(content)
        for key in nobodys.submission.counties.select("county_code", "year").iter_rows():
            path = folder / "documents" / f"{key[0]}.json"
            path.write_bytes(as_json(nobodys.submission, key, words))
        for place in ("tables", "documents"):
            same(before, checker().check(folder / place), nobodys)


def test_class_bands_go_into_the_workbook_too(conforming: Path, tmp_path: Path) -> None:
    document = json.loads(conforming.read_text("utf-8"))
    for school in document["schools"]:
        for stage in ("primary", "junior"):
            sizes = school.pop(f"{stage}_class_sizes", None)
            if sizes:
                edges = (25, 30, 35, 40, 45, 50, 55, 60, 65)
                places = [sum(size > edge for edge in edges) for size in sizes]
                school[f"{stage}_class_bands"] = [places.count(n) for n in range(10)]
    conforming.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    out = tmp_path / "out.xlsx"
    assert run(tmp_path, conforming, "-o", out)[0] == 0
    same(checker().check(conforming), checker().check(out), ready(conforming))


def test_two_years_stay_comparable(conforming: Path, tmp_path: Path) -> None:
    def years(year: int) -> set[tuple[str, str]]:
        document = json.loads(conforming.read_text("utf-8"))
        document["county"]["year"] = year
        path = tmp_path / f"{year}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        assert run(tmp_path, path, "-o", tmp_path / f"out{year}.json")[0] == 0
        made = json.loads((tmp_path / f"out{year}.json").read_text("utf-8"))
        return {(one["school_code"], one["school_name"]) for one in made["schools"]}

    assert years(2022) == years(2023)


def test_references_follow(conforming: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    run(tmp_path, conforming, "-o", out)
    made, nobodys = json.loads(out.read_text("utf-8")), ready(conforming)
    codes = {old: new for new, old in nobodys.codes.items()}
    county, schools = made["county"], {one["school_code"]: one for one in made["schools"]}
    first = codes["5199010001"]
    assert schools[codes["5199010002"]]["main_school_code"] == first
    assert first.startswith(county["county_code"])
    assert county["county_code"].startswith("51")
    assert county["succession"] == [
        {"old_code": codes["5199010099"], "new_code": [first], "reason": "merged"}
    ]
    group = {member for one in county["organisations"] for member in one["members"]}
    assert {one["lead"] for one in county["organisations"]} == {first}
    assert {first, codes["5199010002"]} < group
    assert county["buildings"][0] | {"building": ""} == {
        "school_code": first, "building": "", "built_year": 1998, "area": 1200.25,
    }  # fmt: skip
    assert county["attestations"]["G1"] == {"met": True, "evidence": ["材料1", "材料2"]}


def test_errors_are_refused_with_their_reasons(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    code, said = run(tmp_path, EXAMPLES / "invalid.json", "-o", out)
    assert code == 4
    assert "/schools/1/school_type" in said
    assert not out.exists()
    assert run(tmp_path, EXAMPLES / "invalid.json", EXAMPLES / "conforming.json", "-o", out)[0] == 4
    assert not out.exists()


def test_what_cannot_be_written_so(tmp_path: Path) -> None:
    assert run(tmp_path, EXAMPLES / "many", "-o", tmp_path / "out.json")[0] == 2
    assert run(tmp_path, EXAMPLES / "conforming.json", "-o", tmp_path / "out.docx")[0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_the_key(tmp_path: Path) -> None:
    """Without a file another one every time; a file that is not there is made; a short one refused."""
    runner, source = CliRunner(), str(EXAMPLES / "conforming.json")

    def made(*more: str) -> str:
        out = tmp_path / "out.json"
        done = runner.invoke(main, ["anonymise", source, "-o", str(out), *more])
        assert done.exit_code == 0, done.output
        return out.read_text("utf-8")

    assert made() != made()
    key = tmp_path / "new.key"
    with_key = made("--key-file", str(key))
    assert key.stat().st_mode & 0o77 == 0
    assert made("--key-file", str(key)) == with_key
    assert made() != with_key
    key.write_text("short")
    done = runner.invoke(main, ["anonymise", source, "-o", "x.json", "--key-file", str(key)])
    assert done.exit_code == 2


CODES = st.text(st.sampled_from("0123456789AZaz-"), min_size=4, max_size=12)


@given(st.sets(CODES, min_size=1, max_size=60), st.binary(min_size=1))
def test_codes_keep_their_form_and_stay_different(codes: set[str], key: bytes) -> None:
    found = Pseudonyms(key, ["341622"], codes, []).codes

    def form(code: str) -> str:
        kinds = {"0": "0"} if code[0] == "0" else {}
        return "".join(
            kinds.get(one) or ("9" if one.isdigit() else "A" if one.isupper() else "a" if one.islower() else one)
            for one in code[:1]
        ) + "".join("9" if one.isdigit() else "A" if one.isupper() else "a" if one.islower() else one for one in code[1:])  # fmt: skip

    assert len(set(found.values())) == len(codes)
    assert all(form(old) == form(new) for old, new in nonempty(found.items()))


def test_short_codes_are_exhausted_without_an_end() -> None:
    codes = [str(number) for number in range(100)]
    found = Pseudonyms(b"key", [], codes, []).codes
    assert sorted(found.values()) == sorted(codes)
