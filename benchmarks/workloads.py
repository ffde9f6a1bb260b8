"""What a Python is asked to import, and to tell of what is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.commands import Command

MISSING = tuple(f"missing_{number:02}" for number in range(40))
# Pure ones and native ones, a module of a namespace, and some that ask importlib.metadata.
IMPORTED = (
    *("aiohttp", "anyio", "attr", "bs4", "cffi", "charset_normalizer", "click", "dateutil"),
    *("docutils.core", "fastapi", "h2", "httpx", "importlib_metadata", "jaraco.functools"),
    *(
        "jsonschema",
        "jwt",
        "networkx",
        "opentelemetry.sdk.trace",
        "packaging",
        "pydantic",
        "pytest",
    ),
    *("python_discovery", "pytz", "regex", "requests", "rich.console", "starlette", "tomlkit"),
    *("tornado", "typer", "uvicorn", "watchfiles", "websockets", "wrapt", "yarl"),
)
VERSIONED = ("zipp", "aiohttp", "pydantic", "anyio", "requests", "urllib3", "six", "yarl")

START = "pass"
LOOKUPS = """\
import sys
from importlib.util import find_spec
print(sum(find_spec(name) is not None for name in sys.argv[1:]))
"""
IMPORTS = """\
import sys
from importlib import import_module
for name in sys.argv[1:]:
    print(import_module(name).__name__)
"""
VERSION = """\
import sys
from importlib.metadata import version
print(version(sys.argv[1]))
"""
ENTRY_POINTS = """\
from importlib.metadata import entry_points
print(*sorted(point.name for point in entry_points(group="console_scripts")))
"""
# Of the first call and of further ones, in seconds.
TIMES = """\
import json, statistics, sys, time
from importlib.metadata import entry_points, version

def seconds(function, *arguments):
    before = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - before

first, *others = [seconds(version, name) for name in sys.argv[1:]]
points = [seconds(entry_points) for _ in range(2)]
print(json.dumps([first, statistics.median(others), *points]))
"""


@dataclass(frozen=True)
class Workload:
    """A program.

    :ivar code: What ``python -c`` runs; what it prints is the same wherever distributions are.
    :ivar arguments: Those of the program.
    """

    key: str
    title: str
    code: str
    arguments: tuple[str, ...] = ()

    def command(self, python: Path) -> Command:
        """Return the line that runs it."""
        return (python, "-c", self.code, *self.arguments)


def all_workloads(modules: list[str]) -> list[Workload]:
    """Return what is counted.

    :param modules: The names to look up, of which each is found.
    """
    lookups = (*modules, *MISSING)
    return [
        Workload("start", "start", START),
        Workload("lookups", f"{len(lookups)} look-ups", LOOKUPS, lookups),
        Workload("imports", f"{len(IMPORTED)} imports", IMPORTS, IMPORTED),
        Workload("version", "`version()`", VERSION, VERSIONED[:1]),
        Workload("entry-points", "`entry_points()`", ENTRY_POINTS),
    ]


TIMED = Workload("times", "", TIMES, VERSIONED)
