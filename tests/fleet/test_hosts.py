"""The guide's playbooks on hosts of two architectures and two layouts, by SSH."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

from fleet import hosts
from fleet.controller import CHECKOUT, GUIDE, Controller, Run
from lab.boxes import Box
from lab.conftest import NEEDS, PACKAGES, lack_of, skip, wheels
from lab.guides import block
from lab.machines import AMD64, I386

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fleet.hosts import Network

NODES = ("node1", "node2", "node3")
PLAYBOOKS = ("enable", "install", "sort", "doctor", "remove", "cluster", "image")
SITE = "/usr/local/lib/python3.11/dist-packages"
SHAREDIR = "share/python/3.11"
COMMAND = "opt/pysharedir/bin/pysharedir"
BEFORE = ("pip", "idna", "jinja2", "markupsafe", "pygments")
OWN = ("installer==1.1.0", "pyelftools==0.33", "python-discovery==1.9.6")
ENV = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/apps/wheels", "PIP_ROOT_USER_ACTION": "ignore"}
STOP = """#!/bin/sh
export STOPPED_MARK=/apps/stopped
exec /opt/pysharedir/bin/python /apps/stopped.py "$@"
"""


@dataclass(frozen=True)
class Fleet:
    """Hosts, and the machine that runs Ansible.

    :ivar apps: The file system that the hosts share.
    """

    network: Network
    controller: Controller
    apps: Path

    def play(self, playbook: str, *options: str, check: bool = True) -> Run:
        """Run a playbook of the guide."""
        return self.controller.play("-i", "inventory.yml", *options, playbook, check=check)

    def ssh(self, host: str, *command: str) -> str:
        """Run a command on a host."""
        options = shlex.split(self.controller.env["ANSIBLE_SSH_COMMON_ARGS"])
        key = self.controller.env["ANSIBLE_PRIVATE_KEY_FILE"]
        done = self.controller.run("ssh", *options, "-i", key, f"root@{host}", shlex.join(command))
        return done.stdout

    def root(self, host: str) -> Path:
        """Return the root of a host, as this machine sees it."""
        return self.network.hosts[host].root


@pytest.fixture(scope="module")
def fleet(
    controller: Controller,
    find_interpreter: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fleet]:
    skip(lack_of((*NEEDS, *hosts.NEEDS)))
    base = tmp_path_factory.mktemp("fleet")
    apps = base / "apps"
    fill_wheels(apps / "wheels")
    shutil.copy(Path(hosts.__file__).with_name("stopped.py"), apps)
    boxes = {}
    for name, recipe, personality in (
        ("node1", hosts.AMD64, None),
        ("node2", hosts.I386, "i386"),
        ("node3", hosts.AMD64, None),
    ):
        root = recipe.copy(base / name)
        boxes[name] = Box(root, personality, lent={"/apps": apps})
    copy_python(find_interpreter("3.11"), boxes["node3"].root)
    with hosts.network(base, boxes, ENV) as network:
        options = f"-F none -o UserKnownHostsFile={base}/known_hosts -o LogLevel=ERROR"
        settings = {
            "ANSIBLE_PRIVATE_KEY_FILE": str(base / "key"),
            "ANSIBLE_SSH_COMMON_ARGS": options,
            "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3.11",
        }
        inside = replace(controller, env={**controller.env, **settings}, within=network.within)
        inventory = block(GUIDE, "# inventory.yml")
        inside.write("inventory.yml", inventory + "image: {children: {nodes: {}}}\n")
        for name in PLAYBOOKS:
            inside.write(f"{name}.yml", block(GUIDE, f"# {name}.yml"))
        made = Fleet(network, inside, apps)
        (pip,) = (apps / "wheels").glob("pip-*.whl")
        install = ("/usr/bin/python3.11", f"/apps/wheels/{pip.name}/pip", "install", "--quiet")
        made.ssh("node1", *install, "--break-system-packages", *BEFORE)
        yield made


def fill_wheels(directory: Path) -> None:
    """Put wheels of pysharedir and of all that is installed into a directory."""
    directory.mkdir(parents=True)
    sources = [wheels("pure", "--requirement", str(PACKAGES)), wheels("own", *OWN)]
    for machine in (AMD64, I386):
        options = ["--platform", machine.platform, "--python-version", machine.version]
        sources.append(wheels(machine.platform, *options, *machine.native))
    for source in sources:
        shutil.copytree(source, directory, dirs_exist_ok=True)
    build = (find_uv_bin(), "build", "--quiet", "--wheel", "--out-dir", directory, CHECKOUT)
    subprocess.run(build, check=True)


def copy_python(python: Path, root: Path) -> None:
    """Put the installation of a Python into a prefix of a root, without its packages."""
    prefix = root / "opt/python"
    ask = "import os, sys; print(sys.base_prefix, os.path.dirname(os.__file__), sep='\\n')"
    said = subprocess.check_output([python, "-I", "-c", ask], text=True)
    home, stdlib = map(Path, said.splitlines())
    if stdlib.parent != home / "lib":
        pytest.skip(f"{python}: the layout of a distribution, and not that of python.org")
    ignored = shutil.ignore_patterns("test", "tests", "config-*", "site-packages", "idlelib")
    shutil.copytree(stdlib, prefix / "lib" / stdlib.name, ignore=ignored)
    (prefix / "lib" / stdlib.name / "site-packages").mkdir()
    (prefix / "bin").mkdir()
    shutil.copy2(python.resolve(), prefix / "bin/python3.11")
    for library in (home / "lib").glob("libpython3.11.so.*"):
        shutil.copy2(library, root / "usr/lib")


def changed(run: Run) -> dict[str, int]:
    """Return how many tasks changed each host."""
    return {host: counts["changed"] for host, counts in sorted(run.recap.items())}


@pytest.fixture(scope="module")
def enabled(fleet: Fleet) -> dict[str, Run]:
    """The command and the hook are installed as the guide shows, after a look at new hosts."""
    role = block(GUIDE, "# enable.yml").partition("  tasks:")[0]
    fleet.controller.write("role.yml", role)
    runs = {"new": fleet.play("enable.yml", "--check"), "role": fleet.play("role.yml")}
    script = block(GUIDE, "enable.yml --check --diff").splitlines()
    for name, line in zip(("predicted", "first", "second"), script, strict=True):
        runs[name] = fleet.controller.play(*shlex.split(line)[1:])
    return runs


def test_the_role_and_the_hook(fleet: Fleet, enabled: dict[str, Run]) -> None:
    assert changed(enabled["new"]) == changed(enabled["role"]) == dict.fromkeys(NODES, 2)
    assert enabled["new"].of("Install the hook", "node1")["kind"] == "skipped"
    assert changed(enabled["predicted"]) == changed(enabled["first"]) == dict.fromkeys(NODES, 1)
    assert changed(enabled["second"]) == dict.fromkeys(NODES, 0)
    for node in NODES:
        one, other = (enabled[each].of("Install the hook", node) for each in ("predicted", "first"))
        own = [step for step in one["steps"] if "/apps/" not in step]
        assert own == [step for step in other["steps"] if "/apps/" not in step]
    # What each would make when it comes first, the first has made.
    steps = enabled["first"].of("Install the hook", "node1")["steps"]
    assert steps == enabled["predicted"].of("Install the hook", "node1")["steps"]
    assert "make /apps/share/\n" in enabled["predicted"].printed
    assert f"write {SITE}/_pysharedir.pth" in steps
    last = enabled["first"].of("Install the hook", "node3")["steps"]
    assert "write /opt/python/lib/python3.11/site-packages/_pysharedir.pth" in last
    assert (fleet.apps / SHAREDIR).is_dir()


@pytest.fixture(scope="module")
def interrupted(fleet: Fleet, enabled: dict[str, Run]) -> dict[str, Run]:
    """A host goes down while it moves distributions, and comes back."""
    assert enabled
    command = fleet.root("node1") / COMMAND
    kept = command.rename(command.with_name("kept"))
    command.write_text(STOP)
    command.chmod(0o755)

    def kill() -> None:
        while not (fleet.apps / "stopped").exists():
            time.sleep(0.1)
        fleet.network.kill("node1")

    # The first look of the module, with --dry-run, renames nothing.
    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    runs = {"killed": fleet.play("sort.yml", check=False)}
    killer.join(60)
    kept.replace(command)
    runs["down"] = fleet.play("doctor.yml", check=False)
    fleet.network.start("node1")
    back = block(GUIDE, "sort.yml --limit node1")
    sort = shlex.split(back)[1:]
    runs["predicted"] = fleet.controller.play(*sort, "--check", "--diff")
    runs["recovered"] = fleet.controller.play(*sort)
    runs["again"] = fleet.play("sort.yml")
    return runs


def test_a_host_that_goes_down(fleet: Fleet, interrupted: dict[str, Run]) -> None:
    for run in interrupted["killed"], interrupted["down"]:
        assert run.returncode
        assert run.recap["node1"]["unreachable"] == 1
    for node in NODES[1:]:
        assert interrupted["killed"].of("Sort", node)["kind"] == "ok"
        assert "findings" in interrupted["down"].of("Look for faults", node)
    assert changed(interrupted["predicted"]) == changed(interrupted["recovered"]) == {"node1": 1}
    notes = interrupted["recovered"].of("Sort", "node1")["notes"]
    assert any("an interrupted move of" in note for note in notes)
    assert changed(interrupted["again"]) == dict.fromkeys(NODES, 0)
    shared = {each.name for each in (fleet.apps / SHAREDIR).iterdir()}
    assert shared >= {"pip", "idna", "jinja2", "pygments"}
    assert "markupsafe" not in shared


@pytest.fixture(scope="module")
def installed(fleet: Fleet, interrupted: dict[str, Run]) -> dict[str, Run]:
    """One host installs, and the others are completed."""
    assert interrupted
    runs = {name: fleet.play("install.yml") for name in ("first", "second")}
    return {**runs, "doctor": fleet.play("doctor.yml")}


def test_install_on_one_and_sync_on_the_others(fleet: Fleet, installed: dict[str, Run]) -> None:
    assert changed(installed["first"]) == dict.fromkeys(NODES, 1)
    assert changed(installed["second"]) == dict.fromkeys(NODES, 0)
    code = "import charset_normalizer.md as m, requests; print(requests.__file__, m.__file__)"
    for node, python, machine in (
        ("node1", "/usr/bin/python3.11", "x86_64"),
        ("node2", "/usr/bin/python3.11", "i386"),
        ("node3", "/opt/python/bin/python3.11", "x86_64"),
    ):
        pure, compiled = fleet.ssh(node, python, "-c", code).split()
        assert pure == f"/apps/{SHAREDIR}/requests/__init__.py"
        assert compiled.endswith(f"-{machine}-linux-gnu.so")
        facts = installed["doctor"].of("Look for faults", node)["ansible_facts"]
        assert facts["pysharedir"]["layout"]["purelib"] == f"/apps/{SHAREDIR}"


@pytest.fixture(scope="module")
def prepared(fleet: Fleet, installed: dict[str, Run]) -> dict[str, Run]:
    """One node of each architecture has written, while another one was down."""
    assert installed
    fleet.network.kill("node1")
    runs = {name: fleet.play("cluster.yml", check=False) for name in ("first", "second")}
    fleet.network.start("node1")
    return runs


def test_one_node_of_each_architecture_writes(fleet: Fleet, prepared: dict[str, Run]) -> None:
    first = prepared["first"]
    writers = {each["host"] for each in first.results if each["task"] == "Make the interpreter"}
    assert writers == {"node2", "node3"}
    assert first.recap["node1"]["unreachable"] == 1
    assert changed(first) == {"node1": 0, "node2": 3, "node3": 3}
    assert changed(prepared["second"]) == dict.fromkeys(NODES, 0)
    for node, prefix in ("node2", "/apps/i386"), ("node3", "/apps/x86_64"):
        code = "import charset_normalizer, requests; print(charset_normalizer.__file__)"
        where = fleet.ssh(node, f"{prefix}/bin/python", "-c", code)
        assert where.startswith(f"{prefix}/lib/python3.11/site-packages/")


@pytest.mark.usefixtures("prepared")
def test_remove(fleet: Fleet) -> None:
    first, second = (fleet.play("remove.yml") for _ in range(2))
    assert changed(first) == dict.fromkeys(NODES, 1)
    assert changed(second) == dict.fromkeys(NODES, 0)
    for node in NODES:
        for place in "usr/local", "opt/python":
            assert not list(fleet.root(node).glob(f"{place}/lib/python3.11/*/*_pysharedir*"))
    path = fleet.ssh("node2", "/usr/bin/python3.11", "-c", "import idna; print(idna.__file__)")
    assert path == f"{SITE}/idna/__init__.py\n"
    image = fleet.play("image.yml", "--limit", "node2")
    assert changed(image) == {"node2": 1}
    (pyc,) = fleet.root("node2").glob(f"{SITE[1:]}/__pycache__/_pysharedir.*.pyc")
    assert pyc.read_bytes()[4] & 1, "it should hold a hash, and no time"
