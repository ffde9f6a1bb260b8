"""Where the hook of a target goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pysharedir.errors import PathLineError, PrefixError
from pysharedir.hook.files import START, Installed, Settings
from pysharedir.hook.place import Place, caveats
from trees import plant
from unit.pure.made import SITE_DIR, target

DEBIAN = target(
    prefix="/usr",
    purelib="/usr/local/lib/python3.13/dist-packages",
    platlib="/usr/local/lib/python3.13/dist-packages",
    site_dirs=("/usr/local/lib/python3.13/dist-packages", "/usr/lib/python3/dist-packages"),
    scripts="/usr/local/bin",
)
FEDORA = target(
    prefix="/usr",
    purelib="/usr/lib/python3.13/site-packages",
    platlib="/usr/lib64/python3.13/site-packages",
    platlibdir="lib64",
    site_dirs=("/usr/lib64/python3.13/site-packages", "/usr/lib/python3.13/site-packages"),
    scripts="/usr/bin",
)


def test_it_is_the_first_site_dir() -> None:
    assert Place.of(target()) == Place(SITE_DIR, "/v")
    assert Place.of(DEBIAN) == Place("/usr/local/lib/python3.13/dist-packages", "/usr/local")
    assert Place.of(FEDORA) == Place("/usr/lib/python3.13/site-packages", "/usr")


@pytest.mark.parametrize(
    ("prefix", "site_dir"),
    [
        ("/usr", "/usr/lib/python3/dist-packages"),
        ("/usr/", "/usr/lib/python3/dist-packages"),
        ("/opt/a", "/opt/a/lib/python3.13/dist-packages"),
    ],
)
def test_it_is_the_one_below_a_prefix(prefix: str, site_dir: str) -> None:
    place = Place.of(DEBIAN, prefix, "/build")
    assert place == Place(site_dir, prefix.rstrip("/"), "/build")
    assert place.on_disk(place.site_dir) == Path(f"/build{site_dir}")


def test_in_the_prefix_of_a_module_it_is_the_one_that_is_there(tmp_path: Path) -> None:
    plant(tmp_path, {"lib/python3.13/site-packages": {}})
    assert Place.of(DEBIAN, str(tmp_path)).site_dir == f"{tmp_path}/lib/python3.13/site-packages"
    plant(tmp_path, {"lib/python3.13/dist-packages": {}})
    assert Place.of(DEBIAN, str(tmp_path)).site_dir == f"{tmp_path}/lib/python3.13/dist-packages"


def test_of_two_below_a_prefix_it_is_that_of_all_architectures() -> None:
    assert Place.of(FEDORA, "/usr").site_dir == "/usr/lib/python3.13/site-packages"
    only64 = target(site_dirs=FEDORA.site_dirs[:1], platlibdir="lib64")
    assert Place.of(only64, "/usr").site_dir == "/usr/lib64/python3.13/site-packages"


def test_a_prefix_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PrefixError):
        Place.of(target(), str(tmp_path / "none"))
    assert Place.of(target(), str(tmp_path)).root == str(tmp_path)


def test_site_dirs(tmp_path: Path) -> None:
    assert Place.of(target()).site_dirs(target()) == [SITE_DIR]
    assert Place.of(FEDORA).site_dirs(FEDORA) == [FEDORA.purelib, FEDORA.platlib]
    assert Place.of(FEDORA, str(tmp_path)).site_dirs(FEDORA) == [
        f"{tmp_path}/lib/python3.13/site-packages"
    ]
    # In a package build, the staged directories count, except those of another Python.
    for name in "lib64/python3.13", "lib/python3.12", "share/python3.13":
        plant(tmp_path, {f"usr/{name}/site-packages/a.py": ""})
    place = Place.of(target(), "/usr", str(tmp_path))
    assert place.site_dirs(target()) == [
        "/usr/lib/python3.13/site-packages",
        "/usr/lib64/python3.13/site-packages",
    ]


def test_scripts() -> None:
    assert Place.of(DEBIAN).scripts(DEBIAN) == Path("/usr/local/bin")
    assert Place.of(DEBIAN, "/usr").scripts(DEBIAN) == Path("/usr/bin")


def test_sharedir() -> None:
    shared = Settings(sharedir="/pure/{version}/x")
    for destdir in "", "/build":
        place = Place(SITE_DIR, "/v", destdir)
        assert place.sharedir(target(), Settings()) == Path(f"{destdir}/v/share/python/3.13")
        assert place.sharedir(target(), shared) == Path(f"{destdir}/pure/3.13/x")


def test_the_line_for_tools() -> None:
    old = target(version_info=(3, 12, 1), purelib="/v/lib/python3.12/site-packages")
    for destdir in "", "/build":
        line = Place("/v/lib/python3.12/site-packages", "/v", destdir).path_line(old, Settings())
        assert line == "../../../share/python/3.12"
        place = Place(SITE_DIR, "/v", destdir)
        assert place.path_line(target(), Settings()) == "\x1c#/../../../../share/python/3.13"
    inside = Settings(sharedir=f"{SITE_DIR}/pure")
    assert Place(SITE_DIR, "/v").path_line(target(), inside) == "\x1c#/../pure"
    site_dir = "/v/lib/python3.12/site-packages"
    assert Place(site_dir, "/v").path_line(old, Settings(sharedir=f"{site_dir}/a")) == "./a"


@pytest.mark.parametrize(
    ("site_dir", "settings"),
    [
        ("/usr/lib/python3/dist-packages", Settings()),
        (SITE_DIR, Settings(style="sitecustomize")),
        (SITE_DIR, Settings(sharedir="/ä")),
        (SITE_DIR, Settings(sharedir="/a\nimport evil")),
        (SITE_DIR, Settings(sharedir="/a ")),
    ],
    ids=str,
)
def test_where_no_line_can_lead(site_dir: str, settings: Settings) -> None:
    with pytest.raises(PathLineError):
        Place(site_dir, "/usr").path_line(target(), settings)


def test_caveats() -> None:
    here, outside = Place(SITE_DIR, "/v"), Settings(sharedir="/pure")
    assert caveats(target(), here, Settings()) == []
    assert caveats(target(base_prefix="/v"), here, outside) == []
    (note,) = caveats(target(), here, outside)
    assert note.startswith("/pure: outside this venv")
    (note,) = caveats(target(), here, Settings(opt_in=True))
    assert note.startswith("/v/share/python/3.13: found only when PYSHAREDIR=1")


@pytest.mark.parametrize(
    ("version", "debian", "settings", "needed"),
    [
        ((3, 15, 0), False, Settings(), False),
        ((3, 17, 4), False, Settings(), False),
        ((3, 18, 0), False, Settings(), True),
        ((3, 18, 0), True, Settings(), True),
        ((3, 18, 0), False, Settings("sitecustomize"), False),
        # Another Python that reads the directory may need what it has.
        ((3, 15, 0), True, Settings(), False),
        ((3, 15, 0), True, Settings(start_file=True), True),
        ((3, 15, 0), False, Settings(start_file=True), False),
        ((3, 15, 0), True, Settings("sitecustomize", start_file=True), False),
    ],
)
def test_a_start_file_is_for_those_that_ignore_import_lines(
    version: tuple[int, int, int], debian: bool, settings: Settings, needed: bool
) -> None:
    python = "{}.{}".format(*version[:2])
    site_dir = "/usr/lib/python3/dist-packages" if debian else f"/v/lib/python{python}/x"
    place = Place(site_dir, "/v")
    assert place.needs_start_file(target(version_info=version), settings) is needed
    hook = Installed(Path(site_dir), (START,), settings)
    path = Path(site_dir, START) if settings.style == "pth" and not needed else None
    assert place.costly_start_file(target(version_info=version), hook) == path
