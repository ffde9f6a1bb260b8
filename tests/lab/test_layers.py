"""Container images of two architectures that have one noarch layer."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from lab.boxes import Box
from lab.guides import block
from lab.machines import AMD64, ARM64, Machine
from lab.roots import debian
from lab.stations import enable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.stations import Station

GUIDE = "images.md"
TOOLS = debian("bookworm", "amd64", "buildah", "coreutils", "dash", "tar", "umoci")
BUILDERS = (AMD64, ARM64)
SHARE = "usr/local/share/python"
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_IMPORT = """
import idna, jinja2, markupsafe._speedups
print(idna.__file__, jinja2.__file__, markupsafe._speedups.__file__)
"""


@pytest.fixture(scope="module")
def built(
    unhooked: Callable[[Machine, Path], Station],
    pip: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return a directory in which the guide was followed, from the root of each builder on."""
    base = tmp_path_factory.mktemp("layers")
    for machine in BUILDERS:
        station = unhooked(machine, base / machine.name)
        enable(station, base / f"{machine.name}.sh")
        fill(station.with_pip(pip))
        slim(station.box.root)
    tools = Box(TOOLS.copy(base / "tools"), lent={"/srv": base})
    (tools.root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    for words in ("umoci init", "buildah manifest push", "umoci unpack"):
        tools.run("sh", "-euc", block(GUIDE, words), cwd="/srv", env={"STORAGE_DRIVER": "vfs"})
    return base


def fill(station: Station) -> None:
    """Install as the guide does."""
    _, command = block(GUIDE, "pip install idna").split("python3.11 ")
    station.run(*command.split(), env={"SOURCE_DATE_EPOCH": "0"})


def slim(root: Path) -> None:
    """Remove what only takes time to pack."""
    for directory in (root / "usr/share", *root.glob("usr/lib/*/gconv")):
        shutil.rmtree(directory)


def blob(layout: Path, described: dict[str, Any]) -> Any:
    """Return what a descriptor names, which must be as it says."""
    algorithm, _, digest = described["digest"].partition(":")
    content = (layout / "blobs" / algorithm / digest).read_bytes()
    assert algorithm == "sha256"
    assert sha256(content).hexdigest() == digest
    assert len(content) == described["size"]
    return json.loads(content) if described["mediaType"].endswith("json") else content


@pytest.fixture(scope="module")
def manifests(built: Path) -> dict[str, Any]:
    """The manifest of each platform, as the index of the image has them."""
    layout = built / "image"
    assert json.loads((layout / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    entries = json.loads((layout / "index.json").read_text())["manifests"]
    named = {each["annotations"]["org.opencontainers.image.ref.name"]: each for each in entries}
    assert {name: each["mediaType"] for name, each in named.items()} == {
        "latest": INDEX,
        "amd64": MANIFEST,
        "arm64": MANIFEST,
    }
    found = {}
    for each in blob(layout, named["latest"])["manifests"]:
        assert each["mediaType"] == MANIFEST
        assert each["platform"]["os"] == "linux"
        architecture = each["platform"]["architecture"]
        assert each["digest"] == named[architecture]["digest"]
        found[architecture] = blob(layout, each)
    return found


def test_one_noarch_layer(built: Path, manifests: dict[str, Any]) -> None:
    assert set(manifests) == {"amd64", "arm64"}
    layers = {name: each["layers"] for name, each in manifests.items()}
    for each in (*layers["amd64"], *layers["arm64"]):
        assert each["mediaType"] == LAYER
        blob(built / "image", each)
    (own, noarch), (other, same) = layers["amd64"], layers["arm64"]
    assert noarch == same
    assert own["digest"] != other["digest"]
    assert len({noarch["digest"], own["digest"], other["digest"]}) == 3


def test_configs(built: Path, manifests: dict[str, Any]) -> None:
    found = {}
    for name, manifest in manifests.items():
        assert manifest["config"]["mediaType"] == CONFIG
        config = blob(built / "image", manifest["config"])
        assert (config["architecture"], config["os"]) == (name, "linux")
        found[name] = config["rootfs"]["diff_ids"]
        archives = [built / f"{name}.tar", built / f"noarch-{name}.tar"]
        assert found[name] == [
            f"sha256:{sha256(each.read_bytes()).hexdigest()}" for each in archives
        ]
    assert found["amd64"][1] == found["arm64"][1]


@pytest.mark.parametrize("machine", BUILDERS, ids=lambda machine: machine.name)
def test_unpacked(machine: Machine, built: Path, manifests: dict[str, Any]) -> None:
    root = built / f"bundle-{machine.name}" / "rootfs"
    box = Box(root, machine.personality, machine.emulator)
    *pure, compiled = box.run(machine.python, "-c", _IMPORT).stdout.split()
    assert pure == [f"/{SHARE}/3.11/{each}/__init__.py" for each in ("idna", "jinja2")]
    assert compiled.startswith("/usr/local/lib/python3.11/dist-packages/markupsafe/_speedups.")
    assert len(list((root / SHARE).rglob("*.pyc"))) > 20
    assert machine.name in manifests


_ENABLED = "usr/local"  # all that `enable` writes to is below it
_PACK = """
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$1" -cf "$2" "$3"
"""
_LAYER = """
umoci init --layout "$1"
umoci new --image "$1:own"
umoci raw add-layer --image "$1:own" "$1.tar"
"""


@pytest.fixture(scope="module")
def bare(
    unhooked: Callable[[Machine, Path], Station], tmp_path_factory: pytest.TempPathFactory
) -> Station:
    """A machine without a hook, but while one is archived."""
    return unhooked(AMD64, tmp_path_factory.mktemp("bare") / "root")


@pytest.fixture(scope="module")
def enabled(bare: Station, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return what enables the Python of a machine again, and gives the archive of what it wrote."""
    base = tmp_path_factory.mktemp("enabled")

    def enable(name: str, **env: str) -> Path:
        command = ("/opt/pysharedir", "--python", AMD64.python)
        bare.run(*command, "enable", env=env)
        archive = base / f"{name}.tar"
        pack = ["sh", "-euc", _PACK, "sh", str(bare.box.root), str(archive), _ENABLED]
        subprocess.run(pack, check=True)
        bare.run(*command, "disable", env=env)
        return archive

    return enable


def test_enabled_on_two_days(
    enabled: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("oci")
    tools = Box(TOOLS.copy(base / "tools"), lent={"/srv": base})
    digests = []
    for name in ("first", "second"):
        shutil.copy(enabled(name, SOURCE_DATE_EPOCH="0"), base)
        time.sleep(1.1)  # the next build is at another time
        tools.run("sh", "-euc", _LAYER, "sh", name, cwd="/srv")
        (described,) = json.loads((base / name / "index.json").read_text())["manifests"]
        (layer,) = blob(base / name, described)["layers"]
        digests.append(layer["digest"])
    assert digests[0] == digests[1]


@pytest.mark.parametrize(("epoch", "compiles"), [("0", False), ("", True)])
def test_a_start_from_a_layer(
    bare: Station, enabled: Callable[..., Path], tmp_path: Path, *, epoch: str, compiles: bool
) -> None:
    """The layer is mounted read-only, with the times that the archive gives."""
    archive = enabled(f"start-{epoch}", SOURCE_DATE_EPOCH=epoch)
    subprocess.run(["tar", "-C", tmp_path, "-xf", archive], check=True)
    box = replace(bare.box, shown={"/usr/local": tmp_path / _ENABLED})
    log = tmp_path / "log"
    strace = ("strace", "--follow-forks", "--trace=openat", f"--output={log}")
    path = box.run(AMD64.python, "-c", "import sys; print(sys.path)", within=strace).stdout
    assert f"/{SHARE}/3.11" in path
    opened = log.read_text()
    assert "/_pysharedir.cpython-311.pyc" in opened
    assert ('/_pysharedir.py"' in opened, '/_pysharedir.d/path.py"' in opened) == (compiles,) * 2
