"""The ids of a pack's rules, held against the snapshot that is committed beside its cases.

Papers, ledgers and waivers name rules by their ids for years. An id that went must still mean its rule
(`formerly`); a new one is written down, and stands in the file from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from compliance.kernel.drafts import put_in_place
from compliance.kernel.i18n import say
from compliance.rules.language.pack import Pack
from compliance.rules.resolution.resolve import renamed

SNAPSHOT = "rule_ids.txt"
_HEAD = (
    "# Ids of rules, once given out: one is never taken away without `formerly`, nor used again.\n"
)

Ids = Mapping[tuple[str, str], str]  # rule set and id → file and line


def ids_of(packs: Mapping[str, Sequence[Pack]]) -> Ids:
    """Every rule that an edition gives, and every override under the id by which it stands alone."""
    found: dict[tuple[str, str], str] = {}
    for pack in (one for editions in packs.values() for one in editions):
        for rule_id in pack.table("rule"):
            found.setdefault((pack.id, rule_id), pack.place("rule", rule_id))
        for rule_id, table in pack.table("override").items():
            if not set(table) <= {"add"}:
                name = f"{pack.prefix}{rule_id}"
                found.setdefault((pack.id, name), pack.place("override", rule_id))
    return found


def faults_of_ids(folder: Path, packs: Mapping[str, Sequence[Pack]]) -> Iterator[str]:
    """Ids that are gone, those used again, and new ones that the snapshot does not have."""
    now, written = ids_of(packs), _written(folder)
    moved = {
        (pack.id, old): new
        for editions in packs.values()
        for pack in editions
        for old, new in renamed(pack)
    }
    for (ruleset, rule_id), line in written.items():
        where = f"{SNAPSHOT}:{line}"
        if (ruleset, rule_id) not in {*now, *moved}:
            yield say(
                "{where}：{ruleset} 的规则 {rule} 没有了。编号不得消失：请在接替它的规则里写 "
                'formerly = ["{rule}"]',
                where=where,
                ruleset=ruleset,
                rule=rule_id,
            )
    for (ruleset, rule_id), place in now.items():
        if (ruleset, rule_id) not in written:
            yield say(
                "{where}：{file} 还没有 {ruleset} 的规则 {rule}。请用 "
                "python -m compliance.testing {folder} --ruleset {ruleset} --write-rule-ids 补上并提交",
                where=place,
                file=SNAPSHOT,
                ruleset=ruleset,
                rule=rule_id,
                folder=folder.name,
            )


def write_ids(folder: Path, packs: Mapping[str, Sequence[Pack]]) -> int:
    """Add to the snapshot what it does not have; what it has stays. How many were added."""
    written = _written(folder)
    new = [key for key in ids_of(packs) if key not in written]
    lines = (f"{ruleset} {rule_id}\n" for ruleset, rule_id in (*written, *new))
    text = (_HEAD + "".join(lines)).encode()
    put_in_place(folder / SNAPSHOT, lambda stream: stream.write(text))
    return len(new)


def _written(folder: Path) -> dict[tuple[str, str], int]:
    """Rule set and id → line of the snapshot; nothing where there is none yet."""
    path = folder / SNAPSHOT
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    found: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, start=1):
        ruleset, _, rule_id = line.partition("#")[0].strip().partition(" ")
        if ruleset:
            found.setdefault((ruleset, rule_id.strip()), number)
    return found
