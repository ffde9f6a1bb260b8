"""The demo in a root that has the Pythons of two architectures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lab.machines import BOTH_AMD64, BOTH_I386

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.machines import Machine
    from lab.stations import Station


def test_uses_two_real_architectures(stations: Callable[[Machine], Station]) -> None:
    done = stations(BOTH_AMD64).pysharedir("demo", "--json")
    first, _, _, after, sizes, _ = json.loads(done.stdout)
    assert first["lines"] == [
        f"DEMO/x86_64: made by {BOTH_AMD64.python}",
        f"DEMO/i386: made by {BOTH_I386.python}",
    ]
    assert [line.partition(" imports ")[2] for line in after["lines"]] == [
        "DEMO/share/python/3.11/pure",
        "DEMO/x86_64/lib/python3.11/site-packages/compiled",
        "DEMO/share/python/3.11/pure",
        "DEMO/i386/lib/python3.11/site-packages/compiled",
    ]
    assert [row[0] for row in sizes["table"]] == ["DEMO/", "x86_64", "i386", "share", "together"]
