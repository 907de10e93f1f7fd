"""The waivers file: every fault of every file at once, with its line."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from compliance.kernel.errors import UsageError
from compliance.rules.waivers import MAX_BYTES, read_waivers

RULES = {"RS", "G9", "Q4"}
DAY = date(2026, 11, 29)
WHOLE = """\
[[waiver]]
rule = "RS"
county_code = "519901"
school_code = "5199010001"
stage = "小学"
reason = "校园
改建"
approver = "某市教育局"
document = "某教〔2023〕1号"
expiry = 2026-12-31

[[waiver]]
rule = "G9"
county_code = "519901"
year = 2023
reason = "学时顺延"
approver = "某市教育局"
document = "某教〔2023〕2号"
expiry = "2026-06-30"
""".replace("校园\n改建", "校园\\n\\u001b改建")


def written(folder: Path, text: str, name: str = "豁免.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def faults(*paths: Path) -> list[str]:
    with pytest.raises(UsageError) as told:
        read_waivers(paths, DAY, RULES)
    return str(told.value).splitlines()


def test_what_it_states(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + WHOLE)
    found = read_waivers([path, path], DAY, RULES)
    first, second = found.entries
    assert first.subject == ("RS", "519901", "5199010001", "primary", None)
    assert second.subject == ("G9", "519901", None, None, 2023)
    assert first.reason == "校园 改建"  # on one line, nothing unseen
    assert (first.expiry, second.expiry) == (date(2026, 12, 31), date(2026, 6, 30))
    assert (first.line, second.line) == (1, 11)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    files = [{"name": "豁免.toml", "sha256": sha256}]
    assert found.stated() == {"waivers": {"day": "2026-11-29", "files": files}}


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = """\
[[waiver]]
rule = "RSS"
county_code = "5199"
school_cod = "5199010001"
stage = "senior"
reason = " "
approver = ""
until = 2026-12-31

[[waiver]]
rule = "G9"
county_code = 519901
reason = "甲"
approver = "乙"
document = "丙"
expiry = 2026-02-01T10:00:00

[more]
"""
    first, second = written(tmp_path, text), written(tmp_path, "a =", "坏.toml")
    head, *told = faults(first, second, tmp_path / "无.toml")
    assert head == "豁免文件有误："
    assert told == [
        f"{second}: 不是有效的TOML：Invalid value (at end of document)",
        f"{tmp_path / '无.toml'}: 无法读取：文件或文件夹不存在",
        f"{first}:1: waiver.0: 缺少 document、expiry；请补上",
        f"{first}:2: 已安装的规则集都没有规则“RSS”；是否指 RS？",
        f"{first}:3: county_code 应为6位行政区划代码",
        f"{first}:4: waiver.0: 不认识 school_cod；是否指 school_code？",
        f"{first}:5: waiver.0.stage: “senior”不在可用的词之内：primary、junior、小学、初中；是否指 junior？",
        f"{first}:6: reason 不能为空",
        f"{first}:7: waiver.0.approver: 不能为空",
        f"{first}:8: waiver.0: 不认识 until",
        f"{first}:12: waiver.1.county_code: “519901”应为文字",
        f"{first}:16: expiry 应为日期，如 2026-08-31",
        f"{first}:18: 不认识 more",
        "  → 写法见 docs/waivers.md",
    ]


def test_a_number_that_nobody_types_is_no_text(tmp_path: Path) -> None:
    whole = WHOLE.partition("\n\n")[0]
    text = "\n".join(line for line in whole.split("\n") if not line.startswith("document"))
    path = written(tmp_path, f"{text}\ndocument = {2**63}\n")
    _, told, _ = faults(path)
    assert "waiver.0.document：“≥10^18”不是可用的数" in told


@pytest.mark.parametrize("text", ["", "waiver = 1", "waiver = [1]", "[waiver]\nrule = 'RS'", "waiver = []"])  # fmt: skip
def test_what_holds_no_waivers(text: str, tmp_path: Path) -> None:
    head, first, *_ = faults(written(tmp_path, text))
    assert head == "豁免文件有误："
    assert first.startswith(f"{tmp_path / '豁免.toml'}:1: ")


def test_the_same_twice_is_told_wherever_it_stands(tmp_path: Path) -> None:
    first = written(tmp_path, WHOLE)
    second = written(tmp_path, WHOLE.partition("\n\n")[0], "另.toml")
    _, told, _ = faults(first, second)
    assert told == f"{first}:1: 与 {second}:1 是同一项豁免，请只留一条"


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    own = WHOLE.split("\n\n")
    paths = [written(tmp_path, own[0], "甲.toml"), written(tmp_path, own[1], "乙.toml")]
    assert read_waivers(paths, DAY, RULES) == read_waivers(paths[::-1], DAY, RULES)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    _, told, _ = faults(written(tmp_path, "#" * (MAX_BYTES + 1)))
    assert "不予读取" in told
