"""A pack for its author to go on from: a province's distribution, or a city's file with what lies beside it.

In: how it is to be called and whom it serves. Out: a folder that judges, installs and passes its own
cases at once. Every text of law in it is an example that says so, of a basis that decides nothing.
The files lie as ``templates/plugin/*.in``; ``@{word}`` in them is filled in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from compliance.checker.choice import regions, with_pack_file
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.drafts import scratch
from compliance.kernel.errors import PackError, PluginError, UsageError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.plugins.registry import Registry
from compliance.render.documents.output_files import Written, staged
from compliance.rules.language.model import LANGUAGE

FACTS = "schemas/school.schema.json"
SOURCE = "示例：请换成文件名称、文号与条款"
_FRAGMENT = "school.schema.json"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIX = re.compile(r"[A-Z]{1,6}-")
_REGION = re.compile(r"[0-9]{2,6}")
_LONGEST = 40  # signs of a name or title
# What ends a text in TOML, JSON, Jinja or Markdown.
_MARKS = frozenset('"\\`{}<>|')
_WORD = re.compile(r"@\{(\w+)\}")


@dataclass(frozen=True)
class NewPack:
    """What is to be written.

    name: of the rule set. regions: the first digits of the counties' codes that it serves. prefix: of
    its rules' ids; empty: the first free one made of the name. extends: the rule set it builds on.
    city: a file that is used where it is named, in place of a distribution. out: its folder.
    """

    name: str
    title: str = ""
    title_en: str = ""
    regions: tuple[str, ...] = ()
    prefix: str = ""
    extends: str = "national"
    city: bool = False
    out: Path | None = None

    @property
    def package(self) -> str:
        """The Python package of a province."""
        return "compliance_" + self.name.replace("-", "_")

    @property
    def folder(self) -> Path:
        """Where it is written to."""
        return self.out or Path(self.name if self.city else f"junheng-{self.name}")

    @property
    def called(self) -> str:
        """The title, or the name for want of one."""
        return self.title.strip() or self.name

    @property
    def rules(self) -> tuple[str, ...]:
        """The pieces of the pack."""
        return ("city_head.toml" if self.city else "province_head.toml", "rules.toml")

    @property
    def files(self) -> Mapping[str, tuple[str, ...]]:
        """Path within the folder → the pieces that it is made of."""
        package = f"src/{self.package}"
        if self.city:
            return {
                f"{self.name}.toml": self.rules,
                FACTS: (_FRAGMENT,),
                "templates/rectify_county.html": ("rectify_county.html",),
                f"cases/{self.name}.toml": ("cases.toml",),
                "README.md": ("city_readme.md",),
            }
        return {
            "pyproject.toml": ("pyproject.toml",),
            "README.md": ("readme.md",),
            ".gitignore": ("gitignore",),
            "ci.sh": ("ci.sh",),
            ".github/workflows/check.yml": ("check.yml",),
            f"{package}/__init__.py": ("init.py",),
            f"{package}/py.typed": (),
            f"{package}/rules/{self.name}.toml": self.rules,
            f"{package}/{FACTS}": (_FRAGMENT,),
            f"{package}/templates/rectify_county.html": ("rectify_county.html",),
            f"tests/cases/{self.name}.toml": ("cases.toml",),
            "tests/rule_ids.txt": ("rule_ids.txt",),
            f"tests/test_{self.package.removeprefix('compliance_')}.py": ("tests.py",),
        }


def write_new(asked: NewPack, registry: Registry) -> Written:
    """Write the folder, whole or not at all.

    Raises UsageError with everything that is wrong with what was asked, or where it cannot be written.
    """
    checks = (_wrong_words, _taken_names, _taken_claims, _taken_folder)
    faults = [fault for check in checks for fault in check(asked, registry)]
    if faults:
        raise UsageError.of(faults)
    words = _words(asked, registry)
    _try(asked, registry, words)
    with staged(asked.folder) as place:
        for path, pieces in asked.files.items():
            place.put(Path(path), _filled(pieces, words).encode(), fresh=True)
        return place.place()


def _try(asked: NewPack, registry: Registry, words: Mapping[str, str]) -> None:
    """UsageError where the examples do not go with the rule set that they extend, or with others' facts."""
    with scratch() as drafts:
        pack, facts = drafts.folder / f"{asked.name}.toml", drafts.folder / FACTS
        facts.parent.mkdir()
        pack.write_text(_filled(asked.rules, words), "utf-8")
        facts.write_text(_filled((_FRAGMENT,), words), "utf-8")
        try:
            vocabulary([*registry.fragments, facts])
            with_pack_file(registry, str(pack))
        except (PackError, PluginError) as error:
            raise UsageError(
                say("示例与规则集 {base} 合不到一起：{why}", base=asked.extends, why=error.what),
                "--extends",
                msg("请扩展 national 或另一个省的规则集"),
            ) from error


def _filled(pieces: Iterable[str], words: Mapping[str, str]) -> str:
    home = files("compliance.templates").joinpath("plugin")
    text = "".join(home.joinpath(f"{one}.in").read_text("utf-8") for one in pieces)
    return _WORD.sub(lambda found: words[found[1]], text)


def _words(asked: NewPack, registry: Registry) -> Mapping[str, str]:
    """What the holes of the pieces are filled with."""
    regions_ = ", ".join(f'"{one}"' for one in asked.regions)
    called = ", ".join(f'"{one}"' for one in _names(asked))
    base = registry.owners[f"pack {asked.extends}"]
    return {
        "name": asked.name,
        "package": asked.package,
        "prefix": _prefix(asked, registry),
        "extends": asked.extends,
        "title": asked.called,
        "title_en": asked.title_en.strip() or asked.name.replace("-", " ").title(),
        "source": SOURCE,
        "needs": ", ".join(
            f'"{name}>={".".join(number.split(".")[:2])}"'
            for name, number in (("junheng", version("junheng")), (base.distribution, base.version))
        ),
        "language": LANGUAGE,
        "serves": f"region = [{regions_}]       # 县区行政区划代码的开头\nnames = [{called}]"
        if asked.regions
        else '# region = ["…"]          # 县区行政区划代码的开头；没有则只在 --ruleset 指名时使用',
        "served": f"行政区划代码以{'、'.join(asked.regions)}开头的县自动选用。"
        if asked.regions
        else f"只在 `--ruleset {asked.name}` 指名时使用。",
        "cases_of": f"../{asked.name}.toml" if asked.city else asked.name,
    }


def _names(asked: NewPack) -> list[str]:
    """By which names a county's record may speak of the province."""
    if not asked.regions:
        return []
    return list(dict.fromkeys((asked.called, asked.called.removesuffix("省"))))


def _prefix(asked: NewPack, registry: Registry) -> str:
    """The prefix asked for, else the first free one of letters of the name's last word; empty where none is."""
    if asked.prefix:
        return asked.prefix.upper().removesuffix("-") + "-"
    words = re.findall("[A-Z]+", asked.name.upper())
    letters, taken = words[-1] if words else "", _prefixes(asked, registry)
    made = [letters[0] + one for one in letters[1:]] + [letters[:n] for n in range(1, 7)]
    return next((f"{one}-" for one in made if one and f"{one}-" not in taken), "")


def _prefixes(asked: NewPack, registry: Registry) -> dict[str, str]:
    """Prefix → the installed rule set whose it is."""
    packs = (pack for same in registry.packs.values() for pack in same)
    return {pack.prefix: pack.id for pack in packs if pack.prefix and pack.id != asked.name}


def _wrong_words(asked: NewPack, _: Registry) -> Iterator[UsageError]:
    if not _NAME.fullmatch(asked.name) or len(asked.name) > _LONGEST:
        yield UsageError(
            say("名称“{name}”不能用", name=asked.name[:_LONGEST]),
            "NAME",
            say(
                "请用小写字母开头的小写字母、数字和连字符，不超过{n}个，例如 zhongyuan", n=_LONGEST
            ),
        )
    elif asked.name.startswith("junheng"):
        yield UsageError(
            say("名称“{name}”不必带 junheng：发行包会叫 junheng-NAME", name=asked.name),
            "NAME",
            msg("请只写省份的拼音，例如 zhongyuan"),
        )
    for name, text in (("--title", asked.title), ("--title-en", asked.title_en)):
        if len(text) > _LONGEST or not text.isprintable() or _MARKS & set(text):
            yield UsageError(
                say("“{text}”不能作名称", text=text[:_LONGEST]),
                name,
                say("请写不超过{n}个字的一行，不用 {marks}", n=_LONGEST, marks=" ".join(sorted(_MARKS))),
            )  # fmt: skip
    for region in asked.regions:
        if not _REGION.fullmatch(region):
            yield UsageError(
                say("区划代码“{region}”不对", region=region[:_LONGEST]),
                "--region",
                msg("请写县区行政区划代码的前2至6位数字，例如 99"),
            )
    if asked.city and asked.regions:
        yield UsageError(
            msg("市的规则集不认领区划，指名才用"),
            "--region",
            msg("请去掉 --region，或去掉 --city 写一个省"),
        )
    if asked.prefix and not _PREFIX.fullmatch(_prefix(asked, Registry())):
        yield UsageError(
            say("前缀“{prefix}”不对", prefix=asked.prefix[:_LONGEST]),
            "--prefix",
            msg("请写1至6个字母，例如 ZY"),
        )


def _taken_names(asked: NewPack, registry: Registry) -> Iterator[UsageError]:
    """Faults of a name that is installed already, and of a base that is not."""
    if f"pack {asked.name}" in registry.owners:
        yield UsageError(
            say(
                "规则集“{name}”已安装（{plugin}）",
                name=asked.name,
                plugin=registry.owners[f"pack {asked.name}"],
            ),
            "NAME",
            msg("请换一个名称"),
        )
    elif not asked.city and _NAME.fullmatch(asked.name) and _importable(asked):
        yield UsageError(
            say("发行包 junheng-{name} 已安装", name=asked.name),
            "NAME",
            say("请换一个名称，或先卸载：pip uninstall junheng-{name}", name=asked.name),
        )
    if f"pack {asked.extends}" not in registry.owners:
        known = sorted(name for name in registry.packs if "/" not in name)
        yield UsageError(
            say("没有安装规则集“{name}”", name=asked.extends[:_LONGEST]),
            "--extends",
            suggestion(asked.extends, known) or say("可用：{known}", known=", ".join(known)),
        )


def _importable(asked: NewPack) -> bool:
    try:
        distribution(f"junheng-{asked.name}")
    except PackageNotFoundError:
        return find_spec(asked.package) is not None
    return True


def _taken_claims(asked: NewPack, registry: Registry) -> Iterator[UsageError]:
    """Faults of regions, names and a prefix that an installed rule set has."""
    served = regions(registry)
    for option, claims in (("--region", asked.regions), ("--title", _names(asked))):
        for claim in claims:
            owner = {**served.codes, **served.names}.get(claim, asked.name)
            if owner != asked.name:
                yield UsageError(
                    say("“{claim}”已由规则集 {owner} 认领", claim=claim, owner=owner),
                    option,
                    say(
                        "请改用别的，或以 {owner} 为名、停用它的插件（--without-plugin）",
                        owner=owner,
                    ),
                )
    prefix = _prefix(asked, registry)
    owner = _prefixes(asked, registry).get(prefix, "")
    if owner:
        yield UsageError(
            say("前缀 {prefix} 已由规则集 {owner} 使用", prefix=prefix, owner=owner),
            "--prefix",
            msg("请换一个，例如多写一个字母"),
        )
    elif not prefix and _NAME.fullmatch(asked.name):
        yield UsageError(
            msg("由名称得不出没有用过的前缀"), "--prefix", msg("请写1至6个字母，例如 ZY")
        )


def _taken_folder(asked: NewPack, _: Registry) -> Iterator[UsageError]:
    if not asked.out and not _NAME.fullmatch(asked.name):
        return
    folder = asked.folder
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        yield UsageError(
            msg("已有这个文件或文件夹，里面有东西"),
            str(folder),
            msg("请换一个名称，或用 -o 写到别处"),
        )
