"""A file written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from compliance.errors import UsageError, reason
from compliance.words import say


def write_whole(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Let `fill` write beside `path`, then move the result into place.

    Raises UsageError where the file cannot be written.
    """
    special = path.exists() and not path.is_file()  # a pipe or a device takes no replacement
    draft = path if special else path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as stream:
            fill(stream)
        if not special:
            draft.replace(path)
    except OSError as error:
        raise UsageError(
            say("不能写入：{why}", "cannot be written: {why}", why=reason(error)),
            where=str(path),
            todo=say(
                "检查文件夹是否存在、可写，文件是否正被打开，磁盘是否已满",
                "check that the folder exists and can be written, that the file is not open, "
                "and that the disk is not full",
            ),
        ) from error
    finally:
        if not special:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
