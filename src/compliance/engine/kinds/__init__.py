"""The kinds of rules the core offers, through the same hook as any plugin's.

Each is one file with all of it: settings, evaluation, sentence, working, example. `kind.py` says
what a kind is; the other files are what several of them share.
"""

from __future__ import annotations

from compliance.engine.kinds.all_of import All
from compliance.engine.kinds.attested import Attested
from compliance.engine.kinds.dispersion import Dispersion
from compliance.engine.kinds.elapsed import Elapsed
from compliance.engine.kinds.kind import Kind
from compliance.engine.kinds.listed import Listed
from compliance.engine.kinds.mean import Mean
from compliance.engine.kinds.most import Most
from compliance.engine.kinds.threshold import Threshold
from compliance.engine.kinds.within import Within

__all__ = ["Kind", "kinds"]


def kinds() -> dict[str, Kind]:
    """Name → kind."""
    offered: tuple[Kind, ...] = (
        Threshold(),
        Dispersion(),
        Mean(),
        Most(),
        All(),
        Attested(),
        Elapsed(),
        Listed(),
        Within(),
    )
    return {kind.name: kind for kind in offered}
