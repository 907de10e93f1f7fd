"""What is wrong with a plugin: the codes, how grave each is, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from compliance.kernel.errors import JunhengError, PackError
from compliance.kernel.i18n import msg

ERROR, WARNING, NOTE = "error", "warning", "note"

# code → how grave it is; docs/plugin-check.md has an example and the cure of each
CODES: Mapping[str, str] = {
    # the file as written
    "toml": ERROR,
    "schema": ERROR,
    "language": ERROR,
    "no_rules": ERROR,
    "kind": ERROR,
    "field": ERROR,
    "value": ERROR,
    # sources
    "source": ERROR,
    "basis": ERROR,
    "unproven": ERROR,
    # days
    "date": ERROR,
    "date_order": ERROR,
    "date_gap": ERROR,
    "date_overlap": ERROR,
    "old_number": ERROR,
    # names
    "prefix": ERROR,
    "taken": ERROR,
    "reference": ERROR,
    "circle": ERROR,
    "unreachable": ERROR,
    "unused": WARNING,
    # figures and layers
    "unit": ERROR,
    "contradiction": ERROR,
    "loosened": ERROR,
    "relaxed": NOTE,
    "limit_impossible": ERROR,
    "limit_implausible": WARNING,
    # words
    "remedy": ERROR,
    "owner": ERROR,
    "text": WARNING,
    "english": WARNING,
    # cases
    "case_missing": ERROR,
    "case_faulty": ERROR,
    "case_fails": ERROR,
    "case_not_run": NOTE,
    "no_cases": WARNING,
    # facts
    "fact": ERROR,
    "fact_words": ERROR,
    "heading": ERROR,
    # templates
    "template": ERROR,
    "template_name": ERROR,
    "template_variable": ERROR,
    "template_block": ERROR,
    "template_not_set": NOTE,
    # offers
    "offer": ERROR,
    "not_loaded": NOTE,
    # the distribution
    "distribution": ERROR,
    "entry_point": ERROR,
    "wheel": ERROR,
    "wheel_not_built": NOTE,
}


def titles() -> Mapping[str, str]:
    """Code → what it is called, in the current language."""
    return {
        "toml": msg("规则文件不能读"),
        "schema": msg("规则文件的写法不对"),
        "language": msg("要求别的规则语言版本"),
        "no_rules": msg("没有规则"),
        "kind": msg("没有这个种类"),
        "field": msg("种类的字段不对"),
        "value": msg("数据项答不了这样的问题"),
        "source": msg("没有来源"),
        "basis": msg("没有依据，或不是依据"),
        "unproven": msg("verified 却拿不出文字或出处"),
        "date": msg("没有这样的日期"),
        "date_order": msg("日期先后不对"),
        "date_gap": msg("日期有空档"),
        "date_overlap": msg("日期重叠"),
        "old_number": msg("文字说的仍是旧限值"),
        "prefix": msg("前缀不对，或已有人用"),
        "taken": msg("名称已有人用"),
        "reference": msg("引用了不存在的"),
        "circle": msg("互相引用成环"),
        "unreachable": msg("到不了结论的规则"),
        "unused": msg("没有用到"),
        "unit": msg("单位不同"),
        "contradiction": msg("自相矛盾"),
        "loosened": msg("放宽了限值"),
        "relaxed": msg("写明了的放宽"),
        "limit_impossible": msg("没有谁达得到的限值"),
        "limit_implausible": msg("不像真的限值"),
        "remedy": msg("没有整改措施，或其中有填不出的数"),
        "owner": msg("没有牵头单位"),
        "text": msg("没有说要求什么"),
        "english": msg("没有英文"),
        "case_missing": msg("缺算例"),
        "case_faulty": msg("算例写错"),
        "case_fails": msg("算例不符"),
        "case_not_run": msg("没有运行算例"),
        "no_cases": msg("一个算例也没有"),
        "fact": msg("数据项的定义有误"),
        "fact_words": msg("数据项缺说明"),
        "heading": msg("表头已有别的意思"),
        "template": msg("模板有误"),
        "template_name": msg("没有这个名称的模板"),
        "template_variable": msg("模板用到不提供的名称"),
        "template_block": msg("没有这个块"),
        "template_not_set": msg("没有试排模板"),
        "offer": msg("钩子的回答是空的或不对"),
        "not_loaded": msg("没有运行插件的代码"),
        "distribution": msg("发行包的写法不对"),
        "entry_point": msg("没有入口"),
        "wheel": msg("轮子里缺东西"),
        "wheel_not_built": msg("没有构建轮子"),
    }


def severity_words() -> Mapping[str, str]:
    """What the severities are called, in the current language."""
    return {ERROR: msg("错误"), WARNING: msg("提示"), NOTE: msg("说明")}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong with a plugin, or worth knowing.

    file: as somebody at the command line would open it; line: 0 where it is of the whole file.
    todo: what to do.
    """

    severity: str
    code: str
    plugin: str
    file: str
    line: int
    what: str
    todo: str

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass
class Diagnosis:
    """What was found so far.

    plugin: what is checked. files: what a message calls a file → its path. plugins: that → whose it
    is, where it is another plugin's. without_code: its kinds are not known, since its code was not run.
    """

    plugin: str
    files: dict[str, Path] = field(default_factory=dict)
    plugins: dict[str, str] = field(default_factory=dict)
    without_code: bool = False
    found: dict[tuple[str, int, str], Diagnostic] = field(default_factory=dict)

    def add(self, code: str, what: str, file: Path | str, line: int = 0, todo: str = "") -> None:
        """Something is wrong at a line of a file."""
        told = Diagnostic(CODES[code], code, self.plugin, as_opened(file), line, what, todo)
        self.found.setdefault((told.file, line, what), told)

    def tell(self, error: JunhengError, file: Path | str = "", code: str = "") -> None:
        """The faults of an error, each where it says; file, code: of those that say nothing of it."""
        faults: Iterable[JunhengError] = (error,)
        if isinstance(error, PackError):
            faults = error.each or (error,)
        for one in faults:
            label, _, line = one.where.rpartition(":")
            if not line.isdecimal():
                label, line = one.where, "0"
            place = self.files.get(label, label) or file or one.where
            word = one.code or code
            if word == "kind" and self.without_code:
                word = "not_loaded"
            told = Diagnostic(
                CODES[word], word, self.plugins.get(label, self.plugin), as_opened(place),
                int(line), one.what, one.todo,
            )  # fmt: skip
            self.found.setdefault((told.file, told.line, told.what), told)

    def sorted(self) -> list[Diagnostic]:
        """By file and line."""
        return sorted(self.found.values(), key=lambda one: (one.plugin, one.file, one.line))

    @property
    def faulty(self) -> bool:
        """Whether anything is an error so far."""
        return any(one.severity == ERROR for one in self.found.values())


def as_opened(file: Path | str) -> str:
    """A path from where the program was started, if it lies there, else the whole of it."""
    path = Path(file)
    if not path.is_absolute():
        return path.as_posix() if str(file) else ""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
