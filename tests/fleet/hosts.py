"""Hosts: roots of the lab with an sshd of their own, in namespaces of their own on one network.

Networks, mounts and processes live in namespaces that one process holds: when it ends, all of them
end, and nothing was ever on the machine.
"""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab.boxes import ENV, Box
from lab.roots import debian

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NEEDS = ("ip", "nsenter", "ssh", "ssh-keygen", "unshare")
_PYTHON = ("python3.11-minimal", "libpython3.11-stdlib", "python3.11-venv")
_SYSTEM = ("bash", "coreutils", "dash", "grep", "sed", "openssh-server")
AMD64 = debian("bookworm", "amd64", *_PYTHON, *_SYSTEM, python="/usr/bin/python3.11")
I386 = debian("bookworm", "i386", *_PYTHON, *_SYSTEM, python="/usr/bin/python3.11")
_NETWORK = """
mount -t tmpfs tmpfs /run
mkdir /run/netns
mount --bind "$1" /etc/hosts
shift
ip link set dev lo up
ip link add name hosts type bridge
ip address add 10.0.0.1/24 dev hosts
ip link set dev hosts up
for name in "$@"; do
    number=$((${number:-1} + 1))
    ip netns add "$name"
    ip link add name "to$number" type veth peer name eth0 netns "$name"
    ip link set dev "to$number" master hosts up
    ip -netns "$name" address add "10.0.0.$number/24" dev eth0
    ip -netns "$name" link set dev lo up
    ip -netns "$name" link set dev eth0 up
done
echo ready
exec sleep infinity
"""
_SSHD = """
AuthorizedKeysFile /etc/ssh/authorized_keys
HostKey /etc/ssh/key
ListenAddress 0.0.0.0
PidFile none
Subsystem sftp internal-sftp
SetEnv {env}
"""
_USERS = """\
root:x:0:0:root:/root:/bin/bash
sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
"""


@dataclass(frozen=True)
class Network:
    """A network of hosts.

    :ivar directory: Where its keys are.
    :ivar within: A command that runs another one in its namespaces.
    """

    directory: Path
    within: tuple[str, ...]
    hosts: dict[str, Box]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a host, and wait until it can be reached."""
        command = ("ip", "netns", "exec", name, *self.hosts[name].entrance())
        log = (self.directory / f"{name}.log").open("ab")
        with log:
            self.running[name] = subprocess.Popen(
                [*self.within, *command, "/usr/sbin/sshd", "-D", "-e"],
                env=ENV,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        probe = ("bash", "-c", f"exec 3<>/dev/tcp/{name}/22")
        while subprocess.run([*self.within, *probe], check=False, capture_output=True).returncode:
            assert self.running[name].poll() is None, (self.directory / f"{name}.log").read_text()
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """Let a host go down, with all that runs on it."""
        process = self.running.pop(name)
        process.kill()
        process.wait()


@contextmanager
def network(directory: Path, hosts: Mapping[str, Box], env: Mapping[str, str]) -> Iterator[Network]:
    """Make a network of hosts, which are started.

    :param env: The environment of all that runs by SSH.
    """
    for name in "key", "host":
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / name], check=True
        )
    names = directory / "hosts"
    lines = [f"10.0.0.{number} {name}\n" for number, name in enumerate(hosts, 2)]
    names.write_text("127.0.0.1 localhost\n" + "".join(lines))
    public = (directory / "host.pub").read_text()
    (directory / "known_hosts").write_text("".join(f"{name} {public}" for name in hosts))
    for box in hosts.values():
        _prepare(box.root, directory, env)
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    with subprocess.Popen(
        [*command, "sh", "-euc", _NETWORK, "sh", str(names), *hosts], stdout=subprocess.PIPE
    ) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == b"ready\n"
            children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text()
            within = ("nsenter", "--target", children.strip(), "--net", "--mount", "--pid", "--")
            made = Network(directory, within, dict(hosts))
            for name in hosts:
                made.start(name)
            yield made
        finally:
            holder.kill()
            for process in made.running.values():
                process.wait()


def _prepare(root: Path, keys: Path, env: Mapping[str, str]) -> None:
    """Put into a root what its packages' scripts, or its administrator, would have made."""
    (root / "etc/passwd").write_text(_USERS)
    (root / "etc/group").write_text("root:x:0:\nnogroup:x:65534:\n")
    ssh = root / "etc/ssh"
    ssh.mkdir(exist_ok=True)
    settings = " ".join(f"{name}={value}" for name, value in env.items())
    (ssh / "sshd_config").write_text(_SSHD.format(env=settings))
    (ssh / "authorized_keys").write_text((keys / "key.pub").read_text())
    (ssh / "key").write_text((keys / "host").read_text())
    (ssh / "key").chmod(0o600)
    (root / "run/sshd").mkdir(parents=True, exist_ok=True)
