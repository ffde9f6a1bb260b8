"""What entries of sys.path are for, and who put them there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pysharedir.interpreter.syspath import Origin, Role, entries, prefixes
from unit.pure.made import SITE_DIR, STDLIB, target

BASE = f"{STDLIB}/site-packages"
USER = "/home/u/.local/lib/python3.13/site-packages"
OFF = (
    "/mine",
    "/usr/lib/python313.zip",
    STDLIB,
    f"{STDLIB}/lib-dynload",
    SITE_DIR,
    BASE,
    USER,
    "/somewhere",
)
VENV = target(OFF, user_site=USER)


@pytest.mark.parametrize(
    ("path", "role", "by"),
    [
        ("/mine", Role.PYTHONPATH, Origin.PYTHONPATH),
        ("/usr/lib/python313.zip", Role.STDLIB, Origin.INTERPRETER),
        (STDLIB, Role.STDLIB, Origin.INTERPRETER),
        (f"{STDLIB}/lib-dynload", Role.STDLIB, Origin.INTERPRETER),
        (SITE_DIR, Role.VENV_SITE_DIR, Origin.SITE),
        (BASE, Role.BASE_SITE_DIR, Origin.SITE),
        (USER, Role.USER_SITE_DIR, Origin.SITE),
        ("/somewhere", Role.OTHER, Origin.STARTUP_CODE),
        # What is there with the hook only.
        ("/v/share/python/3.13", Role.SHAREDIR, Origin.HOOK),
        ("/apps/a/lib/python3.13/site-packages", Role.PREFIX_SITE_DIR, Origin.PREFIXES),
        ("/apps/a/share/python/3.13", Role.PREFIX_SHAREDIR, Origin.PREFIXES),
        ("/apps/ab/share/python/3.13", Role.SHAREDIR, Origin.HOOK),
        ("/apps/a/local/lib/python3.13/dist-packages", Role.PREFIX_SITE_DIR, Origin.PREFIXES),
        ("/apps/b/lib/python3.13/site-packages", Role.PREFIX_SITE_DIR, "EBPYTHONPREFIXES"),
        ("/apps/c/lib64/python3.13/site-packages", Role.PREFIX_SITE_DIR, "GUIX_PYTHONPATH"),
        ("/apps/c/share/python/3.13", Role.PREFIX_SHAREDIR, "GUIX_PYTHONPATH"),
    ],
)
def test_entries(path: str, role: Role, by: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSHAREDIR_PREFIXES", "relative:/apps/a/:")
    monkeypatch.setenv("EBPYTHONPREFIXES", "/apps/a:/apps/b")
    lib = "lib/python3.13/site-packages"
    monkeypatch.setenv("GUIX_PYTHONPATH", f"/apps/b/{lib}:/apps/c/{lib}/:/apps/d/lib:/apps/d")
    variables = {"PYSHAREDIR_PREFIXES": False, "EBPYTHONPREFIXES": False, "GUIX_PYTHONPATH": True}
    named = prefixes(VENV, variables)
    assert list(named) == ["/apps/a", "/apps/b", "/apps/c"]
    (entry,) = entries(VENV, replace(VENV.off, path=(path,)), named)
    assert (entry.path, entry.role, entry.by, entry.exists) == (path, role, by, Path(path).exists())


@pytest.mark.parametrize("name", ["3.13", "3.13t", "3.9"])
def test_the_zip_of_a_build_has_the_name_of_its_standard_library(name: str) -> None:
    """A free-threaded one has a ``t`` in both."""
    archive = f"/usr/lib/python{name.replace('.', '')}.zip"
    other = f"/usr/lib/python{name.replace('.', '')}x.zip"
    build = replace(
        VENV, stdlib=f"/usr/lib/python{name}", off=replace(VENV.off, path=(archive, other))
    )
    assert [entry.role for entry in entries(build, build.off, {})] == [Role.STDLIB, Role.OTHER]


def test_outside_of_a_venv_site_dirs_are_its_own() -> None:
    base = replace(VENV, prefix="/usr")
    (entry,) = entries(base, replace(base.off, path=(BASE,)), {})
    assert entry.role is Role.SITE_DIR


def test_what_a_path_line_names_is_told_with_its_file(tmp_path: Path) -> None:
    site_dir = tmp_path / "lib" / "python3.13" / "site-packages"
    site_dir.mkdir(parents=True)
    (site_dir / "a.pth").write_text("sub\n")
    (site_dir / "b.pth").write_text("sub\n../more\nimport sys\n")
    names = (str(site_dir), f"{site_dir}/sub", f"{site_dir.parent}/more")
    off = replace(VENV.off, path=names[:2])
    found = entries(replace(VENV, off=off), replace(off, path=names), {})
    assert [(entry.role, entry.by) for entry in found] == [
        (Role.BASE_SITE_DIR, Origin.SITE),
        (Role.PATH_LINE, f"{site_dir}/a.pth"),
        (Role.PATH_LINE, f"{site_dir}/b.pth"),
    ]
