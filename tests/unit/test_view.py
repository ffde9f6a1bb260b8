"""The command ``view``, and interpreters that use its views."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from unit.conftest import VERSION
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command, Venv

SITE_DIR = f"lib/python{VERSION}/site-packages"
SCRIPTS = "[console_scripts]\none = one:main\n\n[group]\nplugin = one:main\n"
LISTED = (
    "sorted((each.metadata['Name'], each.version)"
    " for each in __import__('importlib.metadata').metadata.distributions(path=sys.path)"
    " if each.metadata['Name'] in ('one', 'two', 'pure'))"
)


@pytest.fixture
def prefixes(tmp_path: Path) -> list[str]:
    """Two prefixes that share a namespace, of which the first has a sharedir."""
    a, b = tmp_path / "a", tmp_path / "b"
    for prefix in a, b:
        (prefix / SITE_DIR).mkdir(parents=True)
    put(
        a / SITE_DIR,
        "one",
        {"one.py": "def main(): print('hello')\n", "ns/one.py": "x = 1\n"},
        entry_points=SCRIPTS,
    )
    put(a / f"share/python/{VERSION}", "pure", {"pure/__init__.py": ""}, prefix=a)
    put(b / SITE_DIR, "two", {"two/__init__.py": "", "ns/two.py": "x = 2\n"})
    put(b / SITE_DIR, "one", {"one.py": "raise SystemExit\n"})
    (b / SITE_DIR / "one-1.0.dist-info").rename(b / SITE_DIR / "one-0.9.dist-info")
    (a / SITE_DIR / "a.pth").write_text("import os\n")
    (b / SITE_DIR / "b.pth").write_text("/src/b\n")
    return [str(a), str(b)]


@pytest.fixture
def made(command: Command, venv: Venv, prefixes: list[str], tmp_path: Path) -> Path:
    """The view of them."""
    command.json("--python", venv.root, "view", tmp_path / "all", *prefixes)
    return tmp_path / "all"


def uses(venv: Venv, view: Path, **env: str) -> None:
    """Check that an interpreter finds everything in the view, once."""
    imports = "import one, two, pure, ns.one, ns.two\n"
    done = venv.run("-c", f"{imports}print(one.__file__, ns.one.x + ns.two.x)", **env)
    assert done.stdout == f"{view / SITE_DIR}/one.py 3\n", done.stderr
    assert venv.says(LISTED, **env) == [["one", "1.0"], ["pure", "1.0"], ["two", "1.0"]]
    points = "__import__('importlib.metadata').metadata.entry_points(group='group')"
    assert venv.says(f"[each.name for each in {points}]", **env) == ["plugin"]


def test_it_is_named_by_a_variable_or_a_path_line(
    make_venv: Callable[[str], Venv], venv: Venv, made: Path
) -> None:
    uses(venv, made, PYTHONPATH=str(made / SITE_DIR))
    with_line = make_venv("with-line")
    (with_line.site_dir / "view.pth").write_text(f"{made / SITE_DIR}\n")
    uses(with_line, made)


def test_the_hook_finds_it(enabled: Venv, command: Command, prefixes: list[str]) -> None:
    view = enabled.root.parent / "all"
    command.json("--python", enabled.root, "view", view, *prefixes)
    uses(enabled, view, PYSHAREDIR_PREFIXES=str(view))
    status = command.json("--python", enabled.root, "status", PYSHAREDIR_PREFIXES=str(view))
    (entry,) = (each for each in status["path"] if each["path"] == str(view / SITE_DIR))
    assert entry["by"] == "PYSHAREDIR_PREFIXES"


def test_it_says_what_it_does(
    command: Command, venv: Venv, prefixes: list[str], tmp_path: Path
) -> None:
    words = "--python", venv.root, "view", tmp_path / "all"
    dry = command(*words, *prefixes, "--dry-run")
    assert dry.stdout.startswith(f"would make {tmp_path}/all: 2 prefixes, ")
    assert not os.path.lexists(tmp_path / "all")
    done = command(*words, *prefixes)
    a, b = prefixes
    assert f"make {tmp_path}/all: 2 prefixes, " in done.stdout
    assert f"hidden: one 0.9 in {b}/{SITE_DIR}, by 1.0 in {a}/{SITE_DIR}\n" in done.stdout
    assert f"because only a .pth file names /src/b: {b}/{SITE_DIR}/b.pth\n" in done.stdout
    assert f"startup files of prefixes are not run: {a}/{SITE_DIR}/a.pth\n" in done.stdout
    assert done.stdout.endswith(f"to use it: PYTHONPATH={tmp_path}/all/{SITE_DIR}\n")
    again = command(*words)
    assert again.stdout == f"{tmp_path}/all: up to date, nothing to do\n"


def test_a_check_exits_with_1_when_a_prefix_has_changed(
    command: Command, venv: Venv, made: Path
) -> None:
    words = "--python", venv.root, "view", made, "--check"
    assert command(*words).returncode == 0
    put(made.parent / "b" / SITE_DIR, "new", {"new.py": ""})
    shutil.rmtree(made.parent / "b" / SITE_DIR / "two")
    done = command(*words)
    assert done.returncode == 1
    assert f"not linked yet: {SITE_DIR}/new.py\n" in done.stdout
    assert f"gone: {SITE_DIR}/two\n" in done.stdout
    assert json.loads(command(*words, "--json").stdout)["removed"] == [f"{SITE_DIR}/two"]
    assert command("--python", venv.root, "view", made).returncode == 0
    assert command(*words).returncode == 0


def test_a_script_runs_from_the_view(venv: Venv, made: Path) -> None:
    script = made / "bin" / "one"
    assert script.is_symlink()
    done = venv.run(str(script), PYTHONPATH=str(made / SITE_DIR))
    assert done.stdout == "hello\n"


@pytest.mark.usefixtures("prefixes")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["all"], 2, "no view is there"),
        (["all", "missing"], 2, "no such directory"),
        (["a", "b"], 1, "not written by pysharedir"),
        (["all/", "a", "--check"], 2, "no view is there"),
        (["/", "a"], 2, "no directory for a view"),
        (["proc/view", "a"], 1, "cannot be made"),
    ],
)
def test_what_is_refused_is_one_line_and_a_hint(
    command: Command, venv: Venv, words: list[str], code: int, said: str
) -> None:
    top = venv.root.parent
    (top / "proc").symlink_to("/proc")
    given = [word if word.startswith(("/", "-")) else f"{top}/{word}" for word in words]
    done = command("--python", venv.root, "view", *given)
    assert (done.returncode, done.stdout) == (code, "")
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert said in error
    assert hint.startswith("hint: ")


def test_names_of_strangers_are_escaped(
    command: Command, venv: Venv, prefixes: list[str], tmp_path: Path
) -> None:
    for prefix in prefixes:
        (tmp_path / prefix / SITE_DIR / "bad\x1b[31m-1.dist-info").mkdir()
        (tmp_path / prefix / SITE_DIR / os.fsdecode(b"\xff\x1b.pth")).write_text("")
    (tmp_path / prefixes[1] / SITE_DIR / "bad\x1b[31m-1.dist-info").rename(
        tmp_path / prefixes[1] / SITE_DIR / "bad\x1b[31m-2.dist-info"
    )
    done = command("--python", venv.root, "view", tmp_path / "all", *prefixes)
    assert not done.returncode
    assert "\x1b" not in done.stdout
    assert r"bad\x1b[31m" in done.stdout
    assert not command.json("--python", venv.root, "view", tmp_path / "all")["differs"]
