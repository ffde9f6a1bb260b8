"""Faults of scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.doctor.faults.fault import Fault
from unit.doctor.faults.native import NO_SHAREDIR
from unit.wheels import put

if TYPE_CHECKING:
    from pathlib import Path

    from unit.conftest import Venv

MODULE = "import sys\ndef main():\n    print('from', sys.prefix)\n"


def put_script(venv: Venv, name: str) -> Path:
    """Put a distribution with a script into the sharedir, and return the script."""
    entry = f"[console_scripts]\n{name}-script = {name}:main\n"
    put(venv.sharedir, name, {f"{name}.py": MODULE}, entry_points=entry)
    return venv.root / "bin" / f"{name}-script"


def redirect(script: Path, head: str) -> None:
    """Let a script start another interpreter."""
    _, _, body = script.read_text().partition("\n")
    script.write_text(f"{head}\n{body}")


def take_script(venv: Venv) -> None:
    put_script(venv, "taken").unlink()


def misdirect(venv: Venv) -> None:
    redirect(put_script(venv, "moved"), "#!/nowhere/bin/python3")


def copy_from_elsewhere(venv: Venv) -> None:
    activate = venv.root / "bin" / "activate"
    activate.write_text(activate.read_text().replace(str(venv.root), "/where/it/was"))


FAULTS = {
    "SD411": Fault(take_script, ("/bin/taken-script",), fixed=True, excludes=NO_SHAREDIR),
    "SD412": Fault(misdirect, ("/bin/moved-script",), fixed=True, excludes=NO_SHAREDIR),
    "SD413": Fault(copy_from_elsewhere, ("/bin/activate",)),
}
