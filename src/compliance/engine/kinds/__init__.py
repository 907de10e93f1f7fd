"""The kinds of rules the core offers, through the same hook as any plugin's."""

from __future__ import annotations

from compliance.engine.evaluate import Kind
from compliance.engine.kinds import (
    all_of,
    attested,
    dispersion,
    elapsed,
    listed,
    mean,
    most,
    threshold,
    within,
)


def kinds() -> dict[str, Kind]:
    """Name → kind."""
    return {
        "threshold": threshold.KIND,
        "dispersion": dispersion.KIND,
        "mean": mean.KIND,
        "most": most.KIND,
        "all": all_of.KIND,
        "attested": attested.KIND,
        "elapsed": elapsed.KIND,
        "listed": listed.KIND,
        "within": within.KIND,
    }
