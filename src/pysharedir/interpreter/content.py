"""The content of files that other users may have made."""

from __future__ import annotations

import errno
import os
import stat

_MOST = 1 << 26  # bytes


def read(path: str | os.PathLike[str]) -> bytes:
    """Return the content of a file; follows a link.

    Never waits: a FIFO, a device or an endless file raises an error.

    :raises OSError: when there is no regular file, it cannot be read, or is larger than 64 MB.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a file", os.fspath(path))
        content = file.read(_MOST + 1)
    if len(content) > _MOST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), os.fspath(path))
    return content
