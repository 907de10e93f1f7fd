"""`make demo`: the main job on the examples, with the commands a user would type.

A county that fails the standard is a success of the demo; only a fault of the program is not.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parent / "out"
CONCLUSIONS = (0, 1, 3)  # conforms, fails, undecided: all of them judged


def run(*words: str, allowed: tuple[int, ...] = CONCLUSIONS) -> None:
    """Show a command, run it, and stop the demo where it did not do its job."""
    print(f"\n$ compliance {' '.join(words)}", flush=True)
    code = subprocess.run([sys.executable, "-m", "compliance", *words], check=False).returncode
    if code not in allowed:
        sys.exit(f"compliance {words[0]}: exit code {code}")


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for province in ("anhui", "shandong", "henan"):
        county = str(HERE / f"{province}_county.xlsx")
        run(
            "check",
            county,
            "-o",
            f"html:{OUT / f'{province}.html'}",
            "-o",
            f"json:{OUT / f'{province}.json'}",
        )
        run("rectify", county, "-o", str(OUT / province))
    henan = str(HERE / "henan_county.xlsx")
    forms = (str(OUT / "申报表.docx"), str(OUT / "申报表.xlsx"))
    run("declare", henan, "-o", forms[0], "-o", forms[1])
    run("declare", henan, "--against", forms[1])
    run("explain", "D3", henan)
    run("check", henan, "--ruleset", "basic-2012")
    run("check", str(HERE / "conforming.json"))
    run(
        "check",
        str(HERE / "many"),
        "-o",
        f"html:{OUT / 'many.html'}",
        "-o",
        f"csv:{OUT / 'many.csv'}",
    )
    run("validate", str(HERE / "invalid.json"), allowed=(4,))
    run("template", "-o", str(OUT / "填报模板.xlsx"))
    print(f"\n完成。请看 {OUT}：")
    for name, what in (
        ("anhui.html", "判定报告（浏览器打开；另有 shandong.html、henan.html、many.html）"),
        ("anhui/", "整改清单与一校一案（Word、Excel；另有 shandong/、henan/）"),
        ("申报表.docx", "申报表，表Ⅰ—表Ⅵ（Word；另有 申报表.xlsx）"),
        ("anhui.json", "完整结果，供程序读取"),
        ("填报模板.xlsx", "空白填报工作簿"),
    ):
        print(f"  {name:<16}{what}")


if __name__ == "__main__":
    main()
