"""A machine with Ansible and the collection, as it is built from the checkout."""

from __future__ import annotations

import itertools
import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.guides import block

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKOUT = Path(__file__).parents[2]
COLLECTION = CHECKOUT / "packaging" / "ansible"
GUIDE = "ansible.md"
_CALLBACKS = Path(__file__).with_name("callbacks")
_SETTINGS = {
    "ANSIBLE_CALLBACKS_ENABLED": "results",
    "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACKS),
    "ANSIBLE_FORKS": "5",
    "ANSIBLE_GATHERING": "explicit",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_NOCOWS": "1",
    "ANSIBLE_NOCOLOR": "1",
    "ANSIBLE_PIPELINING": "true",
    "ANSIBLE_RETRY_FILES_ENABLED": "false",
    "LC_ALL": "C.UTF-8",
}


@dataclass(frozen=True)
class Run:
    """What a playbook did.

    :ivar results: What its tasks returned, in order.
    :ivar recap: Counts of each host, by their names.
    """

    returncode: int
    printed: str
    results: tuple[dict[str, Any], ...]
    recap: dict[str, dict[str, int]]

    def of(self, task: str, host: str = "localhost") -> dict[str, Any]:
        """Return what a task returned on a host."""
        (found,) = [
            each
            for each in self.results
            if (each["host"], each["task"].split(" : ")[-1]) == (host, task)
        ]
        result: dict[str, Any] = found["result"]
        return {**result, "kind": found["kind"]}


@dataclass(frozen=True)
class Controller:
    """A directory with a collection, and what runs playbooks there.

    :ivar within: A command of the machine that runs all this.
    """

    directory: Path
    env: dict[str, str]
    within: tuple[str, ...] = ()
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    @classmethod
    def make(cls, directory: Path) -> Controller:
        """Install the collection as the guide shows."""
        directory.mkdir()
        names = ("PATH", "TMPDIR")
        env = {name: os.environ[name] for name in names if name in os.environ}
        env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
        env |= {**_SETTINGS, "HOME": str(directory)}
        env["ANSIBLE_COLLECTIONS_PATH"] = str(directory / "collections")
        made = cls(directory, env)
        made.run(*shlex.split(block(GUIDE, "collection install")), cwd=CHECKOUT)
        return made

    @property
    def installed(self) -> Path:
        """Where the collection is."""
        return self.directory / "collections/ansible_collections/pysharedir/pysharedir"

    def run(
        self,
        *command: str,
        cwd: Path | None = None,
        check: bool = True,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of Ansible."""
        # What enters namespaces leaves its directory.
        where = ("env", "--chdir", str(cwd or self.directory))
        done = subprocess.run(
            [*self.within, *where, *command],
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if check:
            assert not done.returncode, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    def write(self, name: str, text: str) -> None:
        """Write a file, such as a playbook."""
        (self.directory / name).write_text(text)

    def play(self, *words: str, check: bool = True) -> Run:
        """Run a playbook.

        :param words: Its name, and options.
        :param check: Whether it must not fail.
        """
        results = self.directory / f"results-{next(self.numbers)}"
        env = {"RESULTS": str(results)}
        done = self.run("ansible-playbook", *words, check=check, env=env)
        told = list(map(json.loads, results.read_text().splitlines())) if results.exists() else []
        assert told, f"{done.stdout}\n{done.stderr}"
        recap = told.pop()["recap"]
        print(shlex.join(("$ ansible-playbook", *words)).replace("'", ""))  # noqa: T201
        print(done.stdout.partition("PLAY RECAP")[2].partition("\n")[2])  # noqa: T201
        return Run(done.returncode, done.stdout + done.stderr, tuple(told), recap)
