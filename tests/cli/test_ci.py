"""What CI and containers are given, run as they run it: the action, GitLab's job, hooks, the image."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.nonempty import nonempty
from tests.support.workflows import OWN, ROOT, Job, jobs

REPOSITORY = ROOT / "examples" / "ci-repository"
WORKFLOW = Path(".github/workflows/junheng.yml")
PLUGINS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The example repository, checked out elsewhere."""
    return Path(shutil.copytree(REPOSITORY, tmp_path / "repository"))


def checked(repository: Path, place: Path) -> Job:
    """The workflow's only job, run."""
    place.mkdir()
    (steps,) = jobs(repository / WORKFLOW).values()
    job = Job(repository, place)
    job.run(steps)
    return job


def test_one_of_three_submissions_breaks_the_build_at_its_line(
    repository: Path, tmp_path: Path
) -> None:
    job = checked(repository, tmp_path / "first")
    assert job.failed
    assert job.outputs["junheng.exit-code"] == "1"
    by_name = {one.name: one for one in job.steps}
    errors = re.findall(
        r"^::error file=([^,]+),line=([0-9]+)[^:]*::(.*)", by_name["Check"].output, re.M
    )
    assert {file for file, _, _ in errors} == {"submissions/乙县.json"}
    (gravest, *_) = errors
    assert "有1个班超过45人（最大班额51人）" in gravest[2]
    line = int(gravest[1])
    lines = (repository / gravest[0]).read_text("utf-8").splitlines()
    assert lines[line - 1] == '   "primary_class_sizes": ['
    assert lines[line].strip() == "51,"
    assert "乙县" in job.summary
    assert by_name["The results come again"].code == 0, by_name["The results come again"].output
    upload = by_name["github/codeql-action/upload-sarif@v3"].given["sarif_file"]
    (run,) = json.loads((repository / upload).read_text("utf-8"))["runs"]
    failures = [one for one in run["results"] if one["level"] == "error"]
    assert {
        place["physicalLocation"]["artifactLocation"]["uri"]
        for one in nonempty(failures)
        for place in one["locations"]
    } == {"submissions/%E4%B9%99%E5%8E%BF.json"}
    assert all(
        (repository / one).is_file()
        for one in nonempty(by_name["actions/upload-artifact@v4"].given["path"].split())
    )

    broken = repository / "submissions" / "乙县.json"
    text = broken.read_text("utf-8")
    sizes = json.loads(text)["schools"][0]["primary_class_sizes"]
    even = [sum(sizes) // len(sizes) + (n < sum(sizes) % len(sizes)) for n in range(len(sizes))]
    document = json.loads(text)
    document["schools"][0]["primary_class_sizes"] = even
    broken.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")
    mended = Job(repository, tmp_path / "second")
    mended.place.mkdir()
    mended.run([{"uses": "OWNER/junheng@v0.2.0"}])
    assert not mended.failed
    assert not [one for one in mended.steps if "::error" in one.output]


def test_the_action_installs_the_program_with_all_its_rules(
    repository: Path, tmp_path: Path
) -> None:
    job = Job(repository, tmp_path / "job")
    job.place.mkdir()
    given = {
        "packages": "./own rules\njunheng-more",
        "inputs": "submissions/甲县.json",
        "sarif": "",
    }
    job.run([{"uses": "OWNER/junheng@v0.2.0", "id": "j", "with": given}])
    assert not job.failed
    assert job.outputs == {"check.exit-code": "0", "j.exit-code": "0", "j.sarif": ""}
    pip = job.installed
    assert pip[:3] == ["-m", "pip", "install"]
    paths = [Path(one) for one in pip if one.startswith("/")]
    assert paths == [ROOT, *(ROOT / "plugins" / name for name in PLUGINS)]
    assert pip[-2:] == ["./own rules", "junheng-more"]
    python = job.steps[0]
    assert (python.name, python.given) == ("actions/setup-python@v5", {"python-version": "3.13"})


def test_what_is_given_to_the_action_is_never_run(repository: Path, tmp_path: Path) -> None:
    job = Job(repository, tmp_path / "job")
    job.place.mkdir()
    given = {"inputs": '$(touch hacked)\n"; touch hacked; "', "args": "`touch hacked`"}
    job.run([{"uses": "OWNER/junheng@v0.2.0", "with": given}])
    assert job.failed
    assert not (repository / "hacked").exists()


def test_gitlab_has_a_test_report(repository: Path) -> None:
    included = yaml.safe_load((repository / ".gitlab-ci.yml").read_text("utf-8"))["include"]
    template = yaml.safe_load((ROOT / included[0]["file"]).read_text("utf-8"))
    base, job = template[".junheng"], template["junheng"]
    assert job["extends"] == ".junheng"
    variables = {key: str(value) for key, value in base["variables"].items()}
    assert variables["JUNHENG_PACKAGES"].split() == [
        "junheng",
        *(f"junheng-{n}" for n in order(PLUGINS)),
    ]
    (install,) = base["before_script"]
    assert shlex.split(install)[:2] == ["pip", "install"]
    (script,) = job["script"]
    done = subprocess.run(
        ["/bin/bash", "-eo", "pipefail", "-c", script], cwd=repository, capture_output=True, text=True, check=False,
        env={**os.environ, **variables, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "GITLAB_CI": "true"},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    junit = (repository / job["artifacts"]["reports"]["junit"]).read_text("utf-8")
    assert junit.count("<failure") >= 1
    assert "乙县" in junit
    assert all((repository / name).is_file() for name in nonempty(job["artifacts"]["paths"]))


def order(plugins: list[str]) -> list[str]:
    """The national rules first."""
    return sorted(plugins, key=lambda name: (name != "national", name))


# ── pre-commit ───────────────────────────────────────────────────────────────────────


def hooks() -> dict[str, dict[str, Any]]:
    listed = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return {one["id"]: one for one in listed}


def test_hooks_are_as_pre_commit_wants_them_and_bring_all_rules() -> None:
    clientlib = pytest.importorskip("pre_commit.clientlib")
    listed = clientlib.load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert [one["id"] for one in listed] == [
        "junheng-validate",
        "junheng-check",
        "junheng-plugin-check",
    ]
    for one in nonempty(listed):
        assert one["additional_dependencies"] == [f"./plugins/{name}" for name in order(PLUGINS)]
    used = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text("utf-8"))
    (repo,) = used["repos"]
    assert {one["id"] for one in repo["hooks"]} <= set(hooks())


@pytest.fixture
def committed(repository: Path) -> Path:
    """The example as a git repository, its hooks run by the program as it is installed here."""
    pytest.importorskip("pre_commit")
    if shutil.which("git") is None:
        pytest.skip("no git")
    local = [{**one, "language": "system"} for one in hooks().values()]
    for one in local:
        del one["additional_dependencies"]
    config = {"repos": [{"repo": "local", "hooks": local}]}
    (repository / ".pre-commit-config.yaml").write_text(
        yaml.safe_dump(config, allow_unicode=True), "utf-8"
    )
    for words in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *words], cwd=repository, check=True)
    return repository


def test_pre_commit_stops_the_county_that_fails(committed: Path, tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", *words],
            cwd=committed, capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PRE_COMMIT_HOME": str(tmp_path / "home")},
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    code, told = run("--all-files")
    assert code == 1
    assert re.search(r"junheng validate\.+Passed", told)
    assert re.search(r"junheng check\.+Failed", told)
    assert "exit code: 1" in told
    assert "乙县" in told
    assert re.search(r"junheng plugin check\.+\(no files to check\)Skipped", told), (
        "nothing of a plugin here"
    )
    code, told = run("junheng-check", "--files", "submissions/甲县.json", "README.md")
    assert code == 0, told


# ── the image ────────────────────────────────────────────────────────────────────────


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Containerfile").read_text("utf-8"), flags=re.M)
    lines = text.replace("\\\n", " ").splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    return [(name, " ".join(rest.split())) for name, rest in pairs]


def test_an_image_is_built_from_what_is_there_and_runs_as_nobody() -> None:
    """No image is built here: that takes a container engine and a registry."""
    found = instructions()
    images = [rest for name, rest in found if name == "FROM"]
    assert all(re.search(r":3\.\d+-slim\b", image) for image in nonempty(images)), (
        "slim, of a stated version"
    )
    ignored = (ROOT / ".containerignore").read_text("utf-8").split("\n")
    sent = {line[1:] for line in ignored if line.startswith("!")}
    copied = [word for name, rest in found if name == "COPY" for word in rest.split()[:-1]]
    assert set(copied) == sent
    assert all((ROOT / name).exists() for name in nonempty(copied))
    last = len(found) - [name for name, _ in reversed(found)].index("FROM")
    final = dict(found[last:])
    assert final["USER"] == "junheng"
    assert json.loads(final["ENTRYPOINT"]) == ["compliance"]
    (install,) = [rest for name, rest in found[last:] if name == "RUN" and "pip install" in rest]
    for word in ("--no-index", "--only-binary :all:", "--find-links /wheels"):
        assert word in install, "nothing but the wheels of the stage before"
    assert shlex.split(install)[-len(PLUGINS) - 1 :] == [
        "junheng[pdf]",
        *(f"junheng-{n}" for n in order(PLUGINS)),
    ]
    (built,) = [rest for name, rest in found if name == "RUN" and "pip wheel" in rest]
    assert shlex.split(built)[-2:] == [".[pdf]", "./plugins/*/"]


def test_versions_in_the_examples_are_this_one() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    steps = jobs(REPOSITORY / WORKFLOW)["check"]
    (own,) = [one["uses"] for one in steps if "uses" in one and OWN.fullmatch(one["uses"])]
    assert own.endswith(f"@v{version}")
    for name in (".gitlab-ci.yml", ".pre-commit-config.yaml"):
        assert f"v{version}" in (REPOSITORY / name).read_text("utf-8")
