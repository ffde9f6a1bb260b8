"""With -v the hook says on stderr what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

    from hook.conftest import Python


def said(venv: Python, **kwargs: Any) -> list[str]:
    done = venv.run("-v", "-c", "pass", **kwargs)
    assert done.returncode == 0
    assert done.stdout == ""
    return [line for line in done.stderr.splitlines() if line.startswith("# pysharedir")]


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_what_was_added_and_dropped(venv: Python, tmp_path: Path, style: str) -> None:
    plant(tmp_path, {"real": {}, "link": "-> real"})
    (venv.site_dir / "x.pth").write_text(f"{tmp_path / 'real'}\n{tmp_path / 'link'}\n")
    venv.share()
    venv.hook(style)
    assert said(venv) == [
        f"# pysharedir: dropped {str(tmp_path / 'link')!r}",
        f"# pysharedir: added {str(venv.sharedir)!r}",
    ]


def test_prefixes(hooked: Python, tmp_path: Path) -> None:
    site_dir = tmp_path / "lib" / hooked.site_dir.parent.name / "site-packages"
    site_dir.mkdir(parents=True)
    lines = said(hooked, env={"PYSHAREDIR_PREFIXES": str(tmp_path)})
    assert f"# pysharedir: added {str(site_dir)!r}" in lines


def test_nothing_to_say(venv: Python) -> None:
    assert said(venv.hook()) == []
    venv.share()
    assert len(said(venv)) == 1
    assert said(venv, env={"PYSHAREDIR": "0"}) == []


def test_only_with_v(hooked: Python) -> None:
    assert hooked.outcome("-c", "pass") == (0, "", "")


def test_why_it_gave_up(hooked: Python) -> None:
    entry = "type('Odd', (), {'__str__': lambda self: 0 / 0})()"
    (hooked.site_dir / "x.pth").write_text(f"import sys; sys.path.insert(0, {entry})\n")
    assert hooked.outcome("-c", "pass") == (0, "", "")
    assert "ZeroDivisionError: division by zero" in hooked.run("-v", "-c", "pass").stderr
