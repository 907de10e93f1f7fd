"""The bill of materials of what is installed, as CycloneDX JSON: every distribution that core and packs bring.

Made from the metadata of the resolved installation, be it this environment or a folder of wheels. The
same distributions give the same bytes.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.message import Message
from email.parser import HeaderParser
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FILE = "sbom.cdx.json"
_SPDX = re.compile(
    r"(?!Copyright)[A-Za-z0-9.+() -]{1,60}"
)  # what may be an expression, else it is a text


def installed(wanted: Iterable[str]) -> dict[str, Message]:
    """The metadata of this environment's distributions that meet the requirements, and theirs in turn."""
    found: dict[str, Message] = {}
    waiting = [Requirement(one) for one in wanted]
    while waiting:
        one = waiting.pop()
        try:
            told: Message = distribution(one.name).metadata  # type: ignore[assignment]
        except PackageNotFoundError:
            continue  # an extra that is not there
        found[canonicalize_name(one.name)] = told
        values = [{"extra": extra} for extra in ("", *one.extras)]
        waiting += [
            need
            for need in _needs(told)
            if (need.marker is None or any(map(need.marker.evaluate, values)))
            and (need.extras or canonicalize_name(need.name) not in found)
        ]
    return found


def of_wheel(wheel: Path) -> Message:
    """What a wheel says of itself."""
    with zipfile.ZipFile(wheel) as files:
        (name,) = [one for one in files.namelist() if one.endswith(".dist-info/METADATA")]
        return HeaderParser().parsestr(files.read(name).decode())


def of_wheels(wheels: Sequence[Path], title: str, version: str) -> str:
    """The bill of a folder: a component a wheel, with its digest."""
    return _bill(
        [(of_wheel(one), sha256(one.read_bytes()).hexdigest()) for one in wheels], title, version
    )


def of_environment(wanted: Iterable[str], title: str, version: str) -> str:
    """The bill of what is installed here for these requirements."""
    return _bill([(one, "") for one in installed(wanted).values()], title, version)


def _bill(found: Sequence[tuple[Message, str]], title: str, version: str) -> str:
    pairs = [(_component(told, digest), told) for told, digest in found]
    bom = Bom(components=[one for one, _ in pairs])
    bom.metadata.component = root = Component(
        name=title, version=version, type=ComponentType.APPLICATION, bom_ref=title
    )
    by_name: dict[str, list[Component]] = {}
    for one, _ in pairs:
        by_name.setdefault(one.name, []).append(one)
    for one, told in pairs:
        names = {
            canonicalize_name(need.name) for need in _needs(told) if "extra" not in str(need.marker)
        }
        bom.register_dependency(one, [other for name in names for other in by_name.get(name, ())])
    bom.register_dependency(root, [one for one, _ in pairs if one.name.startswith(title)])
    made = json.loads(make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string())
    made["metadata"].pop("timestamp", None)  # same distributions, same bytes
    made.pop("serialNumber", None)
    text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)
    made["serialNumber"] = f"urn:uuid:{uuid5(NAMESPACE_URL, text)}"
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _component(told: Message, digest: str) -> Component:
    name, version = canonicalize_name(str(told["Name"])), str(told["Version"])
    purl = PackageURL("pypi", None, name, version)
    return Component(
        name=name,
        version=version,
        description=told["Summary"],
        purl=purl,
        bom_ref=f"{purl}{f'#{digest[:12]}' if digest else ''}",
        licenses=[LicenseFactory().make_from_string(one) for one in _licences(told)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)] if digest else [],
    )


def _licences(told: Mapping[str, str] | Message) -> Iterator[str]:
    """The expression, or else what was said before there were any; a whole text is cut to its first line."""
    said = str(told.get("License-Expression") or told.get("License") or "").strip().split("\n")[0]
    if said and _SPDX.fullmatch(said):
        yield said
        return
    classes = told.get_all("Classifier") if isinstance(told, Message) else None
    for one in classes or ():
        if one.startswith("License ::"):
            yield one.rpartition(" :: ")[2]
            return


def _needs(told: Message) -> list[Requirement]:
    return [Requirement(one) for one in told.get_all("Requires-Dist") or ()]
