"""A machine with Ansible and the collection, as it is built from the checkout."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
COLLECTION = CHECKOUT / "packaging" / "ansible"
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
        """Build the collection, and install what was built."""
        directory.mkdir()
        names = ("PATH", "TMPDIR")
        env = {name: os.environ[name] for name in names if name in os.environ}
        env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
        env |= {**_SETTINGS, "HOME": str(directory)}
        env["ANSIBLE_COLLECTIONS_PATH"] = str(directory / "collections")
        made = cls(directory, env)
        made.run("ansible-galaxy", "collection", "build", str(COLLECTION))
        (archive,) = directory.glob("pysharedir-pysharedir-*.tar.gz")
        options = ("--offline", "-p", "collections")
        made.run("ansible-galaxy", "collection", "install", *options, str(archive))
        return made

    @property
    def installed(self) -> Path:
        """Where the collection is."""
        return self.directory / "collections/ansible_collections/pysharedir/pysharedir"

    def run(
        self, *command: str, check: bool = True, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of Ansible."""
        done = subprocess.run(
            [*self.within, *command],
            cwd=self.directory,
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

    def play(self, playbook: str, *options: str, check: bool = True) -> Run:
        """Run the text of a playbook.

        :param check: Whether it must not fail.
        """
        number = next(self.numbers)
        path = self.directory / f"play-{number}.yml"
        path.write_text(playbook)
        results = self.directory / f"results-{number}"
        command = ("ansible-playbook", *options, str(path))
        done = self.run(*command, check=check, env={"RESULTS": str(results)})
        told = list(map(json.loads, results.read_text().splitlines())) if results.exists() else []
        assert told, f"{done.stdout}\n{done.stderr}"
        recap = told.pop()["recap"]
        return Run(done.returncode, done.stdout + done.stderr, tuple(told), recap)
