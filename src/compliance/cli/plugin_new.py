"""`compliance plugin new`: a pack for its author to go on from."""

from __future__ import annotations

from pathlib import Path

import click

from compliance.cli.command import Command, GivenPath, guarded, option, shared_options
from compliance.kernel.i18n import msg, plural, say


@click.command(
    cls=Command,
    help=lambda: msg(
        "写一个新的省级规则包（完整的发行包），或用 --city 写一个市的规则文件：装上即可判定，里面的规则都是待替换的示例。"
    ),
)
@click.argument("name")
@option(
    "--region",
    "regions",
    multiple=True,
    metavar="CODE",
    help=lambda: msg("判定哪些县：行政区划代码的开头，例如 99，可重复（默认：只在 --ruleset 指名时使用）"),
)  # fmt: skip
@option(
    "--title", default="", metavar="TEXT", help=lambda: msg("中文名称，例如 中原省（默认：NAME）")
)
@option(
    "--title-en", default="", metavar="TEXT", help=lambda: msg("英文名称（默认：由 NAME 得出）")
)
@option("--prefix", default="", help=lambda: msg("规则编号的前缀，例如 ZY（默认：由 NAME 得出）"))
@option(
    "--extends",
    default="national",
    metavar="ID",
    help=lambda: msg("在哪个规则集上扩展（默认：national）"),
)
@option(
    "--city",
    is_flag=True,
    help=lambda: msg("一个市：只写规则文件和旁边的文件夹，用 --ruleset 文件 指名"),
)
@option(
    "-o", "out", type=GivenPath(), metavar="DIR",
    help=lambda: msg("写到哪个文件夹（默认：junheng-NAME；市为 NAME）"),
)  # fmt: skip
@shared_options
@guarded
def new(
    name: str, regions: tuple[str, ...], title: str, title_en: str, prefix: str, extends: str,
    out: Path | None, *, city: bool,
) -> None:  # fmt: skip
    """Write the folder and say how to go on."""
    from compliance.authoring.new_plugin import NewPack, write_new
    from compliance.checker import load

    asked = NewPack(name, title, title_en, regions, prefix, extends, city, out)
    written = write_new(asked, load())
    click.echo(plural(len(written), "已写{n}个文件：{folder}", folder=asked.folder))
    for path in written.papers:
        click.echo(f"  {path.relative_to(asked.folder)}")
    if city:
        told = say(
            "判定：compliance check 填报.xlsx --ruleset {file}", file=asked.folder / f"{name}.toml"
        )
    else:
        told = say(
            '安装：pip install -e "{folder}[test]"；算例：pytest {folder}', folder=asked.folder
        )
    click.echo(told)
