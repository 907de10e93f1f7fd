"""The JSON Schema of `junheng.toml`, from the options of the commands: editors complete and check by it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

from compliance.cli import main
from compliance.cli.command import Option
from compliance.cli.configuration import COMMON, keys_of
from compliance.kernel.i18n import use

TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def schema() -> str:
    """The document as it lies in `schemas/`."""
    with use("zh"):
        tables = {
            name: {"type": "object", "additionalProperties": False, "properties": _keys(command)}
            for name, command in sorted(main.commands.items())
            if not isinstance(command, click.Group)
        }
        document = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://junheng.example/schemas/configuration.schema.json",
            "title": "junheng.toml",
            "description": "由命令的选项生成。顶层：check 的选项，对有同名选项的命令都有效（output、format 除外）；一个命令自己的表在先。pyproject.toml 中是 [tool.junheng]。",
            "type": "object",
            "additionalProperties": False,
            "properties": {**_keys(main.commands[COMMON]), **tables},
        }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _keys(command: click.Command) -> dict[str, Mapping[str, object]]:
    return {name: _key(param) for name, param in keys_of(command).items()}


def _key(param: click.Parameter) -> Mapping[str, object]:
    if not isinstance(param, Option):
        return {"description": "要判定的文件或文件夹", **TEXTS}
    return {"description": param.told(), **_values(param)}


def _values(param: Option) -> Mapping[str, object]:
    if param.multiple:
        return TEXTS
    match param.type:
        case click.types.BoolParamType():
            return {"type": "boolean"}
        case click.types.IntParamType():
            return {"type": "integer", "minimum": 0}
        case click.Choice(choices=choices):
            return {"enum": [str(one) for one in choices]}
        case click.DateTime():
            return {"type": "string", "format": "date"}
    return {"type": "string"}
