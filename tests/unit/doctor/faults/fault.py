"""The form of a fault that a test puts into a healthy venv."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Venv


@dataclass(frozen=True)
class Fault:
    """A fault.

    :ivar make: Puts it into a healthy venv with the hook.
    :ivar about: What the findings are about: ends of paths, or names.
    :ivar fixed: Whether ``--fix`` fixes it.
    :ivar others: Codes of faults that always come with it.
    :ivar excludes: Codes of faults that cannot be in the same venv.
    :ivar env: Variables that make it a fault.
    """

    make: Callable[[Venv], object]
    about: tuple[str, ...]
    fixed: bool = False
    others: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
