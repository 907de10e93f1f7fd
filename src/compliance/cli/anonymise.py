"""`compliance anonymise`: the same figures, and nobody's: codes and names replaced, verdicts unchanged."""

from __future__ import annotations

from pathlib import Path

import click

from compliance.cli.command import (
    Command,
    GivenPath,
    asked_terms,
    cannot_go_on,
    guarded,
    inputs_argument,
    nothing_written,
    on_terms,
    option,
    output_option,
    refuse_clashes,
    shared_options,
    tell_written,
)
from compliance.cli.volume import remark
from compliance.kernel.errors import UsageError, reason
from compliance.kernel.i18n import msg, say
from compliance.kernel.limited_read import read_limited

_SHORTEST_KEY, _LONGEST_KEY = 16, 1 << 20  # bytes


@click.command(
    cls=Command,
    help=lambda: msg(
        "去标识：学校和县的代码、名称及人名、乡镇等一律换成代号，数字和结论不变，可交给县外的人。"
    ),
)
@inputs_argument
@output_option("FILE.json|FILE.xlsx|FILE.zip|DIR", lambda: msg("写到哪里；多个县写 .zip 或文件夹"))
@option(
    "--key-file",
    type=GivenPath(dir_okay=False),
    metavar="FILE",
    help=lambda: msg(
        "密钥文件（没有就新建）：同一密钥换出的代号相同，几年的数据仍可比较；不要随数据交出"
    ),
)
@on_terms
@shared_options
@guarded
def anonymise(
    inputs: tuple[Path, ...], out: Path, key_file: Path | None, mapping: Path | None,
    blank_is_zero: tuple[str, ...],
) -> int:  # fmt: skip
    """Read, replace, write; nothing where anything has an error."""
    from hashlib import sha256

    from compliance.checker import Choice, load, prepare
    from compliance.checker.anonymise import anonymised
    from compliance.cli.submission_outputs import rules_by_county, submission_files
    from compliance.render.documents.output_files import beside, staged

    refuse_clashes([out, *([] if key_file is None else [key_file])], inputs)
    choice = Choice(terms=asked_terms(mapping, blank_is_zero))
    batch = prepare(inputs, load(), choice)
    if cannot_go_on(batch):
        return nothing_written()
    secret, new = _key(key_file)
    nobodys = anonymised(batch.submission, batch.vocabulary, sha256(secret).digest())
    rules = rules_by_county(batch)
    files = submission_files(
        out,
        inputs,
        batch.submission.inputs,
        nobodys.submission,
        batch.vocabulary,
        lambda key: rules[nobodys.counties[key[0]], key[1]],
    )
    with staged(None) as place:
        for path, content in files.items():
            place.put(path, content, keep=beside)
        if key_file is not None and new:
            place.put(key_file, secret, fresh=True, mode=0o600)
        written = place.place()
    tell_written(written)
    remark(msg("代码和名称已换，数字未改：熟悉本县数字的人仍可能认出。"), err=True)
    return 0


def _key(path: Path | None) -> tuple[bytes, bool]:
    """The secret, and whether it is a new one. Raises UsageError for a file that holds none."""
    if path is None or not path.exists():
        import secrets

        return secrets.token_hex(32).encode() + b"\n", True
    try:
        secret = read_limited(path, _LONGEST_KEY)
    except OSError as error:
        raise UsageError(say("无法读取：{why}", why=reason(error)), where=str(path)) from error
    if len(secret.strip()) < _SHORTEST_KEY:
        what = say("密钥太短（不足{n}个字符）", n=_SHORTEST_KEY)
        raise UsageError(what, where=str(path), todo=msg("删去该文件，会新建一个"))
    return secret.strip() + b"\n", False
