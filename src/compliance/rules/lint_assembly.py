"""What packs say of registers, held against the registers and the vocabulary: every name stands for something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compliance.facts.registers import RegisterForm, registers
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import suggestion
from compliance.kernel.i18n import msg, say
from compliance.rules.language.assembly import Assembly, Definition, RegisterUse
from compliance.rules.lint_faults import Fault, Faults
from compliance.rules.lint_values import Answers

_LISTED = ("list",)  # what makes lists


def check_assembly(assembly: Assembly | None, words: Vocabulary, faults: Faults) -> None:
    """Every fault of the tables [register.*] and [assemble.*], each at the field that it is in."""
    if assembly is None:
        return
    forms = registers().forms
    for use in assembly.registers.values():
        if use.name not in forms:
            todo = suggestion(use.name, forms) or "、".join(forms)
            faults.at(
                "reference",
                say("没有登记表“{name}”", name=use.name),
                "register",
                use.name,
                todo=todo,
            )
            continue
        _tell(faults, "register", use.name, _wrong_use(use, forms[use.name]))
    for one in assembly.definitions.values():
        form = forms.get(one.register)
        if form is None or one.register not in assembly.registers:
            what = say("没有定义登记表“{name}”怎样计（[register.{name}]）", name=one.register)
            todo = suggestion(one.register, assembly.registers)
            faults.at("reference", what, "assemble", one.name, "register", todo=todo)
            continue
        _tell(faults, "assemble", one.name, _wrong(one, form, words))


def _tell(faults: Faults, section: str, name: str, found: Iterable[Fault]) -> None:
    for word, what, todo in found:
        faults.at("value", what, section, name, *((word,) if word else ()), todo=todo)


def _wrong_use(use: RegisterUse, form: RegisterForm) -> Iterator[Fault]:
    for name in dict.fromkeys(use.columns):
        if name not in form.columns:
            yield "", _no_column(name, form), suggestion(name, form.columns)
    answers = Answers.of_facts(form.columns.values())
    given = {name: one for name, one in use.without.items() if not isinstance(one, Mapping)}
    for condition in (*use.home, given):
        yield from (("", what, todo) for _, what, todo in answers.condition(condition))
    for name in filter(None, (use.begin, use.end)):
        if name in form.columns and form.columns[name].form != "date":
            yield "", say("“{name}”不是日期", name=name), msg("请改用日期的列")


def _wrong(one: Definition, form: RegisterForm, words: Vocabulary) -> Iterator[Fault]:
    facts = one.facts(words.school)
    if not facts:
        yield "", say("没有数据项“{name}”", name=one.name), suggestion(one.name, words.school)
    for fact in facts:
        if fact.listed != (one.how in _LISTED) or not (fact.figure or fact.listed):
            yield one.how, say("{fact}不能由{how}得出", fact=fact.name, how=one.how), ""
    for name in one.columns:
        if name not in form.columns:
            yield "", _no_column(name, form), suggestion(name, form.columns)
    column = form.columns.get(one.column)
    if column is not None and one.how in ("sum", "list") and not column.figure:
        yield one.how, say("“{name}”不是数", name=one.column), msg("请改用填数的列")
    answers = Answers.of_facts(form.columns.values())
    yield from (("where", what, todo) for _, what, todo in answers.condition(one.where))
    of_schools = Answers.of_facts(words.school.values())
    yield from (("schools", what, todo) for _, what, todo in of_schools.condition(one.schools))


def _no_column(name: str, form: RegisterForm) -> str:
    return say("登记表“{register}”没有列“{name}”", register=form.name, name=name)
