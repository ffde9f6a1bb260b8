from __future__ import annotations

from pathlib import Path

import pytest

from pysharedir import changes
from pysharedir.errors import ChangeError
from trees import names, plant

FILES = {"a": "old", "b": {"c": "c"}, "link": "-> a"}


def steps(root: Path) -> list[changes.Step]:
    return [
        *changes.directories(root / "x" / "y", root / "x" / "z"),
        changes.MakeLink(root / "x" / "link", "y"),
        changes.WriteFile(root / "new", b"new"),
        changes.WriteFile(root / "a", b"changed"),
        changes.CopyFile(root / "x" / "c", root / "b" / "c"),
        changes.RemoveFile(root / "b" / "c", root / "x" / "c"),
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
    assert snapshot(tmp_path) == {"a": "changed", "new": "new", "x/c": "c", "x/link": "y"}
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("count", range(10))
def test_a_failure_behind_any_step_undoes_all(tmp_path: Path, count: int) -> None:
    plant(tmp_path, FILES)  # type: ignore[arg-type]
    before = snapshot(tmp_path)
    broken = changes.MakeDirectory(tmp_path / "missing" / "parent")
    with pytest.raises(ChangeError, match="no such file or directory"):
        changes.apply([*steps(tmp_path)[:count], broken])
    assert snapshot(tmp_path) == before
    assert (tmp_path / "b").is_dir()
    assert not (tmp_path / "x").exists()


def test_a_check_that_fails_undoes_all(tmp_path: Path) -> None:
    plant(tmp_path, FILES)  # type: ignore[arg-type]
    before = snapshot(tmp_path)

    def check() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        changes.apply(steps(tmp_path), check)
    assert snapshot(tmp_path) == before


def test_a_copy_never_overwrites(tmp_path: Path) -> None:
    plant(tmp_path, FILES)  # type: ignore[arg-type]
    with pytest.raises(ChangeError, match="file exists"):
        changes.apply([changes.CopyFile(tmp_path / "a", tmp_path / "b" / "c")])
    assert snapshot(tmp_path)["a"] == "old"


def test_a_copy_keeps_time_mode_and_links(tmp_path: Path, no_hard_links: None) -> None:  # noqa: ARG001
    plant(tmp_path, {"a": "text", "link": "-> a"})
    (tmp_path / "a").chmod(0o751)
    changes.apply([changes.CopyFile(tmp_path / "b", tmp_path / "a")])
    changes.apply([changes.CopyFile(tmp_path / "l", tmp_path / "link")])
    old, new = (tmp_path / "a").stat(), (tmp_path / "b").stat()
    assert (old.st_mode, old.st_mtime_ns) == (new.st_mode, new.st_mtime_ns)
    assert (tmp_path / "l").readlink() == Path("a")


@pytest.fixture
def no_hard_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", link)


def test_a_step_says_what_it_does(tmp_path: Path) -> None:
    verbs = {str(step).split()[0] for step in steps(tmp_path)}
    assert verbs == {"make", "link", "write", "copy", "remove"}
