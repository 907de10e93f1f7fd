"""Whether a Parquet file can be decoded at all, found out where it can do no harm.

A damaged page can make the decoder ask for more memory than there is, which ends the whole
process (seen with Polars 2.1 on randomly damaged files). A child process tries first.
"""

from __future__ import annotations

import subprocess
import sys

SECONDS = 120
# 0: decoded. 1: refused. 3: nothing learnt, there is no Polars on the child's path.
_TRIAL = """
import io, sys
try:
    import polars
except ImportError:
    sys.exit(3)
polars.read_parquet(io.BytesIO(sys.stdin.buffer.read()))
"""


def decodes(data: bytes) -> bool:
    """Whether the file survives decoding; True where no child process can be had."""
    if getattr(sys, "frozen", False) or not sys.executable:
        return True
    try:
        trial = subprocess.run(  # noqa: S603 (this interpreter, a fixed text, data on stdin)
            [sys.executable, "-I", "-c", _TRIAL],
            input=data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    except OSError:
        return True
    return trial.returncode in (0, 3)
