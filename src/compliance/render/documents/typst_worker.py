"""Compiles typst templates in a process of its own: `python typst_worker.py ROOT`, see `pdf`.

A template may be anybody's: one that eats all memory, or never ends, costs this process and not the
run. It reads nothing but the files below ROOT and reaches no network. A line of JSON comes in
(`template`, `data`), a line of JSON goes out (`bytes` and the file after it, or `fault` and `place`); first
of all the `families` of fonts that are there.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import BinaryIO

# Packages are loaded over the network: these lead nowhere.
for _name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
    os.environ[_name] = "http://127.0.0.1:9"

import typst  # noqa: E402 - it reads the environment

_MEMORY = 4 << 30  # bytes of address space, fonts included
_MADE = 946_684_800  # 2000-01-01: same figures, same bytes
_PLACE = re.compile(r"([^\s/\\]+\.typ):(\d+)")


def main(root: Path, asked: BinaryIO, given: BinaryIO) -> None:
    """Compile what is asked for until nothing more comes."""
    try:
        import resource
    except ImportError:  # Windows
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    own = os.environ.get("COMPLIANCE_FONTS")
    fonts = typst.Fonts(font_paths=[own] if own else [])
    none = str(root / "packages")
    compiler = typst.Compiler(
        root=str(root), font_paths=fonts, package_path=none, package_cache_path=none
    )

    def answer(head: dict[str, object], content: bytes = b"") -> None:
        given.write(json.dumps(head).encode() + b"\n" + content)
        given.flush()

    answer({"families": sorted(set(fonts.families()))})
    for line in asked:
        one = json.loads(line)
        try:
            made = compiler.compile(
                str(root / one["template"]),
                format="pdf",
                sys_inputs={"data": json.dumps(one["data"], ensure_ascii=False)},
                timestamp=_MADE,
                pdf_tags=False,  # half the size
            )
        except RuntimeError as error:
            place = _PLACE.search(getattr(error, "diagnostic", ""))
            told = getattr(error, "message", "") or str(error)
            answer({"fault": told, "place": ":".join(place.groups()) if place else one["template"]})
        else:
            content = made if isinstance(made, bytes) else b"".join(made or [])
            answer({"bytes": len(content)}, content)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
