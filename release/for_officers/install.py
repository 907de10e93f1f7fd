"""Install Junheng from this folder, without network: python install.py [FOLDER]

Makes FOLDER/venv (here without FOLDER) from the wheels that lie beside this file, and says where
the command is. Runs on any Python so far as to say that another one is needed.
"""

import os
import shutil
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path
from typing import Any, Sequence  # noqa: UP035 - of any Python 3

HERE = Path(__file__).resolve().parent
WHEELS = HERE / "wheels"
WINDOWS = os.name == "nt"
SYSTEM, OWN = "windows" if WINDOWS else "linux", "{}.{}".format(*sys.version_info[:2])
WANTED = f"requirements-{SYSTEM}-{OWN}.txt"
# What goes along where another folder is chosen: all that is needed to start there.
ALONG = ("start.bat", "start.sh", "guide.html", "examples")
READY = """
装好了。
  {start} 打开菜单；把填好的工作簿拖到它上面，就在工作簿旁边写出全部文书。
  命令在：{command}
  想在命令行里直接写 compliance：把 {folder} 加到 PATH；或者写 {python} -m compliance"""
ELSEWHERE = "\n请换一个文件夹：install D:\\junheng（Linux：./install.sh ~/junheng）"


def main(words: Sequence[str]) -> int:
    """Install; 0 once it is there and has answered."""
    for stream in (sys.stdout, sys.stderr) if sys.version_info >= (3, 7) else ():
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    place = Path(words[0]).resolve() if words else HERE
    fault = unsuitable() or changed()
    if fault:
        return failed(fault)
    say(f"正在安装到 {place / 'venv'}，约一分钟，不需要网络……")
    try:
        python = install(place)
        if place != HERE:
            take_along(place)
    except OSError as error:
        return failed(f"不能写入 {place}：{error.strerror or error}。{ELSEWHERE}")
    except subprocess.CalledProcessError as error:
        return failed(f"安装没有完成（退出码{error.returncode}），上面是原因。")
    command = python.with_name("compliance.exe" if WINDOWS else "compliance")
    start = place / ("start.bat" if WINDOWS else "start.sh")
    say(READY.format(start=start, command=command, folder=command.parent, python=python))
    return 0


def unsuitable() -> str:
    """Why this Python cannot be used; empty where it can."""
    targets = (HERE / "targets.txt").read_text("ascii").split()
    fitting = [one.partition("-")[2] for one in targets if one.startswith(SYSTEM)]
    if sys.maxsize < 2**32:
        return f"这个 Python 是32位的（{sys.executable}），请装64位的。"
    if not fitting:
        return f"这个安装包里没有本系统（{SYSTEM}）的文件。"
    if OWN not in fitting:
        return f"这个 Python 是 {OWN}（{sys.executable}），安装包用于 {'、'.join(fitting)}。"
    return ""


def changed() -> str:
    """What is installed, and what installs it, that is not as it was made; empty where all is."""
    wrong = []
    for line in (HERE / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if name == WANTED or name.startswith("wheels/"):
            path = HERE / name
            if not path.is_file() or sha256(path.read_bytes()).hexdigest() != digest:
                wrong.append(name)
    told = "、".join(wrong[:5])
    return told and f"安装包里的文件缺失或被改动过：{told}。请重新拷贝安装包。"


def install(place: Path) -> Path:
    """The Python of a new venv in this folder; its mark, that all is there and answers, comes last."""
    home = place / "venv"
    venv.EnvBuilder(clear=True, with_pip=False, symlinks=not WINDOWS).create(str(home))
    python = home / ("Scripts/python.exe" if WINDOWS else "bin/python")
    (pip,) = WHEELS.glob("pip-*.whl")  # runs as it is: the machine needs none
    options = ["--isolated", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
    options += ["--no-index", "--require-hashes", "--find-links", str(WHEELS)]
    run(str(python), str(pip / "pip"), "install", *options, "-r", str(HERE / WANTED))
    version = run(str(python), "-m", "compliance", "--version", stdout=subprocess.PIPE).stdout
    (home / "installed.txt").write_bytes(version)
    return python


def run(*words: str, **how: Any) -> Any:
    """Run a program; CalledProcessError where it fails."""
    theirs = ("PIP_", "PYTHON")  # settings of a machine that know nothing of this folder
    environment = {name: text for name, text in os.environ.items() if not name.startswith(theirs)}
    return subprocess.run(words, check=True, env=environment, **how)


def take_along(place: Path) -> None:
    """What is needed to start there."""
    for name in ALONG:
        source, target = HERE / name, place / name
        if source.is_dir():
            shutil.rmtree(str(target), ignore_errors=True)
            shutil.copytree(str(source), str(target))
        else:
            shutil.copy2(str(source), str(target))


def failed(why: str) -> int:
    """Say why, and where to read on; the exit code."""
    say(f"没有装上：{why}\n怎么办，见 {HERE / 'guide.html'}", sys.stderr)
    return 1


def say(text: str, stream: Any = sys.stdout) -> None:
    """A line, at once."""
    stream.write(text + "\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
