"""Help and complaints about usage in both languages; starting up costs nothing."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from compliance.cli import main

COMMANDS = (
    "check",
    "validate",
    "rectify",
    "declare",
    "template",
    "rules",
    "explain",
    "rulesets",
    "diff",
    "papers",
    "menu",
)


def run(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(words), env=environment)


def chinese(text: str) -> str:
    return "".join(sign for sign in text if "\u4e00" <= sign <= "\u9fff")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_english_by_choice(command: str) -> None:
    asked = [command] if command else []
    page = run(*asked, "--help", "--lang", "en").stdout
    assert page.startswith("Usage: ")
    assert "--lang" in page
    assert chinese(page) in (
        "均衡中文",
        "中文",
        "小学初中中文",
        "正式动态中文",
        "整改文书正式动态中文",
        "核查结果正式动态中文",
    )  # names, and what is typed
    assert page == run(*asked, "--help", COMPLIANCE_LANG="en").stdout
    assert page == run("--lang", "en", *asked, "--help").stdout


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_chinese_otherwise(command: str) -> None:
    page = run(*([command] if command else []), "--help").stdout
    assert page.startswith("用法：")
    assert "显示用法" in page
    for words in ("Usage", "Options", "Commands:", "default", "required", "Show the"):
        assert words not in page


def test_a_bare_name_shows_the_help() -> None:
    done = run()
    assert done.exit_code == 2
    assert done.stderr.startswith("用法：")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("check", "a", "--as-of"), "选项 --as-of 后面要写值"),
        (("check", "a", "--strict=1"), "选项 --strict 后面不写值"),
        (("rulesets", "extra"), "多出了 extra"),
    ],
)
def test_complaints_are_chinese_and_english_by_choice(words: tuple[str, ...], says: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert f"错误：{says}\n" in done.stderr
    assert chinese(run(*words, COMPLIANCE_LANG="en").stderr) == ""
