"""On which terms packs are laid over each other, and where each value of a rule came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from compliance.confirmations import Confirmation
from compliance.packs import Pack


@dataclass(frozen=True)
class Terms:
    """On which terms packs are laid: the day, what is enforced, switched on and confirmed."""

    day: date
    enforce: tuple[str, ...] = ()
    switched: tuple[str, ...] = ()
    confirmed: Mapping[str, Confirmation] = field(default_factory=dict)


@dataclass
class Origin:
    """Where the values of one rule come from: field -> pack id, field -> document."""

    layers: dict[str, str]
    documents: dict[str, str]

    def touched(self, names: Sequence[str], pack: Pack, document: str) -> Origin:
        """The same with some fields given by a pack."""
        return Origin(
            {**self.layers, **dict.fromkeys(names, pack.id)},
            {**self.documents, **dict.fromkeys(names, document)},
        )
