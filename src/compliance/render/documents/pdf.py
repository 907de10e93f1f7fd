"""PDF by typst: any Word document, or data, set by templates that a province may replace.

typst runs in a process of its own (`typst_worker`) that sees a private folder with the templates,
the fonts, and the data as JSON; it is started when the first PDF is asked for and ends with the `Press`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import IO, Any, cast
from weakref import finalize

from compliance.kernel.drafts import Drafts, scratch
from compliance.kernel.errors import NoFontError, PackError
from compliance.kernel.i18n import msg
from compliance.render.documents import template_files
from compliance.render.documents.word_content import word_content

PAPER = "paper.typ"
_SECONDS = 120.0  # for one document; a template that needs more does not end
_WORKER = Path(__file__).with_name("typst_worker.py")
_LATIN = (
    "Times New Roman", "Liberation Serif", "Tinos", "TeX Gyre Termes", "Nimbus Roman",
    "Libertinus Serif",
)  # fmt: skip
# Chinese fonts by their first choice; one of them must be there.
_SERIF = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "思源宋体", "Noto Serif SC",
    "SimSun", "宋体", "NSimSun", "STSong", "Songti SC", "FandolSong", "FangSong", "仿宋", "STFangsong",
    "FandolFang R", "AR PL UMing CN", "AR PL SungtiL GB", "LXGW WenKai",
)  # fmt: skip
_SANS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "思源黑体", "Noto Sans SC",
    "SimHei", "黑体", "Microsoft YaHei", "微软雅黑", "PingFang SC", "Heiti SC", "STHeiti",
    "Hiragino Sans GB", "FandolHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip


class Press:
    """Makes PDFs with one set of templates; close it, or use it in a `with`."""

    def __init__(self, template_dirs: Sequence[Path] = ()) -> None:
        self._template_dirs = template_dirs
        self._process: subprocess.Popen[bytes] | None = None
        self._present: Sequence[str] = ()
        self._paths: dict[str, str] = {}  # template -> where it was found
        self._end: Callable[[], object] = lambda: None

    def __enter__(self) -> Press:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def of_word(self, content: bytes) -> bytes:
        """A Word document as PDF, set by ``paper.typ``. Raises what `fill` raises."""
        return self.fill(PAPER, word_content(content))

    def fill(self, template: str, data: Mapping[str, Any]) -> bytes:
        """The template's PDF of some data (`data.fonts`: as `word_content` has it).

        Raises NoFontError where there is no Chinese font, PackError where typst is not installed or a
        template is faulty.
        """
        process = self._started()
        asked = {"template": template, "data": {"data": data, "families": self._families(data)}}
        stream = cast("IO[bytes]", process.stdin)
        timer = Timer(_SECONDS, process.kill)
        timer.start()
        try:
            stream.write(json.dumps(asked, ensure_ascii=False).encode() + b"\n")
            stream.flush()
            head = self._answer(process)
            content = cast("IO[bytes]", process.stdout).read(int(head.get("bytes", 0)))
        except (OSError, ValueError):
            head, content = {}, b""
        finally:
            timer.cancel()
        if "fault" in head:
            name, colon, line = str(head["place"]).partition(":")
            raise template_files.fault(
                str(head["fault"]), self._paths.get(name, name) + colon + line
            )
        if not content or len(content) != head["bytes"]:
            self.close()  # another one is started for the next document
            told = msg("排版没有结束（死循环，或占用内存过多）")
            raise template_files.fault(told, self._paths.get(template, template))
        return content

    def chinese_fonts(self) -> list[str]:
        """Those of this machine that are known. Raises NoFontError where there is none, else as `fill`."""
        self._started()
        return [one for one in (*_SERIF, *_SANS) if one in self._present]

    def close(self) -> None:
        """End the process and remove its folder; whoever forgets it has it done in the end."""
        self._end()
        self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None:
            return self._process
        if find_spec("typst") is None:
            raise PackError(
                msg("没有安装生成PDF的部件（typst），PDF未生成"),
                todo=msg("请安装：pip install 'junheng[pdf]'"),
            )
        drafts = scratch()
        root = drafts.folder
        self._end = finalize(self, drafts.remove)
        for name in template_files.names(".typ", self._template_dirs):
            if (there := template_files.found(name, self._template_dirs)) is not None:
                self._paths[name] = there[0]
                (root / name).write_bytes(there[1])
        self._process = subprocess.Popen(  # noqa: S603 - our own worker
            [sys.executable, "-I", str(_WORKER), str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._end = finalize(self, _ended, self._process, drafts)
        head = self._answer(self._process)
        if "families" not in head:
            self.close()
            raise PackError(msg("生成PDF的部件（typst）不能启动，PDF未生成"))
        self._present = head["families"]
        if not {*_SERIF, *_SANS} & {*self._present}:
            self.close()
            raise NoFontError(
                msg("这台机器没有中文字体，PDF未生成"),
                todo=msg("请安装中文字体，如 fonts-noto-cjk（apt install fonts-noto-cjk）"),
            )
        return self._process

    @staticmethod
    def _answer(process: subprocess.Popen[bytes]) -> dict[str, Any]:
        line = cast("IO[bytes]", process.stdout).readline()
        return cast("dict[str, Any]", json.loads(line)) if line else {}

    def _families(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The fonts that are here: Chinese with and without serifs, Latin, and those asked for by name."""
        there = {*self._present}
        serif = [one for one in _SERIF if one in there]
        sans = [one for one in _SANS if one in there]
        named = {
            name: [one for one in (name, *look["others"]) if one in there]
            + ((serif or sans) if look["serif"] else (sans or serif))
            for name, look in data.get("fonts", {}).items()
        }
        return {
            "serif": serif or sans,
            "sans": sans or serif,
            "latin": [one for one in _LATIN if one in there][:1],
            "named": named,
        }


def _ended(process: subprocess.Popen[bytes], drafts: Drafts) -> None:
    process.kill()
    process.communicate()
    drafts.remove()
