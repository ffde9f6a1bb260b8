"""What a pyvenv.cfg says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.interpreter.pyvenv import settings

if TYPE_CHECKING:
    from pathlib import Path


def test_settings(tmp_path: Path) -> None:
    assert settings(str(tmp_path)) == {}
    (tmp_path / "pyvenv.cfg").write_bytes(
        b"home = /usr/bin\nInclude-System-Site-Packages=false\r\nnothing\n"
        b"command = a = b\n\n  uv  =  0.5 \nprompt = caf\xe9\n"
    )
    assert settings(str(tmp_path)) == {
        "home": "/usr/bin",
        "include-system-site-packages": "false",
        "command": "a = b",
        "uv": "0.5",
        "prompt": "caf\ufffd",
    }
