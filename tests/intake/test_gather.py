"""From paths to documents: tables, datasets, folders of counties, and the readers together."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers
from compliance.intake.accept import accept
from compliance.intake.formats.discover import Reader, gather, with_words
from compliance.intake.formats.raw_table import RawDocument
from compliance.kernel.errors import UsageError
from compliance.render.documents.xlsx import Book
from tests.intake import inputs
from tests.support.nonempty import nonempty

READERS: Mapping[str, Reader] = readers()


def one(path: Path) -> RawDocument:
    [document] = gather([path], READERS)
    return document


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class TestTables:
    ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16")

    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_encodings(self, tmp_path: Path, encoding: str) -> None:
        folder = inputs.dataset(
            tmp_path / "d",
            counties__csv=inputs.COUNTIES_CSV.encode(encoding),
            schools__csv=inputs.SCHOOLS_CSV.encode(encoding),
        )
        document = one(folder)
        assert document.problems == []
        assert document.many
        assert inputs.values(document, "schools")["school_name"] == ["实验小学"]
        assert inputs.values(document, "counties")["year"] == ["2023"]

    def test_lines_blanks_quotes_and_their_numbers(self, tmp_path: Path) -> None:
        text = (
            "\r\ncounty_code,school_name,note,\r\n"
            '341622,"一,小","第一行\r\n第二行",\r\n'
            ",,,\r\n\r\n"
            '341622, ,"说""明""",,\r\n'
        )
        document = one(inputs.dataset(tmp_path / "d", schools__csv=text))
        assert document.problems == []
        assert inputs.values(document, "schools") == {
            "county_code": ["341622", "341622"],
            "school_name": ["一,小", None],
            "note": ["第一行\n第二行", '说"明"'],
        }
        schools = inputs.table(document, "schools")
        assert schools.place(0, "note") == "C3"
        assert schools.place(1, "note") == "C7"

    def test_without_quotes_places_are_the_same(self, tmp_path: Path) -> None:
        document = one(inputs.dataset(tmp_path / "d", schools__csv="a,b\n1,2\n\n,\n3,\n"))
        schools = inputs.table(document, "schools")
        assert inputs.values(document, "schools") == {"a": ["1", "3"], "b": ["2", None]}
        assert schools.place(1, "a") == "A5"

    def test_tabs_as_excel_saves_unicode_text(self, tmp_path: Path) -> None:
        text = inputs.SCHOOLS_CSV.replace(",", "\t").encode("utf-16")
        document = one(inputs.dataset(tmp_path / "d", schools__csv=text))
        assert inputs.values(document, "schools")["primary_students"] == ["860"]

    def test_lists_stay_text_in_csv_and_lists_in_parquet(self, tmp_path: Path) -> None:
        frame = pl.DataFrame(
            {
                "county_code": ["341622"],
                "primary_class_sizes": [[45.0, None]],
                "year": [2023],
                "boarding": [True],
                "read_at": [datetime(2023, 9, 1, 12)],
                "school_type": pl.Series(["x"], dtype=pl.Categorical),
                "__index_level_0__": [0],
            }
        )
        stream = io.BytesIO()
        frame.write_parquet(stream)
        document = one(
            inputs.dataset(
                tmp_path / "d",
                schools__csv="",
                schools__parquet=stream.getvalue(),
                班级__csv="school_code,class_sizes\n1,45;44\n",
            )
        )
        assert document.problems == []
        schools = inputs.table(document, "schools")
        assert schools.columns["primary_class_sizes"].to_list() == [[45.0, None]]  # type: ignore[union-attr]
        assert "__index_level_0__" not in schools.columns
        values = {name: list(cells) for name, cells in schools.columns.items()}
        assert values["school_type"] == ["x"]
        assert values["boarding"] == [True]
        assert values["year"] == [2023]
        assert schools.place(0, "year") == "第1行 year"
        assert inputs.values(document, "classes")["class_sizes"] == ["45;44"]

    def test_a_thousand_lines_in_batches(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("compliance.intake.formats.csv.BATCH", 7)
        lines = "".join(f'{n},"{n}"\n' for n in range(1000))
        document = one(inputs.dataset(tmp_path / "d", schools__csv="a,b\n" + lines))
        schools = inputs.table(document, "schools")
        assert list(schools.columns["b"]) == [str(n) for n in range(1000)]
        assert schools.place(999, "b") == "B1001"


class TestGathering:
    def test_a_dataset_is_one_document_with_a_file_each(self, tmp_path: Path) -> None:
        folder = inputs.dataset(
            tmp_path / "全市",
            counties__csv="",
            schools__csv="",
            县区__csv=inputs.COUNTIES_CSV,
            学校__csv=inputs.SCHOOLS_CSV,
            vetoes__csv="county_code,rule,exists\n341622,V1,否\n",
        )
        document = one(folder)
        assert document.problems == []
        assert document.many
        assert document.name == "全市"
        assert {one.name for one in document.tables} == {"counties", "schools", "vetoes"}
        assert sorted(item.name for item in document.inputs) == [
            "vetoes.csv",
            "县区.csv",
            "学校.csv",
        ]
        assert inputs.table(document, "schools").file == "学校.csv"

    def test_a_zip_is_the_same_dataset_with_one_file(self, tmp_path: Path) -> None:
        folder = inputs.dataset(tmp_path / "d")
        path = Path(shutil.make_archive(str(tmp_path / "d"), "zip", tmp_path, folder.name))
        document = one(path)
        assert document.problems == []
        assert document.many
        assert [item.name for item in document.inputs] == ["d.zip"]
        assert document.inputs[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        schools = inputs.table(document, "schools")
        assert schools.file == "d.zip/schools.csv"
        assert inputs.values(document, "schools") == inputs.values(one(folder), "schools")

    @pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
    @pytest.mark.parametrize("folder", ["", "青石县/", "青石县\\", "青石县\\数据/"])
    def test_names_in_a_zip_whose_flag_is_not_set(
        self, tmp_path: Path, encoding: str, folder: str
    ) -> None:
        path = tmp_path / "d.zip"
        contents = {"县区": inputs.COUNTIES_CSV, "学校": inputs.SCHOOLS_CSV, "笔记": "x"}
        names = {name: f"{folder}{name}.csv".encode(encoding) for name in contents}
        with zipfile.ZipFile(path, "w") as archive:
            for number, (name, text) in enumerate(contents.items()):
                archive.writestr(str(number) * len(names[name]), text)
        data = path.read_bytes()
        for number, coded in enumerate(names.values()):
            data = data.replace(str(number).encode() * len(coded), coded)
        path.write_bytes(data)
        document = one(path)
        [problem] = document.problems
        assert (problem.code, problem.at) == (
            "file_not_read",
            f"{folder}笔记.csv".replace("\\", "/"),
        )
        assert inputs.table(document, "schools").file == "d.zip/学校.csv"

    def test_tables_given_one_by_one_are_one_dataset(self, tmp_path: Path) -> None:
        folder = inputs.dataset(tmp_path / "d")
        [document] = gather([folder / "counties.csv", folder / "schools.csv"], READERS)
        assert document.problems == []
        assert {one.name for one in document.tables} == {"counties", "schools"}

    def test_a_folder_of_counties_in_the_order_of_their_names(self, tmp_path: Path) -> None:
        inputs.json_file(tmp_path / "b.json")
        inputs.workbook(tmp_path / "a.xlsx")
        inputs.workbook(tmp_path / "C.XLSX")
        (tmp_path / "~$a.xlsx").write_bytes(b"lock")
        (tmp_path / "inner").mkdir()
        documents = gather([tmp_path], READERS)
        assert [document.name for document in documents] == ["C.XLSX", "a.xlsx", "b.json"]
        assert [inputs.codes(document) for document in documents] == [[], ["open_elsewhere"], []]

    def test_subfolders_are_read_and_their_files_named_by_their_way(self, tmp_path: Path) -> None:
        """A hundred counties may each have a 填报.xlsx: what is said of one names its folder."""
        inputs.json_file(tmp_path / "a.json")
        (tmp_path / "empty").mkdir()
        inputs.json_file(made(tmp_path / ".git") / "x.json")
        inputs.json_file(made(tmp_path / "二区") / "b.json")
        inputs.dataset(made(tmp_path / "三区" / "数据"), **{"附件.pdf": "x"})
        (tmp_path / "四区").mkdir()
        (tmp_path / "四区" / "b.json").write_text("{", encoding="utf-8")
        words = with_words(READERS, vocabulary(), [tmp_path])
        documents = gather([tmp_path], words)
        assert [(one.name, one.many) for one in documents] == [
            ("a.json", False),
            ("三区/数据", True),
            ("二区/b.json", False),
            ("四区/b.json", False),
            (tmp_path.name, True),
        ]
        assert inputs.table(documents[1], "schools").file == "三区/数据/schools.csv"
        assert inputs.table(documents[2], "schools").file == "二区/b.json"
        [broken] = documents[3].problems
        assert broken.file == "四区/b.json"
        [aside] = documents[4].problems
        assert aside.message == "未读取：三区/数据/附件.pdf"
        assert [item.name for one in documents for item in one.inputs if "json" in item.name] == [
            "a.json",
            "b.json",
            "b.json",
        ], "a manifest has base names"
        both = gather([tmp_path / "二区", tmp_path], words)
        assert [one.given for one in both][:2] == [str(tmp_path / "二区"), str(tmp_path)]
        assert len(both) == 5, "what is named twice is read once"

    def test_no_link_leads_out_or_in_a_circle(self, tmp_path: Path) -> None:
        inner = inputs.dataset(made(tmp_path / "各县" / "二区"))
        outside = made(tmp_path / "别处")
        inputs.json_file(outside / "x.json")
        inputs.json_file(tmp_path / "各县" / "a.json")
        (inner / "圈").symlink_to(tmp_path / "各县")
        (inner / "别处").symlink_to(outside)
        (inner / "x.json").symlink_to(outside / "x.json")
        (inner / "a.json").symlink_to(tmp_path / "各县" / "a.json")
        (inner / "没有.json").symlink_to(tmp_path / "没有")
        documents = gather([tmp_path / "各县"], READERS)
        assert [one.name for one in documents] == ["a.json", "二区", "二区/没有.json", "各县"]
        [lost] = documents[2].problems
        assert (lost.severity, lost.message) == ("error", "无法打开：文件或文件夹不存在")
        [problem] = documents[-1].problems
        assert (problem.severity, problem.code) == ("warning", "folder_not_read")
        assert problem.message == (
            "未读取：二区/x.json（链接指向文件夹之外）；二区/别处、二区/圈（链接）"
        )
        (tmp_path / "链接").symlink_to(tmp_path / "各县")
        assert len(gather([tmp_path / "链接"], READERS)) == 4, "what is named may be a link"

    def test_a_folder_without_end_is_left_at_its_depth(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deep = tmp_path.joinpath(*(str(n) for n in range(1, 10)))
        inputs.json_file(made(deep.parent) / "b.json")
        inputs.json_file(made(deep) / "c.json")
        [found] = gather([tmp_path], READERS)
        assert [one.message for one in found.problems if one.code == "folder_not_read"] == [
            "未读取：1/2/3/4/5/6/7/8/9（超过8层）"
        ]
        monkeypatch.setattr("compliance.intake.formats.folder.MOST_FILES", 1)
        for name in ("x.json", "y.json"):
            inputs.json_file(tmp_path / name)
        several = gather([tmp_path], READERS)
        told = [one.message for document in several for one in document.problems]
        assert "未读取：y.json、1/2/3/4/5/6/7/8/b.json（文件超过1个）；" in told[0]

    def test_papers_of_our_own_are_no_submissions(self, tmp_path: Path) -> None:
        """What `rectify` wrote among the counties, a report, the archive of papers."""
        inputs.json_file(tmp_path / "a.json")
        inputs.json_file(made(tmp_path / "整改" / "340199_样县_2023") / "b.json")
        inputs.workbook(tmp_path / "整改" / "340199_样县_2023" / "整改清单.xlsx")
        inputs.zipped(tmp_path / "整改" / "整改文书.zip", schools__csv=inputs.SCHOOLS_CSV)
        book = Book("总览")
        book.sheet("学校", [])
        (tmp_path / "总览.xlsx").write_bytes(book.content())
        [document] = gather([tmp_path], READERS)
        [problem] = document.problems
        assert problem.message == (
            "未读取：总览.xlsx、整改/整改文书.zip、整改/340199_样县_2023（本程序写的文书）"
        )
        assert [one.name for one in gather([tmp_path / "总览.xlsx"], READERS)] == ["总览.xlsx"]

    def test_nothing_but_links(self, tmp_path: Path) -> None:
        inputs.json_file(made(tmp_path / "二区") / "b.json")
        (made(tmp_path / "一区") / "圈").symlink_to(tmp_path)
        with pytest.raises(UsageError, match="未读取：圈（链接）"):
            gather([tmp_path / "一区"], READERS)

    def test_a_dataset_and_counties_side_by_side(self, tmp_path: Path) -> None:
        inputs.json_file(inputs.dataset(tmp_path / "d") / "x.json")
        documents = gather([tmp_path / "d"], READERS)
        assert [(one.name, one.many) for one in documents] == [("d", True), ("x.json", False)]

    def test_the_same_file_is_read_once(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json")
        assert len(gather([path, path, tmp_path, tmp_path], READERS)) == 1

    def test_a_plugin_s_reader_is_used_and_its_failure_is_its_own(self, tmp_path: Path) -> None:
        def broken(path: Path) -> RawDocument:
            raise RuntimeError(path.name)

        inputs.json_file(tmp_path / "a.json")
        (tmp_path / "b.odd").write_text("x", encoding="utf-8")
        documents = gather([tmp_path], {**READERS, ".odd": broken})
        assert [inputs.codes(document) for document in documents] == [[], ["cannot_read"]]
        assert "RuntimeError" in documents[1].problems[0].message

    def test_unknown_tables_in_a_dataset_are_mentioned(self, tmp_path: Path) -> None:
        document = one(inputs.dataset(tmp_path / "d", scools__csv="a\n1\n"))
        [problem] = document.problems
        assert (problem.severity, problem.code) == ("warning", "file_not_read")
        assert (problem.file, problem.at) == ("d", "scools.csv")
        assert "schools" in problem.expected

    def test_files_that_are_not_read_are_said_in_one_line(self, tmp_path: Path) -> None:
        names = [
            ".hidden.json",
            "README",
            "scools.csv",
            "x.docx",
            "一览.txt",
            *(f"{n}.pdf" for n in range(9)),
        ]
        litter = ["._学校.csv", "~$x.xlsx", "Thumbs.db", ".DS_Store", "desktop.ini", ".gitignore"]
        folder = inputs.dataset(tmp_path / "d", **dict.fromkeys([*names, *litter], "x"))
        [problem] = one(folder).problems
        assert (problem.severity, problem.code, problem.file) == ("warning", "file_not_read", "d")
        assert "14个文件" in problem.message
        assert problem.at == "scools.csv"
        assert problem.message.startswith("未读取：scools.csv、一览.txt、.hidden.json、")
        for name in nonempty(litter):
            assert name not in problem.message
        members = dict.fromkeys([*names, *litter], "x")
        path = inputs.zipped(
            tmp_path / "d.zip",
            counties__csv=inputs.COUNTIES_CSV,
            schools__csv=inputs.SCHOOLS_CSV,
            **members,
        )
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("__MACOSX/x.bin", "x")
        assert [(p.code, p.message) for p in one(path).problems] == [
            ("file_not_read", problem.message)
        ]

    def test_what_concerns_no_single_county_stands_by_itself(self, tmp_path: Path) -> None:
        inputs.json_file(tmp_path / "a.json")
        inputs.workbook(tmp_path / "b.xlsx")
        (tmp_path / "README").write_text("x", encoding="utf-8")
        documents = gather([tmp_path], READERS)
        assert [inputs.codes(document) for document in documents] == [[], [], ["file_not_read"]]
        found = accept(documents, vocabulary())
        assert [
            (one.code, one.county_code) for one in found.problems if one.code == "file_not_read"
        ] == [("file_not_read", None)]

    def test_nothing_to_judge_is_wrong_usage(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="没有这个文件"):
            gather([tmp_path / "nowhere.json"], READERS)
        with pytest.raises(UsageError, match="没有可评估的数据"):
            gather([tmp_path], READERS)
        (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
        (tmp_path / "~$a.xlsx").write_bytes(b"lock")
        with pytest.raises(UsageError, match="没有可评估的数据"):
            gather([tmp_path, tmp_path / "~$a.xlsx"], READERS)
        (tmp_path / "schols.csv").write_text("a\n", encoding="utf-8")
        with pytest.raises(UsageError, match=r"schols\.csv"):
            gather([tmp_path], READERS)


def test_a_school_s_row_reads_alike_from_every_form(tmp_path: Path) -> None:
    paths = [
        inputs.json_file(tmp_path / "a.json"),
        inputs.workbook(tmp_path / "a.xlsx"),
        inputs.dataset(tmp_path / "d"),
        inputs.zipped(
            tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv=inputs.SCHOOLS_CSV
        ),
    ]
    submissions = [accept(gather([path], READERS), vocabulary()) for path in paths]
    first = submissions[0]
    for submission in nonempty(submissions):
        assert submission.problems == []
        assert submission.schools.equals(first.schools)
        assert submission.counties.equals(first.counties)
    assert json.loads(first.schools.select("primary_students").write_json()) == [
        {"primary_students": 860.0}
    ]
