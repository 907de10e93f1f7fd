"""What the rule language knows of a kind of rule: its settings, and what it looks at.

A kind is offered by name, by the core or a plugin; the offers are handed in where packs are
resolved. How a kind evaluates, words and explains a rule is the engine's (`compliance.engine.kinds`).
"""

from __future__ import annotations

import sys
from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, get_args, get_origin

from compliance.kernel.cache import stamp
from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.rules.language.assembly import Assembly, Definition, RegisterUse
from compliance.rules.language.model import FindingForm, Part, References, Rule
from compliance.rules.language.pack import Pack
from compliance.rules.language.references import Declarations, Node, ReferenceGraph, Role
from compliance.rules.language.ruleset import Ruleset

if TYPE_CHECKING:
    from cattrs import Converter

    from compliance.facts.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class NoSettings:
    """The settings of a kind that has no fields of its own."""


class RuleKind(ABC):
    """A kind of rule, as far as packs are read, resolved and checked by it.

    name: what packs call it. settings: a frozen dataclass whose fields are the fields that a rule
    (or part) of this kind may have beside the common ones; of str, bool, int, Decimal, tuples and
    dataclasses of these. of_rules: what stands under `of` are rules. selects: its `where` and
    `exclude` choose the units it measures, not the subjects it applies to. has_limit: a rule of it
    without a limit only shows a figure. needs: what a rule or part of it cannot be without: `indicator`,
    `limit`, `members` (rules or parts). offered_by: the plugin it comes from, with its version, set
    where plugins are loaded; empty for the core's own.
    """

    name: ClassVar[str]
    settings: ClassVar[type] = NoSettings
    of_rules: ClassVar[bool] = True
    selects: ClassVar[bool] = False
    has_limit: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    offered_by: str = ""

    def references(self, holder: Rule | Part) -> References:
        """What a rule or part of this kind looks at; the rules of `of` are joined by their verdicts."""
        members = holder.of if isinstance(holder, Rule) and self.of_rules else ()
        return References(verdicts=members, exclusions=self.selects)

    @property
    def in_parts(self) -> bool:
        """Whether a part of a rule may be of it."""
        return True

    def faults(
        self, holder: Rule | Part, words: Vocabulary
    ) -> Iterable[tuple[tuple[str, ...], str]]:
        """What is wrong with the settings of a rule or part, beside their types: field, and what."""
        return ()

    def measured_at(self, rule: Rule) -> str:
        """The scope (unit, school, county) on whose subjects its indicators are computed."""
        return rule.scope

    def floor_share(self, rule: Rule) -> Decimal | None:
        """The share of their own limits that the rules it counts must reach, where they miss them."""
        return None

    def statement(self, holder: Rule | Part) -> str:
        """The table of statements that decides it: attestations or vetoes; empty where figures do."""
        return ""

    def form(self, rule: Rule) -> FindingForm:
        """How the figures of its findings are shown."""
        return FindingForm()

    def part_names(self, rule: Rule) -> tuple[str, ...]:
        """What the parts of its findings are, in their order; all of them again for a further entry."""
        return tuple(part.key for part in rule.parts)

    def lines(self, rule: Rule) -> tuple[str, ...]:
        """The lines it draws beside the limit of the rule itself, each by the name of its part."""
        return tuple(part.key for part in rule.parts if part.limit is not None)


Kinds: TypeAlias = Mapping[str, RuleKind]


def classes(kinds: Kinds) -> Iterator[type]:
    """All that a resolved rule set may consist of: the records that its module and those of settings know."""
    yield from (
        Ruleset,
        ReferenceGraph,
        Declarations,
        Node,
        Role,
        Assembly,
        RegisterUse,
        Definition,
    )
    homes = (one.__module__ for one in (Rule, *(kind.settings for kind in kinds.values())))
    for home in dict.fromkeys(homes):
        known = vars(sys.modules[home]).values()
        types = (one for one in known if isinstance(one, type))
        yield from (one for one in types if is_dataclass(one) or issubclass(one, tuple))


def code(kinds: Kinds) -> list[bytes]:
    """Which kinds these are, and which code of plugins they come with."""
    told = [f"{name} {type(one).__module__} {one.offered_by}" for name, one in kinds.items()]
    homes = {type(one).__module__.partition(".")[0] for one in kinds.values() if one.offered_by}
    modules = {
        name: found for name, found in sys.modules.items() if name.partition(".")[0] in homes
    }
    files = (getattr(found, "__file__", None) for _, found in sorted(modules.items()))
    return [*(one.encode() for one in told), stamp(Path(file) for file in files if file)]


def kind_of(holder: Rule | Part, kinds: Kinds, rule_id: str, where: str) -> RuleKind:
    """The kind of a rule or part; PackError with the nearest name where nobody offers it."""
    if holder.kind not in kinds:
        raise PackError(
            say("规则 {rule} 的种类 {kind} 没有插件提供", rule=rule_id, kind=holder.kind),
            where=where,
            todo=suggestion(holder.kind, kinds),
            code="kind",
        )
    return kinds[holder.kind]


def read_settings(
    kind: RuleKind, table: Mapping[str, Any], rule_id: str, pack: Pack, *address: str
) -> Any:  # noqa: ANN401 - the dataclass that the kind names
    """The fields of a rule or part that its kind understands, as the kind's dataclass.

    Raises PackError, at the line of the field, for each that is unknown, missing or of a wrong type.
    """
    from cattrs import BaseValidationError

    try:
        return _converter().structure(table, kind.settings)
    except BaseValidationError as error:
        raise PackError.of(
            pack.error(what, *address, *place, todo=todo, code="field")
            for place, what, todo in _faults(error, kind, rule_id)
        ) from error


def written(settings: object) -> dict[str, object]:
    """Settings as a pack states them: field → value, those left at their default left out."""
    stated: dict[str, object] = {}
    for one in fields(settings):  # type: ignore[arg-type]  # an instance of some dataclass
        value = getattr(settings, one.name)
        if one.default is MISSING or value != one.default:
            stated[one.name] = _plain(value)
    return stated


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return written(value) if is_dataclass(value) else value


Fault: TypeAlias = tuple[tuple[str, ...], str, str]  # address, what is wrong, what to do


def _faults(
    error: BaseException, kind: RuleKind, rule_id: str, address: tuple[str, ...] = ()
) -> Iterable[Fault]:
    """What cattrs found, told to whoever wrote the pack."""
    from cattrs import ForbiddenExtraKeysError

    for note in getattr(error, "__notes__", ()):
        step = getattr(note, "name", getattr(note, "index", None))
        address = address if step is None else (*address, str(step))
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _faults(one, kind, rule_id, address)
        return
    told = {"rule": rule_id, "kind": kind.name, "field": ".".join(address)}
    if isinstance(error, ForbiddenExtraKeysError):
        known = [one.name for one in fields(error.cl)] if error.cl is not None else []
        for name in sorted(error.extra_fields):
            what = say("规则 {rule} 的种类 {kind} 没有字段 {fields}", **told, fields=name)
            yield (*address, name), what, suggestion(name, known)
    elif isinstance(error, KeyError):
        yield address, say("规则 {rule} 缺少字段 {field}", **told), msg("请补上")
    else:
        yield address, say("规则 {rule} 的字段 {field}：{why}", **told, why=error), ""


@cache
def _converter() -> Converter:
    """TOML values into dataclasses, nothing turned into what it is not."""
    from cattrs import Converter

    made = Converter(forbid_extra_keys=True)
    for plain in (str, bool, int):
        made.register_structure_hook(plain, _strictly(plain))
    made.register_structure_hook(Decimal, _decimal)
    made.register_structure_hook_func(
        _is_tuple,
        lambda value, wanted: tuple(
            made.structure(one, get_args(wanted)[0]) for one in _strictly(list)(value, wanted)
        ),
    )
    return made


def _is_tuple(wanted: Any) -> bool:  # noqa: ANN401 - a type
    origin: object = get_origin(wanted)
    return origin is tuple


def _strictly(wanted: type) -> Any:  # noqa: ANN401 - a hook of cattrs
    def hook(value: object, _: object) -> object:
        if type(value) is not wanted:
            raise _wrong(value, wanted)
        return value

    return hook


def _decimal(value: object, _: object) -> Decimal:
    """A number as typed; packs may put it in quotes."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise _wrong(value, Decimal)
    try:
        return Decimal(value)
    except InvalidOperation:
        raise _wrong(value, Decimal) from None


def _wrong(value: object, wanted: type) -> ValueError:
    words = {
        str: msg("文字"),
        bool: "true/false",
        int: msg("整数"),
        Decimal: msg("数"),
        list: msg("列表"),
    }
    return ValueError(say("“{found}”应为{kind}", found=str(value)[:60], kind=words[wanted]))
