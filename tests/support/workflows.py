"""A workflow of GitHub Actions run as its runner does, as far as ours need it: `run` steps under bash, our own action's too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
OWN = re.compile(r"[\w.-]+/junheng@v[0-9.]+")
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_TERM = re.compile(r"(?P<name>[a-z][\w.-]*)(?:\s*(?P<sign>!=|==)\s*'(?P<text>[^']*)')?")


@dataclass
class Step:
    """A step that was run, or would be by somebody else's action (`code` None)."""

    name: str
    code: int | None
    output: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Job:
    """A job at work. outputs: ``step.name`` → value; summary: what steps wrote for the job's page.

    Its steps find a `python` that installs nothing and writes down what it was asked to (`installed`).
    """

    repository: Path
    place: Path
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    failed: bool = False

    @property
    def summary(self) -> str:
        """The job's page."""
        return (self.place / "summary").read_text("utf-8")

    @property
    def installed(self) -> list[str]:
        """What pip was asked to install."""
        return (self.place / "pip").read_text("utf-8").split("\n")[:-1]

    def run(self, steps: list[dict[str, Any]], inputs: Mapping[str, str] | None = None) -> None:
        """Run steps one after the other; after a failure only those that run always."""
        for step in steps:
            condition = str(step.get("if", ""))
            if (self.failed and "always()" not in condition) or not self._holds(condition, inputs):
                continue
            given = {k: self._text(str(v), inputs) for k, v in step.get("with", {}).items()}
            if "run" in step:
                self._bash(step, inputs)
            elif OWN.fullmatch(step["uses"]):
                self._action(step.get("id", ""), given)
            else:
                self.steps.append(Step(step["uses"], None, given=given))

    def _action(self, name: str, given: Mapping[str, str]) -> None:
        action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
        assert action["runs"]["using"] == "composite"
        inputs = {key: str(one.get("default", "")) for key, one in action["inputs"].items()}
        assert set(given) <= set(inputs)
        self.run(action["runs"]["steps"], {**inputs, **given})
        for key, one in action["outputs"].items():
            self.outputs[f"{name}.{key}"] = self._text(one["value"], None)

    def _bash(self, step: Mapping[str, Any], inputs: Mapping[str, str] | None) -> None:
        """As `shell: bash` is run: it ends at the first command that fails."""
        assert inputs is None or step["shell"] == "bash", "an action must say which"
        assert "${{" not in step["run"], "whatever is put into a script is run by it"
        (self.place / "output").write_text("")
        stub = self.place / "bin" / "python"
        stub.parent.mkdir(exist_ok=True)
        stub.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{self.place}/pip'\n")
        stub.chmod(0o755)
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")},
            **{key: self._text(value, inputs) for key, value in step.get("env", {}).items()},
            "PATH": f"{stub.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_WORKSPACE": str(self.repository),
            "GITHUB_OUTPUT": str(self.place / "output"),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary"),
        }
        done = subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.repository, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        name = step.get("id", step.get("name", ""))
        self.steps.append(Step(step.get("name", name), done.returncode, done.stdout + done.stderr))
        for line in (self.place / "output").read_text("utf-8").splitlines():
            key, _, value = line.partition("=")
            self.outputs[f"{name}.{key}"] = value
        self.failed |= done.returncode != 0

    def _holds(self, condition: str, inputs: Mapping[str, str] | None) -> bool:
        terms = [
            one.strip() for one in condition.split("&&") if one.strip() not in ("", "always()")
        ]
        for term in terms:  # a step without a condition has none
            found = _TERM.fullmatch(term)
            if found is None:
                raise ValueError(term)
            same = self._value(found["name"], inputs) == (found["text"] or "")
            if same != (found["sign"] == "=="):
                return False
        return True

    def _text(self, text: str, inputs: Mapping[str, str] | None) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1], inputs), text)

    def _value(self, name: str, inputs: Mapping[str, str] | None) -> str:
        kind, _, rest = name.partition(".")
        if kind == "inputs":
            assert inputs is not None
            return inputs[rest]
        assert kind == "steps", name
        step, _, key = rest.partition(".outputs.")
        return self.outputs.get(f"{step}.{key}", "")


def jobs(workflow: Path) -> dict[str, list[dict[str, Any]]]:
    """The jobs of a workflow, their steps."""
    document = yaml.safe_load(workflow.read_text("utf-8"))
    return {name: job["steps"] for name, job in document["jobs"].items()}
