"""The real interpreters that tests run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

TARGET = os.environ.get("PYSHAREDIR_TARGET") or "{}.{}".format(*sys.version_info[:2])
VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")


@cache
def find(version: str) -> Path | None:
    """Return the executable of an installed CPython *version*, or None.

    Looked at, in this order: ``PYSHAREDIR_PYTHON_3_13`` and its like, this interpreter, PATH,
    and pyenv's versions.
    """
    named = os.environ.get("PYSHAREDIR_PYTHON_" + version.replace(".", "_"))
    candidates = [Path(named)] if named else []
    if version == "{}.{}".format(*sys.version_info[:2]):
        candidates.append(Path(sys._base_executable))  # type: ignore[attr-defined]  # noqa: SLF001
    on_path = shutil.which(f"python{version}")
    if on_path:
        candidates.append(Path(on_path))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    pattern = re.compile(re.escape(version) + r"\.\d+")
    candidates += sorted(
        home / "bin" / f"python{version}"
        for home in (pyenv.iterdir() if pyenv.is_dir() else ())
        if pattern.fullmatch(home.name)
    )
    return next((each for each in candidates if _is(each, version)), None)


def _is(executable: Path, version: str) -> bool:
    code = "import sys; print('%s %d.%d' % ((sys.implementation.name,) + sys.version_info[:2]))"
    try:
        done = subprocess.run(
            [executable, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=60
        )
    except OSError:
        return False
    return done.stdout.strip() == f"cpython {version}"
