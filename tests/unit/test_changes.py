from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pysharedir import changes
from pysharedir.errors import ChangeError
from trees import names, plant

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"a": "old", "b": {"c": "c"}, "link": "-> a"}


def steps(root: Path) -> list[changes.Step]:
    return [
        *changes.directories(root / "x" / "y", root / "x" / "z"),
        changes.MakeLink(root / "x" / "link", "y"),
        changes.WriteFile(root / "new", b"new"),
        changes.WriteFile(root / "a", b"changed"),
        changes.ChangeMode(root / "b", 0o700),
        changes.RemoveFile(root / "b" / "c"),
        changes.RemoveFile(root / "link"),
        changes.RemoveDirectory(root / "b"),
    ]


def snapshot(root: Path) -> dict[str, str]:
    return {
        name: path.readlink().name if path.is_symlink() else path.read_text()
        for name in names(root)
        for path in [root / name]
    }


def test_steps_are_applied_in_order(tmp_path: Path) -> None:
    plant(tmp_path, FILES)  # type: ignore[arg-type]
    changes.apply(steps(tmp_path))
    assert snapshot(tmp_path) == {"a": "changed", "new": "new", "x/link": "y"}
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("count", range(10))
def test_a_failure_behind_any_step_undoes_all(tmp_path: Path, count: int) -> None:
    plant(tmp_path, FILES)  # type: ignore[arg-type]
    (tmp_path / "b").chmod(0o755)
    before = snapshot(tmp_path)
    broken = changes.MakeDirectory(tmp_path / "missing" / "parent")
    with pytest.raises(ChangeError, match="no such file or directory"):
        changes.apply([*steps(tmp_path)[:count], broken])
    assert snapshot(tmp_path) == before
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o755
    assert not (tmp_path / "x").exists()


def test_a_check_that_fails_undoes_all(tmp_path: Path) -> None:
    plant(tmp_path, FILES)  # type: ignore[arg-type]
    before = snapshot(tmp_path)

    def check() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        changes.apply(steps(tmp_path), check)
    assert snapshot(tmp_path) == before


def test_a_directory_that_another_process_has_made_stays(tmp_path: Path) -> None:
    path = tmp_path / "share" / "python"
    one, other = (changes.directories(path) for _ in range(2))
    changes.apply(one)
    broken = changes.MakeDirectory(tmp_path / "missing" / "parent")
    with pytest.raises(ChangeError):
        changes.apply([*other, broken])
    assert path.is_dir()
    changes.apply(other)


@pytest.mark.parametrize("there", ["a file", "-> nowhere"])
def test_a_directory_replaces_nothing(tmp_path: Path, there: str) -> None:
    steps = changes.directories(tmp_path / "new")
    plant(tmp_path, {"new": there})
    with pytest.raises(ChangeError, match="file exists"):
        changes.apply(steps)


def test_a_step_says_what_it_does(tmp_path: Path) -> None:
    verbs = {str(step).split()[0] for step in steps(tmp_path)}
    assert verbs == {"make", "link", "write", "chmod", "remove"}


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "script"
    path.write_text("old")
    path.chmod(0o700)
    changes.apply([changes.WriteFile(path, b"new", executable=True)])
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o700)
