"""What was asked for, and what it stands for: the rule set of each county, the words of the options.

The core knows no province. A pack says which it serves, by the first digits of a county's code
(``region``) and by names (``names``), and any pack may say so of other rule sets (``[regions]``), so
that one that is not installed can be named. Of several prefixes of a code the longest decides. What
two rule sets claim is an error that names both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from compliance.facts.vocabulary import Vocabulary, sources, vocabulary
from compliance.intake.own_tables.terms import NO_TERMS, ReadingTerms
from compliance.kernel.cache import remembered
from compliance.kernel.errors import (
    JunhengError,
    NoEditionError,
    PackError,
    PluginError,
    Problem,
    UsageError,
    suggestion,
)
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import day_in_words
from compliance.kernel.paths import real
from compliance.plugins.registry import Registry
from compliance.rules.kinds import classes, code
from compliance.rules.language.editions import editions
from compliance.rules.language.model import BASES, STANDARD, WITHOUT_STANDARD
from compliance.rules.language.pack import Pack, read_pack
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.waivers import NO_WAIVERS, Waivers

if TYPE_CHECKING:
    from compliance.rules.resolution.confirmations import Confirmation

Packs = Mapping[str, Sequence[Pack]]


@dataclass(frozen=True)
class Choice:
    """How to judge.

    ruleset: an id or the path of a pack file; None: each county's own. as_of: the day whose rules
    apply; None: 1 September of each county's year. enforce: bases and rule ids that decide though
    not verified. switches: relaxations and named alternatives that are on. strict: no conclusion
    while an unverified rule lies on its way. confirmations: rules whose texts someone holds.
    templates: folders whose templates replace those of every rule set, the first before the others;
    they change no judgement. terms: on which people's own tables are read. waivers: of single
    findings, with the day on which they must hold.
    """

    ruleset: str | None = None
    as_of: date | None = None
    enforce: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    strict: bool = False
    confirmations: tuple[Confirmation, ...] = ()
    templates: tuple[Path, ...] = ()
    terms: ReadingTerms = NO_TERMS
    waivers: Waivers = NO_WAIVERS

    def __post_init__(self) -> None:
        """In whatever order words are given, they ask for the same."""
        for name in ("enforce", "switches"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        told = sorted(self.confirmations, key=lambda one: tuple(one.row().values()))
        object.__setattr__(self, "confirmations", tuple(told))

    def asked(self) -> dict[str, object]:
        """What a manifest needs beside `stated`, that somebody can ask for the same again."""
        mapping = self.terms.mapping
        return {
            "ruleset": self.ruleset,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            **({} if mapping is None else {"mapping": mapping.path}),
            **({"blank_is_zero": list(blank)} if (blank := self.terms.blank_is_zero) else {}),
            **({"waivers": [path for path, _ in files]} if (files := self.waivers.files) else {}),
        }

    def stated(self) -> dict[str, object]:
        """What makes a judgement differ from the usual one, as a manifest states it."""
        mapping = self.terms.mapping
        return {
            **({} if mapping is None else {"mapping": mapping.row()}),
            "switches": list(self.switches),
            "enforced": list(self.enforce),
            "strict": self.strict,
            "confirmations": [one.row() for one in self.confirmations],
            **self.waivers.stated(),
        }


def chosen_rules(registry: Registry, known: Packs, name: str, day: date, choice: Choice) -> Ruleset:
    """A rule set as of a day as the choice has it, held against what is installed; once for many runs.

    Raises NoEditionError or PackError.
    """
    asked = (choice.enforce, choice.switches, choice.confirmations)

    def resolved() -> Ruleset:
        from compliance.rules.resolution.resolve import resolve

        words = own_words(registry, known, name)
        return resolve(known, name, day, *asked, kinds=registry.kinds, words=words)

    packs = (pack for same in known.values() for pack in same)
    written = [text for one in packs for text in (str(one.path), one.version, one.text)]
    told = [f"{name} {day} {asked}", *written]
    key = [b"rules", *(text.encode() for text in told), *code(registry.kinds)]
    key += sources(own_fragments(registry, known, name))
    rules = remembered(key, classes(registry.kinds), resolved)
    if not choice.templates:
        return rules
    return replace(rules, template_dirs=(*choice.templates, *rules.template_dirs))


def with_pack_file(registry: Registry, ruleset: str | None) -> tuple[Packs, str | None]:
    """The installed packs, and the file's pack where `ruleset` is the path of one.

    The folders ``schemas/`` and ``templates/`` beside the file are its own, as those of a plugin's. Raises PackError for a faulty file, and the fault of a broken plugin that may offer the rule set.
    """
    if ruleset is None or ruleset in registry.packs:
        return registry.packs, ruleset
    path = Path(ruleset)
    if path.suffix != ".toml" and not path.is_file():
        meant = _meant(ruleset, registry.packs)
        if meant is not None:
            return registry.packs, meant
        suspect = _suspect(ruleset, registry)
        if suspect is not None:
            raise suspect
        return registry.packs, ruleset
    return _with_file(registry, path)


def _with_file(registry: Registry, path: Path) -> tuple[Packs, str]:
    """The installed packs and that of a file, sound on every day on which something changes."""
    pack = read_pack(path, home=path.parent)
    installed = registry.packs.get(pack.id, ())
    if any(real(one.path) == real(path) for one in installed):
        return registry.packs, pack.id
    if installed:
        raise pack.error(
            say("规则集 {id} 已安装，文件须用别的 id", id=pack.id), "pack", "id", code="taken"
        )
    from compliance.rules.resolution.amendments import days_of_change
    from compliance.rules.resolution.resolve import resolve

    known = {**registry.packs, **editions([pack])}
    faults = list(pack.faults)
    try:
        words = own_words(registry, known, pack.id)
    except PluginError as error:  # nothing can be held against facts that are not known
        raise PackError.of([*faults, PackError(error.what, error.where, error.todo)]) from error
    for day in days_of_change(pack):  # wrong on any day is wrong: it would be found too late
        try:
            resolve(known, pack.id, day, kinds=registry.kinds, words=words)
        except NoEditionError:
            continue
        except PackError as error:
            faults.append(error)
    if faults:
        raise PackError.of(faults)
    return known, pack.id


def _meant(wanted: str, known: Packs) -> str | None:
    """The rule set that goes by a name of its region, with or without 省 and 市; else the only one whose title has it.

    None where none does. Raises UsageError where several do, with their ids and titles.
    """
    called: dict[str, str] = {}
    titles: dict[str, str] = {}
    for name, editions_ in known.items():
        pack = editions_[-1]
        if pack.layer == STANDARD:
            continue
        head = pack.head
        words = [name, *(str(head[key]) for key in ("short", "short_en") if key in head)]
        claimed = [claim for claim, ruleset, _ in claims(pack) if ruleset == name]
        for word in (*words, *claimed):
            called.setdefault(_plain(word), name)
        titles[name] = f"{name} {head['title']} {head.get('title_en', '')}"
    key = _plain(wanted)
    if key in called:
        return called[key]
    having = [name for name, title in titles.items() if key and key in title.casefold()]
    if len(having) > 1:
        told = (f"{name}（{known[name][-1].head['title']}）" for name in having)
        raise UsageError(
            say("有几个规则集的名称含“{wanted}”", wanted=wanted),
            todo=say("请写编号：{names}", names=msg("、").join(told)),
        )
    return having[0] if having else None


def _plain(name: str) -> str:
    """A name without what may be left out of it: the 省 or 市 at its end."""
    return name.strip().casefold().removesuffix("省").removesuffix("市")


def own_words(registry: Registry, known: Packs, name: str) -> Vocabulary:
    """The facts of the core and of a rule set's own layers, those that it imports among them.

    Raises PluginError for a fragment that is wrong.
    """
    return vocabulary(own_fragments(registry, known, name))


def layers(known: Packs, name: str) -> Iterator[Pack]:
    """Every edition of a rule set and of all that it is laid on or imports."""
    seen, waiting = set[str](), [name]
    while waiting:
        layer = waiting.pop()
        if layer not in seen:
            seen.add(layer)
            for pack in known.get(layer, ()):
                yield pack
                waiting += [*([pack.extends] if pack.extends else ()), *pack.table("import")]


def own_fragments(registry: Registry, known: Packs, name: str) -> list[Path]:
    """The folders of schemas of a rule set's own layers: the installed ones in their order, then a file's."""
    homes = {pack.home: None for pack in layers(known, name) if pack.home is not None}
    lone = [home / "schemas" for home in homes if (home / "schemas") not in registry.fragments]
    installed = [one for one in registry.fragments if one.parent in homes]
    return [*installed, *(one for one in lone if one.is_dir())]


def rule_ids(known: Packs) -> set[str]:
    """Every id that a rule has or had in any rule set, of overrides that stand beside their rules too."""
    found = set[str]()
    for pack in (pack for packs in known.values() for pack in packs):
        rules = pack.table("rule")
        found |= {*rules, *(old for one in rules.values() for old in one.get("formerly", ()))}
        found |= {pack.prefix + name for name in pack.table("override")}
    return found


class Regions(NamedTuple):
    """base: the rule set of whoever has none. codes: prefix → rule set; names: name → rule set."""

    base: str
    codes: Mapping[str, str]
    names: Mapping[str, str]


def base_of(known: Packs) -> str:
    """The rule set for counties without one of their own: the pack that says ``default = true``."""
    bases = _bases(known)
    if len(bases) > 1:
        raise UsageError(
            say("几个规则集都自称是缺省的（default）：{bases}", bases=", ".join(bases)),
            todo=msg("请停用其中的插件"),
        )
    if not bases:
        raise UsageError(msg("没有安装国家规则集"), todo=msg("请安装规则集插件（见 README）"))
    return bases[0]


def _bases(known: Packs) -> list[str]:
    return [name for name, found in known.items() if found[-1].head.get("default")]


def regions(registry: Registry) -> Regions:
    """What the latest edition of every rule set claims, those of broken plugins included.

    Raises UsageError where there is no base, the fault of a broken plugin that may have offered it,
    and PackError where two rule sets claim the same.
    """
    found: dict[str, tuple[str, Pack]] = {}
    packs = [*registry.packs.values(), *(p for one in registry.broken for p in one.packs.values())]
    for pack in (same[-1] for same in packs):
        for claim, ruleset, address in claims(pack):
            owner, other = found.setdefault(claim, (ruleset, pack))
            if owner != ruleset:
                raise PackError(
                    say(
                        "“{claim}”由两个规则集认领：{one}（{its}）与 {other}（{others}）",
                        claim=claim,
                        one=owner,
                        its=other.file,
                        other=ruleset,
                        others=pack.file,
                    ),
                    where=pack.place(*address),
                    todo=msg("请改其中一个，或用 --without-plugin 停用其插件"),
                    code="taken",
                )
    codes = {claim: ruleset for claim, (ruleset, _) in found.items() if claim.isdecimal()}
    names = {claim: ruleset for claim, (ruleset, _) in found.items() if claim not in codes}
    for one in registry.broken if not _bases(registry.packs) else ():
        if one.error is not None and (_bases(one.packs) or not one.whole):
            raise one.error
    return Regions(base_of(registry.packs), codes, names)


def claims(pack: Pack) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Prefix or name, the rule set it stands for, and where the pack says so."""
    for key in ("region", "names"):
        for claim in pack.head.get(key, ()):
            yield str(claim), pack.id, ("pack", key)
    for prefix, served in pack.table("regions").items():
        for claim in (prefix, *served["names"]):
            yield claim, str(served["ruleset"]), ("regions", prefix)


def choose(
    row: Mapping[str, Any], served: Regions, registry: Registry
) -> tuple[str, Problem | None]:
    """The rule set for one county record, and a warning where its province has none installed.

    Raises the fault of a broken plugin whose rule set this county's may be: to judge it by the base
    would be a false acquittal.
    """
    province = row.get("province")
    if province:
        wanted = str(
            province if province in registry.packs else served.names.get(province, province)
        )
    else:
        wanted = served.codes.get(_prefix(row, served), "")
    if wanted in registry.packs:
        return wanted, None
    suspect = _suspect(wanted, registry)
    if suspect is not None:
        raise suspect
    return served.base, _without(row, wanted, served.base) if wanted else None


def _prefix(row: Mapping[str, Any], served: Regions) -> str:
    """The first digits of the county's code that a rule set claims; empty where none does."""
    code = str(row["county_code"])
    prefixes = (code[:length] for length in range(len(code), 0, -1))
    return next((one for one in prefixes if one in served.codes), "")


def why_chosen(row: Mapping[str, Any], name: str, served: Regions) -> str:
    """By what `choose` chose a rule set."""
    if province := row.get("province"):
        return say("“省份”是{province}", province=province)
    prefix = _prefix(row, served)
    if served.codes.get(prefix) == name:
        return say("行政区划代码以{prefix}开头", prefix=prefix)
    return msg("没有本省的规则集，用缺省的")


def _suspect(wanted: str, registry: Registry) -> JunhengError | None:
    """The fault of a plugin that offered the rule set, or may have."""
    suspects = (one.error for one in registry.broken if wanted in one.packs or not one.whole)
    return next(suspects, None)


def _without(row: Mapping[str, Any], wanted: str, base: str) -> Problem:
    return Problem(
        "warning",
        "no_provincial_ruleset",
        say(
            "{county}：没有安装“{wanted}”的规则集，按 {base} 规则集判定",
            county=row["county_name"],
            wanted=wanted,
            base=base,
        ),
        expected=msg("安装该省插件，或用 --ruleset 指定"),
        county_code=str(row["county_code"]),
        year=row["year"],
    )


def check_words(choice: Choice, rulesets: Sequence[Ruleset]) -> None:
    """Raise UsageError, with the nearest word, for one that stands for nothing in any rule set."""
    rules = {name for one in rulesets for name in (*one.rules, *one.enforceable)}
    rules |= {name for one in rulesets for rule in one.rules.values() for name in rule.formerly}
    switches = {WITHOUT_STANDARD, *(name for one in rulesets for name in one.switches)}
    _known("--enforce", choice.enforce, {*BASES, *rules}, ", ".join(BASES))
    _known("--switch", choice.switches, switches, ", ".join(sorted(switches)))
    _known("--confirm", [one.rule for one in choice.confirmations], rules, "")
    _needed(choice.confirmations, rulesets)


def out_of_date(judged: Iterable[tuple[Ruleset, date]]) -> list[Problem]:
    """Relaxations switched on for a day on which they are not known to hold; one warning a term."""
    together: dict[tuple[date | None, date | None, date, str, str], list[str]] = {}
    for rules, day in judged:
        for one in (rules.switches[name] for name in rules.switched):
            early = one.from_ is not None and day < one.from_
            late = one.until is not None and day > one.until
            if (early or late) and not one.includes:
                term = (one.from_, one.until, day, one.source, one.date_basis)
                names = together.setdefault(term, [])
                names += [one.name] if one.name not in names else []
    return [
        Problem(
            "warning",
            "switch_out_of_date",
            say(
                "放宽 {names} 所知的期限为{begin}至{end}，按{day}判定时仍予适用",
                names=msg("、").join(names),
                begin=day_in_words(begin, basis),
                end=day_in_words(end, basis),
                day=day,
            ),
            expected=say("请确认现行规定仍允许，依据：{source}", source=source),
        )
        for (begin, end, day, source, basis), names in together.items()
    ]


def _needed(confirmations: Sequence[Confirmation], rulesets: Sequence[Ruleset]) -> None:
    """UsageError for a confirmation given twice, or of a rule whose text was seen anyway."""
    raised = {rule.confirmed for one in rulesets for rule in one.rules.values()}
    seen: set[str] = set()
    for one in confirmations:
        if one.rule in seen:
            raise UsageError(say("规则 {rule} 确认了两次", rule=one.rule), todo=msg("请只留一条"))
        seen.add(one.rule)
        if one.document not in raised:
            raise UsageError(
                say("规则 {rule} 无须确认：编写者已见原文，或已由另一份文件修改", rule=one.rule),
                todo=msg("请删去这一条"),
            )


def _known(option: str, words: Iterable[str], known: set[str], choices: str) -> None:
    for word in words:
        if word in known:
            continue
        todo = suggestion(word, sorted(known))
        if choices:
            rules = msg(" 或规则编号") if option == "--enforce" else ""
            todo += msg("；") if todo else ""
            todo += say("可用：{known}", known=choices) + rules
        raise UsageError(say("{option} 不认识“{word}”", option=option, word=word), todo=todo)
