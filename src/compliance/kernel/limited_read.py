"""Files that people name, read whole: none that never ends, and none too large to be what it is given for."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

from compliance.kernel.i18n import msg, say


def read_limited(path: Path, most: int) -> bytes:
    """The content of a regular file of at most `most` bytes.

    Raises OSError, of which `compliance.kernel.errors.reason` says why: a device, a pipe or a larger
    file as well.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # of a folder the system says so
        raise OSError(errno.ENODEV, msg("不是普通文件"))
    with path.open("rb") as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, say("文件超过{n} MB，不予读取", n=most >> 20))
    return data
