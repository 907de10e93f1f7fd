"""What Python's JSON decoder complains about, said so that a clerk can find and mend it."""

from __future__ import annotations

import json

from compliance.intake.cell_text import clip
from compliance.kernel.i18n import say


def explain(text: str, error: json.JSONDecodeError) -> tuple[str, str]:
    """The sentence and the place (line and column, counted from 1)."""
    line, column = error.lineno, error.colno
    message = _trailing_comma(text, error)
    if message is None:
        message = _reason(error.msg) + _found(text, error.pos)
    elif "trailing comma" not in error.msg:
        spot = _comma(text, error.pos)
        line, column = text.count("\n", 0, spot) + 1, spot - text.rfind("\n", 0, spot)
    place = say("第{line}行第{column}列", "line {line}, column {column}", line=line, column=column)
    return say("JSON语法错误：{why}", "invalid JSON: {why}", why=message), place


def _comma(text: str, position: int) -> int:
    """Where the last character that is not white space stands before `position`."""
    return len(text[:position].rstrip()) - 1


def _trailing_comma(text: str, error: json.JSONDecodeError) -> str | None:
    after = text[error.pos : error.pos + 1]
    spot = _comma(text, error.pos)
    if "trailing comma" in error.msg or (after in ("}", "]") and text[spot : spot + 1] == ","):
        return say(
            "最后一项后面多了逗号，请删去", "a trailing comma after the last item; delete it"
        )
    return None


def _reason(message: str) -> str:
    for start, zh, en in _REASONS:
        if message.startswith(start):
            return say(zh, en)
    return message


def _found(text: str, position: int) -> str:
    if position >= len(text):
        return say("（文件在此处中断）", " (the file ends here)")
    here = " ".join(text[position : position + 12].split())
    return say("（此处是“{c}”）", " (here: '{c}')", c=clip(here))


_REASONS = (
    ("Expecting property name", "应为双引号括起的键名", "a key in double quotes is expected"),
    ("Expecting ':'", "键名后应为冒号", "a colon is expected after the key"),
    ("Expecting ','", "应为逗号或右括号", "a comma or a closing bracket is expected"),
    ("Expecting value", "应为一个值", "a value is expected"),
    ("Extra data", "文件在此处应已结束，却还有内容", "the document ends here, but more follows"),
    ("Unterminated string", "双引号没有闭合", "the closing quote is missing"),
    (
        "Invalid control character",
        "文字中有换行或控制字符",
        "a line break or control character in a text",
    ),
    ("Invalid \\", "反斜杠转义不对", "a wrong backslash escape"),
)
