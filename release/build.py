"""Build what others install: `python -m release.build [FOLDER]` (`make release`), into dist/.

From the last commit, never from the work tree: an sdist and from it a wheel of each distribution,
twice, so that same sources are seen to give same bytes. The wheels are opened and tried; then their
digests and the bill of materials are written. Whatever is wrong is said, all at once, and nothing is left in the folder.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from release.distributions import ROOT, Distribution, distributions, git, requirements, unready
from release.sbom import FILE, of_environment

SUMS = "SHA256SUMS"
# Of the sources, what the wheel has no use for: it holds the compiled catalogue.
_SOURCE_ONLY = (".po",)
# Where the core's packages of data stand in the checkout, and in the wheel.
_HOMES = {"schemas/": "compliance/schemas/", "templates/": "compliance/templates/", "src/": ""}
_LITTER = ("tests/", "__pycache__/", ".pyc", ".egg-info/", ".DS_Store")


class ReleaseError(Exception):
    """What keeps the release from being made, a sentence a line."""


def main(words: Sequence[str]) -> int:
    """Check, build twice, check what was built; 1 where anything is wrong."""
    out = Path(words[0]) if words else ROOT / "dist"
    known = distributions()
    try:
        _stop(unready(known))
        with tempfile.TemporaryDirectory() as scratch:
            first, second = (build(Path(scratch) / name, known) for name in ("first", "second"))
            _stop(faults(first, second, known))
            _try_out(first, Path(scratch))
            out.mkdir(parents=True, exist_ok=True)
            for file in first:
                shutil.copy(file, out / file.name)
        bill = of_environment(requirements(known), known[0].name, known[0].version)
        (out / FILE).write_text(bill, "utf-8", newline="\n")
    except ReleaseError as error:
        sys.stderr.write(f"not released:\n{error}\n")
        return 1
    write_sums(out, [FILE, *(file.name for file in first)])
    sys.stdout.write(f"{len(first)} files of {known[0].version} in {out}\n")
    return 0


def _stop(sentences: Iterator[str]) -> None:
    found = "\n".join(f"- {one}" for one in sentences)
    if found:
        raise ReleaseError(found)


def build(
    out: Path, known: Sequence[Distribution], commit: str = "HEAD", *, sdists: bool = True
) -> list[Path]:
    """A wheel of each distribution, and the sdist that it is made from, as of a commit; by their names."""
    epoch = int(git("show", "--no-patch", "--format=%ct", commit))
    sources = out.with_name(f"{out.name}-sources")
    checkout(sources, commit)
    for one in known:
        build_one(sources / one.folder.relative_to(ROOT), out, epoch, sdist=sdists)
    return sorted(out.iterdir())


def checkout(folder: Path, commit: str = "HEAD") -> None:
    """The files of a commit, without anything that lies beside them in the work tree."""
    folder.mkdir(parents=True)
    words = ["git", "archive", "--format=tar", commit]
    packed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(folder, filter="data")


def build_one(source: Path, out: Path, epoch: int, *, sdist: bool = True) -> None:
    """The wheel of one folder, made from its sdist where that is wanted too; epoch: their date."""
    kinds = () if sdist else ("--wheel",)
    words = ["-m", "build", "--no-isolation", "--outdir", str(out), *kinds, str(source)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, *words], env=environment, capture_output=True, check=False
    )
    if done.returncode:
        raise ReleaseError((done.stdout + done.stderr).decode(errors="replace"))
    for file in out.glob("*.tar.gz"):
        settle(file, epoch)


def settle(sdist: Path, epoch: int) -> None:
    """Write an sdist anew, its files in order, with one date and nobody's: setuptools notes the moment."""
    stream = io.BytesIO()
    with tarfile.open(sdist) as old, tarfile.open(fileobj=stream, mode="w") as new:
        for member in sorted(old.getmembers(), key=lambda one: one.name):
            member.mtime, member.uid, member.gid = epoch, 0, 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    sdist.write_bytes(gzip.compress(stream.getvalue(), mtime=0))


def faults(
    first: Sequence[Path], second: Sequence[Path], known: Sequence[Distribution]
) -> Iterator[str]:
    """What is wrong with two builds of the same: other names, other bytes, contents, metadata."""
    names = {f"{one.stem}{tail}" for one in known for tail in (".tar.gz", "-py3-none-any.whl")}
    if {file.name for file in first} != names:
        yield f"built {sorted(file.name for file in first)}, expected {sorted(names)}"
        return
    for one, other in zip(first, second, strict=True):
        if one.read_bytes() != other.read_bytes():
            yield f"{one.name}: two builds of one commit differ"
    for distribution in known:
        (wheel,) = [file for file in first if file.name == f"{distribution.stem}-py3-none-any.whl"]
        yield from misplaced(wheel, distribution)
    yield from described(first)


def misplaced(wheel: Path, distribution: Distribution) -> Iterator[str]:
    """What a wheel lacks of the sources, and what it should not have."""
    with zipfile.ZipFile(wheel) as files:
        names = set(files.namelist())
    for name in sorted(names):
        if any(sign in name for sign in _LITTER):
            yield f"{wheel.name}: holds {name}"
    info = f"{distribution.stem}.dist-info"
    licences = {f"{info}/licenses/{name}" for name in distribution.table["license-files"]}
    for name in sorted({*_expected(distribution), *licences} - names):
        yield f"{wheel.name}: lacks {name}"


def _expected(distribution: Distribution) -> Iterator[str]:
    """Where the files under version control stand in the wheel."""
    for line in git("ls-files", root=distribution.folder).splitlines():
        for home, place in _HOMES.items():
            if line.startswith(home) and not line.endswith(_SOURCE_ONLY):
                yield place + line.removeprefix(home)


def described(files: Sequence[Path]) -> Iterator[str]:
    """What `twine check --strict` has against the metadata."""
    words = [sys.executable, "-m", "twine", "--no-color", "check", "--strict", *map(str, files)]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode:
        yield (done.stdout + done.stderr).decode(errors="replace")


def _try_out(files: Sequence[Path], scratch: Path) -> None:
    """Install the wheels beside the libraries of this environment and judge an example."""
    site = scratch / "site"
    wheels = [str(file) for file in files if file.suffix == ".whl"]
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    example = str(ROOT / "examples" / "conforming.json")
    for words in (
        [*pip, "--no-deps", "--no-index", "--target", str(site), *wheels],
        [sys.executable, "-m", "compliance", "check", example],
        [sys.executable, "-m", "compliance", "papers", example, "-o", str(scratch / "papers")],
    ):
        environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1"}
        done = subprocess.run(words, cwd=scratch, env=environment, capture_output=True, check=False)
        if done.returncode not in (0, 3):
            raise ReleaseError(f"{' '.join(words)}\n{(done.stdout + done.stderr).decode()}")


def write_sums(folder: Path, names: Sequence[str]) -> None:
    """The digests of files, as `sha256sum --check` reads them."""
    lines = (
        f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(names)
    )
    (folder / SUMS).write_text("".join(lines), "utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
