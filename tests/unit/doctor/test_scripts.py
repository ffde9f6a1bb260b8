"""Scripts that are missing, or start another interpreter."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pysharedir.doctor.checks.scripts import parse
from pysharedir.hook import remembered
from unit.conftest import VERSION, Venv
from unit.doctor.faults.scripts import put_script, redirect
from unit.pure.test_shebangs import LONG, RELOCATABLE, TAIL
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command
    from unit.doctor.conftest import Doctor


@pytest.mark.parametrize(
    ("head", "interpreter"),
    [
        ("#!/a/python3\n", "/a/python3"),
        ("#! /a/python3.13t -sP\n", "/a/python3.13t"),
        ("#!/a/pypy3\r\n", "/a/pypy3"),
        (f"{LONG}/long/python{TAIL}", "/long/python"),
        (f'{LONG}"/a b/python3"{TAIL}', "/a b/python3"),
        (f"{LONG}'/a b/python3.9' -E{TAIL}", "/a b/python3.9"),
        (f"{LONG}{RELOCATABLE}{TAIL}", None),
        (f"{LONG}'/a b/python3{TAIL}", None),
        ("#!/usr/bin/env python3\n", None),
        ("#!/bin/sh\nexec /a/python\n", None),
        ("#!python\n", None),
        ("#!/usr/bin/perl\n", None),
        ("#!/a/python3-config\n", None),
        ("#!/a/python3", None),
        ("", None),
    ],
)
def test_heads(head: str, interpreter: str | None) -> None:
    found = parse(head.encode() + b"import sys\n" if head.endswith("\n") else head.encode())
    assert (found and found.interpreter) == interpreter
    assert found is None or found.text == head.encode()


@pytest.mark.parametrize(
    ("head", "fixed"),
    [
        ("#!/nowhere/python3 -sE", "#!BIN/python3 -sE"),
        ("#!/nowhere/python9.9", "#!BIN/python"),
        (f"{LONG}'/no where/python' -E{TAIL.rstrip()}", "#!BIN/python -E"),
    ],
)
def test_only_the_interpreter_is_rewritten(
    healthy: Venv, doctor: Doctor, head: str, fixed: str
) -> None:
    script = put_script(healthy, "moved")
    body = script.read_text().partition("\n")[2]
    redirect(script, head)
    assert not doctor(healthy, "--fix", "--select", "SD4")["findings"]
    head = fixed.replace("BIN", str(healthy.root / "bin"))
    assert script.read_text() == f"{head}\n{body}"
    run = subprocess.run([script], capture_output=True, text=True, check=True)
    assert run.stdout == f"from {healthy.root}\n"


@pytest.mark.slow
def test_a_venv_that_was_moved(tmp_path: Path, doctor: Doctor, environment: dict[str, str]) -> None:
    """From and to a directory with a space, and with the scripts of pip itself."""
    root = tmp_path / "a b"
    base = os.path.realpath(sys.executable)
    subprocess.run([base, "-m", "venv", root], check=True, env=environment)
    for name in ("moved", "c d"):
        root = root.rename(tmp_path / name)
        found = doctor.finds(Venv(root, environment), "--select", "SD412")["SD412"]
        assert sorted(found) == sorted(map(str, (root / "bin").glob("pip*")))
        assert not doctor(Venv(root, environment), "--fix", "--select", "SD412")["findings"]
        said = subprocess.check_output([root / "bin" / f"pip{VERSION}", "--version"], text=True)
        assert str(root) in said


def test_a_copy_of_another_venv(
    make_venv: Callable[[str], Venv], healthy: Venv, doctor: Doctor
) -> None:
    other = make_venv("other")
    script = put_script(healthy, "copied")
    redirect(script, f"#!{other.python}")
    (finding,) = doctor(healthy, "--select", "SD4")["findings"]
    assert (finding["code"], finding["reason"]) == (
        "SD412",
        f"starts {other.python}, which is another one",
    )


def test_what_no_record_lists_is_left(healthy: Venv, doctor: Doctor) -> None:
    """A script that is only declared may be there on purpose, for another venv."""
    script = put_script(healthy, "declared")
    redirect(script, "#!/nowhere/python3")
    (record,) = healthy.root.glob("**/declared-1.0.dist-info/RECORD")
    kept = [line for line in record.read_text().splitlines() if "bin/declared" not in line]
    record.write_text("\n".join(kept) + "\n")
    (finding,) = doctor(healthy, "--fix", "--select", "SD412")["findings"]
    assert not finding["fix"]
    assert script.read_text().startswith("#!/nowhere/python3")


def test_what_no_installer_wrote_is_left(healthy: Venv, doctor: Doctor) -> None:
    script = put_script(healthy, "own")
    own = "#!/nowhere/python3\nprint('own')\n"
    script.write_text(own)
    (finding,) = doctor(healthy, "--fix", "--select", "SD4")["findings"]
    pip = f"uv pip install --python {healthy.python}"
    assert finding["remedy"] == f"`{pip} --force-reinstall --no-deps own==1.0`"
    assert not finding["fix"]
    assert script.read_text() == own


def test_silent_on_scripts_that_work(healthy: Venv, doctor: Doctor) -> None:
    link = healthy.root.with_name("link")
    link.symlink_to(healthy.root)
    base = os.path.realpath(sys.executable)
    for name, head in {
        "env": "#!/usr/bin/env python3",
        "linked": f"#!{link}/bin/python3",
        "versioned": f"#!{healthy.root}/bin/python{VERSION}",
        "relocatable": f"{LONG}{RELOCATABLE}{TAIL.rstrip()}",
    }.items():
        redirect(put_script(healthy, name), head)
    put_script(healthy, "foreign").write_text(f"#!{base}\nprint('on purpose')\n")
    assert not doctor.finds(healthy, "--select", "SD4")


def test_sync_renews_a_script_that_it_made(healthy: Venv, doctor: Doctor, command: Command) -> None:
    script = put_script(healthy, "made")
    script.unlink()
    command.json("--python", healthy.root, "sync")
    moved = Venv(healthy.root.rename(healthy.root.with_name("moved")), healthy.environment)
    script = moved.root / "bin" / script.name
    assert doctor.finds(moved, "--select", "SD412") == {"SD412": [str(script)]}
    (finding,) = doctor(moved, "--select", "SD412")["findings"]
    assert finding["remedy"] == f"`pysharedir --python {moved.root} sync` makes it again"
    assert not doctor(moved, "--fix", "--select", "SD412")["findings"]
    assert script.read_text().startswith(f"#!{moved.root}/bin/python\n")
    (made,) = remembered.read(moved.site_dir).scripts.values()
    assert made.digest == hashlib.sha256(script.read_bytes()).hexdigest()


def test_a_script_of_another_version_is_not_missing(healthy: Venv, doctor: Doctor) -> None:
    """pip declares the script of the Python that it was built with."""
    names = ("pip3.1", f"pip{VERSION}")
    entry_points = "[console_scripts]\n" + "".join(f"{name} = pip:main\n" for name in names)
    put(healthy.sharedir, "pip", {"pip.py": ""}, entry_points=entry_points)
    for name in names:
        (healthy.root / "bin" / name).unlink()
    assert doctor.finds(healthy, "--select", "SD4") == {
        "SD411": [str(healthy.root / "bin" / names[1])]
    }


def test_the_prefix_of_several_versions(healthy: Venv, command: Command) -> None:
    """Each installs over the scripts of the other: neither has a fault."""
    prefix = healthy.root / "prefix"
    site_dir = prefix / "lib" / f"python{VERSION}" / "site-packages"
    put(site_dir, "ours", {"ours.py": ""}, entry_points="[console_scripts]\nours = ours:main\n")
    script = prefix / "bin" / "ours"
    (prefix / "bin" / "python9.9").write_text("")
    redirect(script, f"#!{prefix}/bin/python9.9")
    base = os.path.realpath(sys.executable)
    for head, code in ((f"#!{prefix}/bin/python9.9", 0), ("#!/nowhere/python9.9", 1)):
        redirect(script, head)
        done = command(
            "--python",
            base,
            "doctor",
            "--select",
            "SD412",
            "--prefix",
            prefix,
            PYTHONPATH=str(site_dir),
        )
        assert done.returncode == code, done.stdout + done.stderr


ACTIVATES = {
    "venv": (sys.executable, "-m", "venv", "--without-pip"),
    "virtualenv": (sys.executable, "-m", "virtualenv", "--no-seed"),
    "uv": ("uv", "venv"),
    "relocatable": ("uv", "venv", "--relocatable"),
}


@pytest.mark.slow  # the newest releases of real installers
@pytest.mark.parametrize("name", ["plain", "sp ace's"])
@pytest.mark.parametrize("kind", ACTIVATES)
def test_what_activates_another_venv(
    tmp_path: Path, environment: dict[str, str], doctor: Doctor, kind: str, name: str
) -> None:
    command = ACTIVATES[kind]
    if shutil.which(command[0]) is None:
        pytest.skip("no uv on this machine")
    root = tmp_path / name
    subprocess.run([*command, root], env=environment, check=True, capture_output=True)
    select = ("--select", "SD413")
    link = tmp_path / "link"
    link.symlink_to(root)
    for path in (root, link):
        assert not doctor.finds(Venv(path, environment), *select)
    copied = Venv(tmp_path / "copied", environment)
    shutil.copytree(root, copied.root, symlinks=True)
    activates = ["bash", "-c", '. "$1/bin/activate"; echo "$VIRTUAL_ENV"', "bash", str(copied.root)]
    said = subprocess.check_output(activates, env=environment, text=True).strip()
    assert said == str(copied.root if kind == "relocatable" else root)
    found = doctor(copied, *select)["findings"]
    assert [each["reason"] for each in found] == (
        [] if kind == "relocatable" else [f"activates {root}, which is another venv"]
    )
    link.unlink()
    shutil.rmtree(root)
    found = doctor(copied, *select)["findings"]
    said = subprocess.check_output(activates, env=environment, text=True).strip()
    assert bool(found) == (said != str(copied.root))
