#!/usr/bin/env python3
"""A read-only file system that shows a directory, and delays each request.

It stands for a file system on the network: ``slowfs.py SOURCE MOUNT SECONDS`` speaks the protocol
of FUSE (linux/fuse.h) with the kernel, and needs no library, but root, or CAP_SYS_ADMIN.  The
kernel may remember names that are there; it asks again for attributes, and for names that are
missing.  A line on standard input is answered with the number of requests since the last.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import select
import stat
import struct
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MS_RDONLY, MS_NOSUID, MS_NODEV, MNT_DETACH = 1, 2, 4, 2
MOUNTED = "mounted"
BUFFER = 1 << 20
MINOR = 31  # of version 7 of the protocol
REMEMBERED = 3600  # seconds

IN = struct.Struct("<IIQQIIIHH")
OUT = struct.Struct("<IiQ")
INIT = struct.Struct("<IIIIHHIIHHI28x")
ATTR = struct.Struct("<QQQQQQIIIIIIIIII")
ENTRY = struct.Struct("<QQQQII")
ATTR_HEAD = struct.Struct("<QII")
OPENED = struct.Struct("<QII")
READ = struct.Struct("<QQI")
DIRENT = struct.Struct("<QQII")


class Server:
    """Answers the requests of the kernel.

    :ivar requests: How many were answered late.
    """

    def __init__(self, source: str, delay: float, device: int) -> None:
        self.delay = delay
        self.device = device
        self.requests = 0
        self._paths = ["", source]  # by the number of the node; the first is 1
        self._nodes = {source: 1}
        self._late: dict[int, Callable[[int, bytes], bytes]] = {
            1: self._lookup,
            3: self._getattr,
            5: self._readlink,
            14: self._open,
            15: self._read,
            27: self._opendir,
            28: self._readdir,
            34: self._access,
        }
        self._at_once: dict[int, Callable[[int, bytes], bytes]] = {
            18: self._release,
            26: self._init,
            29: self._access,  # a directory is closed
            38: self._access,  # the end
        }
        self._unanswered = (2, 36, 42)  # what the kernel forgets, or interrupts

    def answer(self) -> None:
        """Answer one request."""
        request = os.read(self.device, BUFFER)
        _, opcode, unique, node, *_ = IN.unpack_from(request)
        if opcode in self._unanswered:
            return
        body = request[IN.size :]
        if opcode in self._late:
            self.requests += 1
            time.sleep(self.delay)
        function = self._late.get(opcode) or self._at_once.get(opcode, _unknown)
        try:
            error, data = 0, function(node, body)
        except OSError as failure:
            error, data = -(failure.errno or errno.EIO), b""
        with contextlib.suppress(FileNotFoundError):  # the process that asked has ended
            os.write(self.device, OUT.pack(OUT.size + len(data), error, unique) + data)

    def _init(self, _node: int, body: bytes) -> bytes:
        readahead = struct.unpack_from("<I", body, 8)[0]
        return INIT.pack(7, MINOR, readahead, 0, 0, 0, BUFFER >> 3, 1, 0, 0, 0)

    def _lookup(self, node: int, body: bytes) -> bytes:
        path = os.path.join(self._paths[node], os.fsdecode(body.rstrip(b"\0")))
        attributes = _attributes(path)
        if path not in self._nodes:
            self._nodes[path] = len(self._paths)
            self._paths.append(path)
        return ENTRY.pack(self._nodes[path], 0, REMEMBERED, 0, 0, 0) + attributes

    def _getattr(self, node: int, _body: bytes) -> bytes:
        return ATTR_HEAD.pack(0, 0, 0) + _attributes(self._paths[node])

    def _readlink(self, node: int, _body: bytes) -> bytes:
        return os.fsencode(os.readlink(self._paths[node]))

    def _open(self, node: int, _body: bytes) -> bytes:
        return OPENED.pack(os.open(self._paths[node], os.O_RDONLY | os.O_CLOEXEC), 0, 0)

    def _read(self, _node: int, body: bytes) -> bytes:
        file, offset, size = READ.unpack_from(body)
        return os.pread(file, size, offset)

    def _release(self, _node: int, body: bytes) -> bytes:
        os.close(READ.unpack_from(body)[0])
        return b""

    def _opendir(self, _node: int, _body: bytes) -> bytes:
        return OPENED.pack(0, 0, 0)

    def _readdir(self, node: int, body: bytes) -> bytes:
        _, offset, size = READ.unpack_from(body)
        data = b""
        with os.scandir(self._paths[node]) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        for number, entry in enumerate(listed[offset:], offset + 1):
            name = os.fsencode(entry.name)
            kind = stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode) >> 12
            head = DIRENT.pack(entry.inode(), number, len(name), kind)
            padded = name + b"\0" * (-len(name) % 8)
            if len(data) + len(head) + len(padded) > size:
                break
            data += head + padded
        return data

    def _access(self, _node: int, _body: bytes) -> bytes:
        return b""


def _unknown(_node: int, _body: bytes) -> bytes:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def _attributes(path: str) -> bytes:
    status = os.lstat(path)
    times = (status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns)
    return ATTR.pack(
        status.st_ino,
        status.st_size,
        status.st_blocks,
        *(each // 10**9 for each in times),
        *(each % 10**9 for each in times),
        *(status.st_mode, status.st_nlink, status.st_uid, status.st_gid),
        *(0, status.st_blksize, 0),
    )


@contextlib.contextmanager
def mounted(source: Path, mount: Path, delay: float) -> Iterator[Callable[[], int]]:
    """Show *source* at *mount*, and yield what returns the number of requests since its last call.

    :param mount: An empty directory.
    :param delay: Seconds of each request.
    :raises OSError: when it cannot be mounted here.
    """
    line = (sys.executable, "-I", __file__, str(source), str(mount), str(delay))
    with subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        said, asked = server.stdout, server.stdin
        if said is None or asked is None:
            raise AssertionError

        def requests() -> int:
            asked.write("\n")
            asked.flush()
            return int(said.readline())

        try:
            answer = said.readline().strip()
            if answer != MOUNTED:
                raise OSError(answer.rpartition(": ")[2] or "no FUSE")
            yield requests
        finally:
            _libc().umount2(os.fsencode(mount), MNT_DETACH)
            asked.close()  # which ends it
            said.close()
            server.kill()


def main() -> None:
    """Mount and answer until standard input ends."""
    source, mount, delay = sys.argv[1:]
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    _mount(device, mount)
    print(MOUNTED, flush=True)
    server = Server(source, float(delay), device)
    while True:
        ready, _, _ = select.select([device, sys.stdin], [], [])
        if sys.stdin in ready:
            if not sys.stdin.readline():
                return
            print(server.requests, flush=True)
            server.requests = 0
        if device in ready:
            try:
                server.answer()
            except OSError as error:
                if error.errno == errno.ENODEV:  # no longer mounted
                    return
                raise


def _mount(device: int, mount: str) -> None:
    options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
    flags = MS_RDONLY | MS_NOSUID | MS_NODEV
    if _libc().mount(b"slowfs", os.fsencode(mount), b"fuse", flags, options.encode()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    main()
