"""What code that is not ours may raise through its own fault: a plugin's, a library's."""

from __future__ import annotations

from polars.exceptions import PanicException

# A panic of Rust is no Exception; SystemExit would end the run as if it were its verdict.
FAULTS: tuple[type[BaseException], ...] = (Exception, SystemExit, PanicException)
