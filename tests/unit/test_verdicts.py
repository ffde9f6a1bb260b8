"""The verdict on single distributions, in a site dir of a known form."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from pysharedir.installed import distribution
from pysharedir.sort import verdicts
from pysharedir.sort.verdicts import Kind
from unit.test_binaries import ELF_I386, MACH_O, WINDOWS, archive
from unit.wheels import put

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    directory = tmp_path / "lib" / "python3.11" / "site-packages"
    directory.mkdir(parents=True)
    return directory


def judge(site_dir: Path, **overrules: Kind) -> verdicts.Verdict:
    rules = verdicts.Rules("linux", (str(site_dir.parents[2]),), overrules)
    (verdict,) = verdicts.judge(distribution.installed(site_dir), rules)
    return verdict


@pytest.mark.parametrize(
    ("tag", "purelib", "reason"),
    [
        ("cp311-cp311-manylinux_2_17_x86_64", "false", "tagged manylinux_2_17_x86_64"),
        ("py3-none-any\nTag: py3-none-linux_aarch64", "true", "tagged linux_aarch64"),
        ("any", "true", "WHEEL has a malformed tag"),
        ("py2.py3-none-any", "false", "WHEEL says that its root is platlib"),
        ("py3-none-any\nRoot-Is-Purelib: true", "maybe", "WHEEL says that its root is platlib"),
    ],
)
def test_labels_of_a_platform(site_dir: Path, tag: str, purelib: str, reason: str) -> None:
    put(site_dir, "hello", {"hello.py": ""}, tag=tag, purelib=purelib)
    verdict = judge(site_dir)
    assert (verdict.kind, verdict.reason) == (Kind.PLATFORM, reason)
    assert verdict.files == ("hello-1.0.dist-info/WHEEL",)


def test_a_wheel_without_a_tag(site_dir: Path) -> None:
    info = put(site_dir, "hello", {"hello.py": ""})
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
    assert (judge(site_dir).kind, judge(site_dir).reason) == (Kind.PLATFORM, "WHEEL has no tag")


@pytest.mark.parametrize("tag", ["py3-none-any", "py2.py3-none-any", "cp311-none-any"])
def test_noarch(site_dir: Path, tag: str) -> None:
    put(site_dir, "hello", {"hello.py": "", "hello.dll": WINDOWS, "hello.dylib": MACH_O}, tag=tag)
    assert judge(site_dir).kind is Kind.NOARCH
    assert judge(site_dir).files == ()


def test_every_native_file_is_named(site_dir: Path) -> None:
    files: dict[str, str | bytes] = {
        "hello/__init__.py": "",
        "hello/data.txt": ELF_I386,
        "hello/driver": ELF_I386,
        "hello/lib.a": archive(b"", ELF_I386),
        "hello/empty.so": b"",
        "hello/script.so": "#!/bin/sh\n",
    }
    put(site_dir, "hello", files)
    verdict = judge(site_dir)
    assert (verdict.kind, verdict.reason) == (Kind.PLATFORM, "native object")
    assert verdict.files == ("hello/data.txt", "hello/driver", "hello/lib.a")


def test_a_native_script_counts(site_dir: Path) -> None:
    put(site_dir, "hello", {"hello.py": "", "hello-1.0.data/scripts/hello": ELF_I386})
    record = next(site_dir.glob("*/RECORD"))
    (site_dir.parents[2] / "bin" / "hello").write_bytes(ELF_I386)
    script = os.path.relpath(site_dir.parents[2] / "bin" / "hello", site_dir)
    lines = [line for line in record.read_text().splitlines() if "bin/hello" not in line]
    record.write_text("\n".join([*lines, f"{script},,"]) + "\n")
    assert judge(site_dir).files == ("../../../bin/hello",)


def test_what_cannot_be_read_is_doubtful(site_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(site_dir, "hello", {"hello/__init__.py": "", "hello/secret": ""})
    real = os.open

    def refuse(path: str, *arguments: int) -> int:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *arguments)

    monkeypatch.setattr("os.open", refuse)  # root could read every file
    verdict = judge(site_dir)
    assert (verdict.kind, verdict.files) == (Kind.PLATFORM, ("hello/secret",))


def edit(info: Path, name: str, text: str) -> None:
    (info / name).write_text(text)


EDITABLE = json.dumps({"url": "file:///src", "dir_info": {"editable": True}})


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda info: (info / "WHEEL").unlink(), "has no WHEEL"),
        (lambda info: (info / "RECORD").unlink(), "has no RECORD"),
        (lambda info: edit(info, "RECORD", '"x\n'), "RECORD cannot be read"),
        (lambda info: edit(info, "RECORD", "/etc/passwd,,\n"), "absolute path: /etc/passwd"),
        (lambda info: edit(info, "RECORD", "../../../../x,,\n"), "leads out of the installation"),
        (lambda info: edit(info, "RECORD", "a/../../../../../b,,\n"), "leads out"),
        (lambda info: edit(info, "direct_url.json", EDITABLE), "editable"),
        (lambda info: edit(info, "direct_url.json", "{"), "editable"),
        (lambda info: edit(info.parent, "hello.pth", "/src/hello\n"), "editable"),
        (lambda info: edit(info, "INSTALLER", "rpm\n"), "belongs to rpm"),
        (lambda info: edit(info, "INSTALLER", "conda"), "belongs to conda"),
    ],
)
def test_left_alone_whatever_is_said(site_dir: Path, fault: object, reason: str) -> None:
    info = put(site_dir, "hello", {"hello.py": "", "hello.pth": "# nothing\n"})
    assert judge(site_dir).kind is Kind.NOARCH
    fault(info)  # type: ignore[operator]
    for verdict in judge(site_dir), judge(site_dir, hello=Kind.NOARCH):
        assert verdict.kind is Kind.LEFT_ALONE
        assert reason in verdict.reason


def test_an_egg_info_file_is_left_alone(site_dir: Path) -> None:
    (site_dir / "hello-1.0.egg-info").write_text("Name: Hello\nVersion: 1.0\n")
    verdict = judge(site_dir)
    assert (verdict.kind, verdict.distribution.name) == (Kind.LEFT_ALONE, "Hello")
    assert "has no RECORD" in verdict.reason


def test_files_outside_do_no_harm(site_dir: Path) -> None:
    info = put(site_dir, "hello", {"hello.py": ""})
    with (info / "RECORD").open("a") as record:
        record.write("../../../bin/hello,,\n../../../share/man/man1/hello.1,,\n")
    assert judge(site_dir).kind is Kind.NOARCH


def test_the_user_overrules(site_dir: Path) -> None:
    put(site_dir, "hello", {"hello.py": "", "driver": ELF_I386})
    verdict = judge(site_dir, hello=Kind.NOARCH)
    assert (verdict.kind, verdict.overruled) == (Kind.NOARCH, True)
    assert (verdict.reason, verdict.files) == ("overruled by --noarch", ("driver",))


def test_a_package_of_dpkg_is_left_alone(
    site_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a real package, in a database of its own."""
    if not shutil.which("dpkg-deb"):
        pytest.skip("no dpkg on this machine")
    build = tmp_path / "build"
    inside = build / str(site_dir)[1:]
    put(inside, "hello", {"hello.py": ""})
    (build / "DEBIAN").mkdir()
    control = (
        "Package: python3-hello\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n"
    )
    (build / "DEBIAN" / "control").write_text(control)
    subprocess.run(["dpkg-deb", "--build", build, tmp_path / "x.deb"], check=True)
    database = tmp_path / "db"
    for name in "info", "updates", "triggers":
        (database / name).mkdir(parents=True)
    for name in "status", "available":
        (database / name).touch()
    dpkg = ["dpkg", f"--admindir={database}", "--force-all"]
    subprocess.run([*dpkg, "-i", tmp_path / "x.deb"], check=True)
    assert judge(site_dir).kind is Kind.NOARCH
    monkeypatch.setenv("DPKG_ADMINDIR", str(database))
    verdict = judge(site_dir)
    assert verdict.kind is Kind.LEFT_ALONE
    assert verdict.reason == "belongs to python3-hello (dpkg)"
