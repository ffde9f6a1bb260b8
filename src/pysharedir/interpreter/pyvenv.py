"""The ``pyvenv.cfg`` of a virtual environment (PEP 405)."""

from __future__ import annotations

from pathlib import Path


def settings(venv: str) -> dict[str, str]:
    """Return what the pyvenv.cfg of a venv says; nothing when it cannot be read."""
    try:
        lines = Path(venv, "pyvenv.cfg").read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}
