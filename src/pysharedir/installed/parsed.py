"""A distribution as :mod:`importlib.metadata` has it."""

from __future__ import annotations

import os
from importlib.metadata import PathDistribution
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path


class Parsed(PathDistribution):
    """A distribution whose METADATA is not read again.

    :param message: Its headers, if they were read.
    """

    def __init__(self, info: Path, message: Message | None = None) -> None:
        super().__init__(info)
        self._info = info
        self._message = message

    def read_text(self, filename: str | os.PathLike[str]) -> str | None:
        """See :meth:`importlib.metadata.Distribution.read_text`; None for what is not a file."""
        is_file = os.path.isfile(self._info / filename)
        return super().read_text(filename) if is_file else None

    @property
    def metadata(self) -> Any:
        """See :class:`importlib.metadata.Distribution`."""
        return super().metadata if self._message is None else self._message
