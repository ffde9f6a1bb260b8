"""The ``pyvenv.cfg`` of a virtual environment (PEP 405)."""

from __future__ import annotations

from pysharedir.interpreter import content


def settings(venv: str) -> dict[str, str]:
    """Return the settings in the pyvenv.cfg of a venv; none when it cannot be read."""
    try:
        lines = content.read(f"{venv}/pyvenv.cfg").decode("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}
