"""Bring the English catalogue up to date with the messages that stand in the code, and compile it.

    python docs/make_messages.py

New messages are added without English, messages nobody says any more are dropped; what lacks its
English is listed, and a test fails until it stands in ``compliance.po``.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "compliance"
PO = SOURCE / "locale" / "en" / "LC_MESSAGES" / "compliance.po"
# function → which of its arguments are the context, the message and, of a plural, the message again
CALLS = {"say": (None, 0), "msg": (None, 0), "msg_in": (0, 1), "plural": (None, 1)}
WIDTH = 100
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def messages(tree: ast.AST) -> Iterator[tuple[int, str, str, bool]]:
    """Every message of a module: line, context, text, whether it hangs on a count."""
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            continue
        if call.func.id not in CALLS:
            continue
        context, message = CALLS[call.func.id]
        yield (
            call.lineno,
            "" if context is None else _literal(call, context),
            _literal(call, message),
            call.func.id == "plural",
        )


def _literal(call: ast.Call, place: int) -> str:
    text = call.args[place]
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        return text.value
    raise ValueError(f"line {call.lineno}: a message must be a plain text: {ast.unparse(call)}")


def extracted() -> Catalog:
    """A catalogue of the messages in the code, with the files where they stand."""
    found = Catalog(locale="en", domain="compliance", project="junheng", header_comment="#")
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name == "i18n.py":
            continue
        for _, context, text, counted in messages(ast.parse(path.read_text("utf-8"))):
            where = path.relative_to(SOURCE).as_posix()
            key = (text, text) if counted else text
            found.add(key, context=context or None, locations=[(where, 0)])
    return found


def updated(known: Catalog) -> Catalog:
    """The messages of the code with the English that is known."""
    fresh = extracted()
    for message in fresh:
        old = known.get(message.id, message.context) if message.id else None
        if old is not None:
            message.string = old.string
    return fresh


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a file: by text, without dates, so that like catalogues are like bytes."""
    stream = io.BytesIO()
    write_po(
        stream, catalogue, width=WIDTH, omit_header=True, sort_output=True, include_lineno=False
    )
    head = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    head += b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return head + stream.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """The same for the program to read."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def stored() -> Catalog:
    """The catalogue as it stands in the repository."""
    with PO.open("rb") as stream:
        found = read_po(stream, locale="en", domain="compliance")
    found.creation_date = found.revision_date = MADE  # like catalogues are like bytes
    return found


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages without English."""
    return [
        str(one.id)
        for one in catalogue
        if one.id and not (all(one.string) if isinstance(one.string, tuple) else one.string)
    ]


def main() -> int:
    """Write both files; 1 where English is lacking."""
    catalogue = updated(stored())
    PO.write_bytes(written(catalogue))
    PO.with_suffix(".mo").write_bytes(compiled(stored()))
    lacking = untranslated(catalogue)
    for text in lacking:
        sys.stdout.write(f"no English yet: {text}\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
