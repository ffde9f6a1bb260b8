"""Roots as machines: commands that run in namespaces of their own.

What a command mounts, and the emulator that it is registered for, end with its namespaces, however
it ends: nothing is left on the machine, and nothing needs to be taken down.
"""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from lab.roots import debian

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENV = {
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}
_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
# Since Linux 6.7 a user namespace has emulators of its own.
_REGISTER = """
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
printf %s "$1" >/proc/sys/fs/binfmt_misc/register
shift
exec "$@"
"""
_MOUNT = """
while [ "$1" != -- ]; do
    mount -o loop,ro "$1" "$2"
    shift 2
done
shift
exec "$@"
"""
_QEMU = debian("bookworm", "amd64", "qemu-user-static")


@dataclass(frozen=True)
class Box:
    """A root that commands run in.

    :ivar personality: What ``setarch`` is told, for a 32-bit root on a 64-bit machine.
    :ivar emulator: The name of qemu for its architecture, when the machine cannot run it.
    :ivar shown: Directories of the machine, to be read, by the names that they have inside.
    :ivar lent: The same, to be written.
    :ivar images: Images of file systems, and the empty directories that they are mounted at.
    """

    root: Path
    personality: str | None = None
    emulator: str | None = None
    shown: Mapping[str, Path] = field(default_factory=dict)
    lent: Mapping[str, Path] = field(default_factory=dict)
    images: Mapping[Path, Path] = field(default_factory=dict)

    def run(
        self,
        *command: str,
        env: Mapping[str, str] | None = None,
        cwd: str = "/",
        check: bool = True,
        within: tuple[str, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run *command* inside.

        :param env: Its environment, on top of ENV.
        :param cwd: Its working directory, by its name inside.
        :param within: A command of the machine that runs all this.
        """
        done = subprocess.run(
            [*within, *self.entrance(cwd), *command],
            env={**ENV, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        if check:
            assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"
        return done

    def entrance(self, cwd: str = "/") -> list[str]:
        """Return the words that, before a command, run it inside."""
        words = ["bwrap", "--die-with-parent", "--unshare-pid", "--bind", str(self.root), "/"]
        words += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/root"]  # noqa: S108
        for kind, directories in (("--ro-bind", self.shown), ("--bind", self.lent)):
            for inside, directory in directories.items():
                words += [kind, str(directory), inside]
        words += ["--chdir", cwd, "--"]
        if self.personality:
            words = ["setarch", self.personality, *words]
        if self.emulator:
            words = [*_NAMESPACE, "sh", "-euc", _REGISTER, "sh", _rule(self.emulator), *words]
        if self.images:
            mounts = [str(each) for pair in self.images.items() for each in pair]
            words = ["unshare", "--mount", "sh", "-euc", _MOUNT, "sh", *mounts, "--", *words]
        return words

    def starter(self, script: Path, *command: str) -> Path:
        """Write *script* of the machine, which runs *command* inside, and return it."""
        script.write_text(f'#!/bin/sh\nexec {shlex.join([*self.entrance(), *command])} "$@"\n')
        script.chmod(0o755)
        return script


@cache
def can_emulate() -> bool:
    """Tell whether the kernel lets a namespace have emulators of its own."""
    mount = ["mount", "-t", "binfmt_misc", "binfmt_misc", "/proc/sys/fs/binfmt_misc"]
    command = [*_NAMESPACE, *mount]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _rule(emulator: str) -> str:
    """Return what tells the kernel of an emulator, which it then opens at once."""
    root = _QEMU.made()
    name, kind, offset, magic, mask, *_ = (
        (root / "usr/lib/binfmt.d" / f"qemu-{emulator}.conf").read_text().strip()[1:].split(":")
    )
    path = root / "usr/bin" / f"qemu-{emulator}-static"
    return ":".join(("", name, kind, offset, magic, mask, str(path), "F"))
