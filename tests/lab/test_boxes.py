"""What runs in the lab leaves nothing on the machine, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lab.boxes import ENV, Box
from lab.machines import ARM64, IMAGING

NEEDS = ("losetup", "mount")


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """An emulated root, with an image mounted, a directory shown and one lent."""
    tree, mounted = tmp_path / "tree", tmp_path / "mounted"
    for each in (tree, mounted, tmp_path / "lent"):
        each.mkdir()
    (tree / "file").touch()
    tools = Box(IMAGING.copy(tmp_path / "tools"), lent={"/mnt": tmp_path})
    tools.run("mksquashfs", "/mnt/tree", "/mnt/image", "-quiet")
    root = ARM64.recipe.copy(tmp_path / "root")
    image = {tmp_path / "image": mounted}
    shown = {"/mnt": mounted, "/media": tree}
    return Box(root, None, ARM64.emulator, shown, {"/opt": tmp_path / "lent"}, image)


def state(box: Box) -> tuple[str, list[str], list[str]]:
    """Return the mounts and emulators of the machine, and its loop devices for a box."""
    (image,) = box.images
    loops = subprocess.check_output(["losetup", "--list", "--noheadings"], text=True)
    return (
        Path("/proc/self/mounts").read_text(),
        sorted(os.listdir("/proc/sys/fs/binfmt_misc")),
        [line for line in loops.splitlines() if str(image) in line],
    )


def settled(box: Box, before: tuple[str, list[str], list[str]]) -> bool:
    """Tell whether the state is as before, or soon will be: a loop device goes when it is idle."""
    for _ in range(50):
        if state(box) == before:
            return True
        time.sleep(0.1)
    return False


def test_a_command_that_ends(box: Box) -> None:
    before = state(box)
    listed = "import os, platform; print(platform.machine(), os.listdir('/mnt'))"
    assert box.run(ARM64.python, "-c", listed).stdout == "aarch64 ['file']\n"
    assert settled(box, before)


def test_a_command_that_fails(box: Box) -> None:
    before = state(box)
    assert box.run(ARM64.python, "-c", "1 / 0", check=False).returncode == 1
    assert settled(box, before)
    missing = replace(box, shown={"/mnt": box.root / "missing"})
    assert missing.run(ARM64.python, "-c", "", check=False).returncode
    assert settled(box, before)


def test_a_command_that_is_killed(box: Box) -> None:
    before = state(box)
    code = "import time; print('up', flush=True); time.sleep(600)"
    command = [*box.entrance(), ARM64.python, "-c", code]
    with subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        assert state(box) != before  # the loop device
        process.send_signal(signal.SIGKILL)
    assert settled(box, before)


@pytest.mark.parametrize("name", ["/mnt/new", "/media/new"])
def test_what_is_shown_is_not_written(name: str, box: Box) -> None:
    done = box.run(ARM64.python, "-c", f"open({name!r}, 'w')", check=False)
    assert "Read-only file system" in done.stderr


def test_what_is_lent_is_written(box: Box) -> None:
    box.run(ARM64.python, "-c", "open('/opt/new', 'w')")
    assert (box.lent["/opt"] / "new").exists()
