"""Trees of files, written as a dict of names to text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from pathlib import Path

Tree = dict[str, Union[str, "Tree", None]]


def plant(root: Path, tree: Tree) -> Path:
    """Write *tree* below *root* and return *root*.

    A text is a file, a dict a directory, ``"-> target"`` a symbolic link.
    """
    root.mkdir(parents=True, exist_ok=True)
    for name, content in tree.items():
        path = root / name
        if isinstance(content, dict):
            plant(path, content)
        elif isinstance(content, str) and content.startswith("-> "):
            path.symlink_to(content[3:])
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content or "")
    return root


def names(root: Path) -> list[str]:
    """Return the relative path of every file and link below *root*, sorted, without pycs."""
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if (path.is_symlink() or not path.is_dir()) and path.suffix != ".pyc"
    )
