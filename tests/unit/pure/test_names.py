"""Names of modules and distributions that belong together."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from pysharedir.why import names


@pytest.mark.parametrize(
    ("module", "distribution", "is_called"),
    [
        ("requests", "requests", True),
        ("requests", "requests2", False),
        ("ruamel_yaml", "ruamel-yaml", True),
        ("Flask", "flask", True),
        ("slugify", "python-slugify", True),
        ("lsp", "lsp-python", True),
        ("py", "python-py", False),
        ("slugify", "unicode-slugify", False),
        # For a module in the table, only the distribution in the table counts.
        ("yaml", "pyyaml", True),
        ("yaml", "yaml", False),
        ("PIL", "pillow", True),
        ("cv2", "opencv-python", True),
        ("cv2", "opencv", False),
    ],
)
def test_is_called(module: str, distribution: str, is_called: bool) -> None:
    assert names.is_called(module, distribution) == is_called


def test_every_name_that_is_known_is_called_so() -> None:
    for module, distribution in names.DISTRIBUTIONS.items():
        assert names.is_called(module, canonicalize_name(distribution))


def test_same() -> None:
    others = ["one_two", "One-Two", "onetwo", "one", "one-two-three", "ONE_TWO"]
    assert names.same("one_two", others) == ["ONE_TWO", "One-Two", "onetwo"]
    assert names.same("other", others) == []


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("reqests", ["requests"]),
        ("requests", ["requests"]),
        ("numppy", ["numpy"]),
        ("zzz", []),
        ("path", ["pathy", "patha", "path3"]),
    ],
)
def test_close(name: str, close: list[str]) -> None:
    known = ["requests", "numpy", "patha", "path3", "pathy", "pathbb", "parrots"]
    assert names.close(name, known) == close


def test_question() -> None:
    assert names.question(["a"]) == "did you mean a?"
    assert names.question(["a", "b"]) == "did you mean a or b?"
