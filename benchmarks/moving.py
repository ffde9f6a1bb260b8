"""The ways to move installed distributions that are timed side by side.

Each takes a fresh copy of the venv, and proves that it did what it says: a way that does less would
be cheap, and wrong.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uv import find_uv_bin

from benchmarks import commands, meters
from pysharedir.moving import relocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from benchmarks.commands import Command, Cost
    from benchmarks.pristine import Pristine

MISPLACED = 1  # what ``sort --check`` exits with
# A move waits twice, so that running interpreters can finish their imports.
WAITING = 1.2 * relocation.GRACE


@dataclass(frozen=True)
class Way:
    """A way to move distributions, which is timed.

    :ivar run: Applies it to a fresh copy, and returns its cost.
    :ivar beside: The key of the way that it is compared with.
    :ivar waiting: Seconds in which it waits on purpose.
    :ivar slow: Whether it takes so long that it is measured once.
    :ivar limited: Whether a limit depends on it.
    """

    key: str
    title: str
    run: Callable[[Pristine], Cost]
    beside: str = "link"
    waiting: float = 0
    slow: bool = False
    limited: bool = False


def sort(kept: Pristine) -> Cost:
    """Sort on one file system."""
    kept.renew()
    spent = commands.cost(kept.command("sort"), kept.environment)
    kept.expect(kept.sharedir)
    return spent


def judge(kept: Pristine) -> Cost:
    """Find out what a sort would move."""
    kept.renew()
    return commands.cost(kept.command("sort", "--check"), kept.environment, fine=(MISPLACED,))


def restore(kept: Pristine) -> Cost:
    """Move what was sorted back."""
    kept.renew()
    kept.pysharedir("sort")
    os.sync()
    spent = commands.cost(kept.command("disable", "--restore"), kept.environment)
    if kept.sharedir.exists():
        raise meters.MeterError("the sharedir is still there")
    return spent


def link(kept: Pristine) -> Cost:
    """Link the files that a sort moves, and remove them where they were."""
    kept.renew()
    return _copy(kept, kept.root / "linked", "-al")


def sort_elsewhere(kept: Pristine) -> Cost:
    """Sort to another file system."""
    kept.renew()
    sharedir = kept.share_elsewhere()
    os.sync()
    spent = commands.cost(kept.command("sort"), kept.environment)
    kept.expect(sharedir)
    return spent


def copy_elsewhere(kept: Pristine) -> Cost:
    """Copy the files that a sort moves to another file system, and remove them."""
    kept.renew()
    if kept.elsewhere is None:
        raise meters.MeterError("there is no other file system")
    return _copy(kept, kept.elsewhere / "copied", "-a")


def reinstall_by_uv(kept: Pristine) -> Cost:
    """Uninstall by uv what a sort moves, and install it from uv's cache."""
    return _reinstall_by_uv(kept)


def reinstall_and_compile_by_uv(kept: Pristine) -> Cost:
    """Do the same, and compile as pip does; a sort moves the pycs that are there."""
    return _reinstall_by_uv(kept, "--compile-bytecode")


def reinstall_by_pip(kept: Pristine) -> Cost:
    """Uninstall by pip what a sort moves, and install it from local wheels."""
    wheels, pins = kept.wheels(), kept.requirements()
    kept.renew()
    pip: Command = (sys.executable, "-m", "pip", "--quiet", "--python", kept.venv / "bin/python")
    source = ("--no-index", "--find-links", wheels, "--no-deps", "--no-cache-dir")
    return _reinstall(
        kept,
        (*pip, "uninstall", "--yes", "-r", pins),
        (*pip, "install", *source, "-r", pins),
    )


WAYS = (
    Way("sort", "`pysharedir sort`", sort, waiting=WAITING, limited=True),
    Way("judge", "`pysharedir sort --check`", judge),
    Way("link", "`cp -al`, `rm -r`", link, limited=True),
    Way("uv", "uv uninstall, install", reinstall_by_uv),
    Way("uv-pycs", "uv uninstall, install with pycs", reinstall_and_compile_by_uv),
    Way("pip", "pip uninstall, install", reinstall_by_pip, slow=True),
    Way("restore", "`pysharedir disable --restore`", restore, waiting=WAITING),
    Way(
        "elsewhere",
        "`pysharedir sort`, other file system",
        sort_elsewhere,
        beside="copy",
        waiting=WAITING,
    ),
    Way("copy", "`cp -a`, `rm -r`, other file system", copy_elsewhere, beside="copy"),
)


def impossible(kept: Pristine) -> dict[str, str]:
    """Return the ways that do not work on this machine, by key, and why."""
    reasons = {}
    if importlib.util.find_spec("pip") is None:
        reasons["pip"] = "the Python that runs this has no pip"
    if kept.elsewhere is None:
        reasons["elsewhere"] = reasons["copy"] = "no other file system is known"
    return reasons


def _copy(kept: Pristine, to: Path, manner: str) -> Cost:
    to.mkdir()
    trees = ("--", *kept.moved.trees)
    spent = commands.cost(
        ("cp", manner, "--parents", "-t", to, *trees), kept.environment, kept.site_packages
    ) + commands.cost(("rm", "-r", *trees), kept.environment, kept.site_packages)
    kept.expect(to)
    shutil.rmtree(to)
    return spent


def _reinstall_by_uv(kept: Pristine, *more: str) -> Cost:
    pins = kept.requirements()
    kept.renew()
    uv: Command = (find_uv_bin(), "pip")
    there = ("--quiet", "--offline", "--python", kept.venv)
    return _reinstall(
        kept,
        (*uv, "uninstall", *there, "-r", pins),
        (*uv, "install", *there, "--no-deps", *more, "-r", pins),
    )


def _reinstall(kept: Pristine, *lines: Command) -> Cost:
    first, last = (commands.cost(line, kept.environment) for line in lines)
    _expect_installed(os.listdir(kept.sharedir), len(kept.moved.pins))
    return first + last


def _expect_installed(names: Iterable[str], wanted: int) -> None:
    found = sum(name.endswith(".dist-info") for name in names)
    if found != wanted:
        raise meters.MeterError(f"{found} distributions are in the sharedir, and not {wanted}")
