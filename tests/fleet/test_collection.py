"""The collection as it is installed: linted, sane, and documented."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from cache import CACHE
from fleet.controller import COLLECTION, GUIDE
from lab.guides import block

if TYPE_CHECKING:
    from fleet.controller import Controller

MODULES = ("doctor", "sharedir", "sort", "sync")
# They fetch much for little: ruff lints the modules too, and there is no shell script.
LEFT_OUT = ("changelog", "pylint", "shellcheck")
# Its test environments are made by pip, and the pip for that comes from a site of its own.
PIP = "import ensurepip\n\nensurepip.bootstrap()\n"


def test_lint(controller: Controller) -> None:
    controller.run("ansible-lint", "--offline", "--profile", "production", cwd=COLLECTION)


@pytest.mark.slow
def test_sanity(controller: Controller) -> None:
    # Environments have their path in them, and serve later runs.
    home = CACHE / "fleet" / f"{metadata.version('ansible-core')}-{sys.version_info[1]}"
    pips = home / ".ansible/test/cache"
    pips.mkdir(parents=True, exist_ok=True)
    (pips / "get_pip_24_2.py").write_text(PIP)
    left_out = [word for name in LEFT_OUT for word in ("--skip-test", name)]
    version = "{}.{}".format(*sys.version_info[:2])
    command = ("ansible-test", "sanity", "--python", version, *left_out)
    controller.run(*command, cwd=controller.installed, env={"HOME": str(home)})


@pytest.mark.parametrize("name", MODULES)
def test_documentation(controller: Controller, name: str) -> None:
    plugin = f"pysharedir.pysharedir.{name}"
    told = json.loads(controller.run("ansible-doc", "--json", "-t", "module", plugin).stdout)
    documented = told[plugin]
    assert set(documented["doc"]["options"]) >= {"python", "command", "wait", "prefix"}
    assert documented["examples"]
    assert {"code", "hint"} <= set(documented["return"])


def test_every_playbook_of_the_guide_is_run() -> None:
    from fleet.test_hosts import PLAYBOOKS  # noqa: PLC0415 - it needs more than this one

    page = (COLLECTION.parents[1] / "docs" / "how-to" / GUIDE).read_text()
    assert page.count("```yaml\n") == len(PLAYBOOKS) + 1
    for name in ("inventory", *PLAYBOOKS):
        assert block(GUIDE, f"# {name}.yml")
