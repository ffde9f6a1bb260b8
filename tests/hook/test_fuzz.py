"""Starts under absurd paths, environments, limits and errors end as they do without the hook."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from fuzz import fuzz
from hook.conftest import PARTS, STYLES, VERSION, near, site_dir_of
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hook.conftest import Python

SECONDS = 2  # for each style
USUAL = """
import json, sys, sysconfig
print(sys.argv, sys.flags, sysconfig.get_path('platlib'), len(sysconfig.get_paths()))
"""
MEGABYTE = 2**20
PATIENCE = 20  # seconds

FLAGS = ["-I", "-E", "-s", "-B", "-O", "-OO", "-b", "-bb", "-u", "-q", "-Werror", "-Xdev", "-Xutf8"]
VALUES = {
    "PYTHONCASEOK": ["1"],
    "PYTHONDEVMODE": ["1"],
    "PYTHONDONTWRITEBYTECODE": ["1"],
    "PYTHONHASHSEED": ["0", "x"],
    "PYTHONHOME": ["/nowhere"],
    "PYTHONIOENCODING": ["ascii", "utf-16", "nosuch"],
    "PYTHONMALLOC": ["debug", "malloc"],
    "PYTHONNOUSERSITE": ["1"],
    "PYTHONOPTIMIZE": ["2"],
    "PYTHONPYCACHEPREFIX": ["/nowhere", "relative"],
    "PYTHONSAFEPATH": ["1"],
    "PYTHONTRACEMALLOC": ["1"],
    "PYTHONUTF8": ["0", "1"],
    "PYTHONWARNINGS": ["error", "always", "nosuch"],
    "LC_ALL": ["C", "POSIX", "C.UTF-8", "nosuch"],
    "PYSHAREDIR": ["0", "1", "on", "x", ""],
}
# More than the hook itself needs: what fits below the limit without it fits with it.
SLACK = {
    resource.RLIMIT_AS: 8 * MEGABYTE,
    resource.RLIMIT_STACK: MEGABYTE // 4,
    resource.RLIMIT_DATA: 8 * MEGABYTE,
}
ENTRIES = ["", ".", "..", "relative", "R/lib/PYTHON/site-packages", "R/x.zip", "R/file", "R/loop"]
ENTRIES += ["R/open/lib/PYTHON/site-packages", "R/other/lib64/PYTHON/site-packages", "R", "/", "//"]
ENTRIES += ["R/link/lib/PYTHON/site-packages", "R/./lib/PYTHON/site-packages", "R/lib/PYTHON"]

# Of those that injector.py knows.
CALLS = ["stat", "listdir", "access", "fsdecode", "isdir", "abspath", "addsitedir", "get_code"]

odd = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
entry = st.sampled_from(ENTRIES) | odd | st.integers(200, 5000).map(lambda size: "n" * size)
entries = st.lists(entry, max_size=6).map(":".join)
values = st.sampled_from(sorted(VALUES)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))
)
limits = (
    st.tuples(st.just(resource.RLIMIT_NOFILE), st.integers(0, 20))
    | st.tuples(st.just(resource.RLIMIT_FSIZE), st.sampled_from([0, 1, 1000]))
    | st.tuples(st.just(resource.RLIMIT_AS), st.integers(10, 120).map(MEGABYTE.__mul__))
    | st.tuples(st.just(resource.RLIMIT_DATA), st.integers(1, 40).map(MEGABYTE.__mul__))
    | st.tuples(st.just(resource.RLIMIT_STACK), st.integers(2, 8).map(MEGABYTE.__mul__))
    | st.tuples(st.just(resource.RLIMIT_NPROC), st.sampled_from([0, 1]))
)
errors = ["OSError", "PermissionError", "MemoryError", "RecursionError", "ValueError", "TypeError"]
faults = st.tuples(
    st.sampled_from(CALLS),
    st.sampled_from([*errors, "UnicodeError", "AttributeError", "ImportError", "StopIteration"]),
    st.integers(0, 6).map(str),
).map(" ".join)


@dataclass
class World:
    """A venv whose hook can be removed, and other files on disk.

    :ivar starts: How often it was started.
    """

    venv: Python
    root: Path
    style: str
    starts: int = 0

    def fill(self, text: str) -> str:
        python = f"python{VERSION}"
        return text.replace("R/", f"{self.root}/").replace("PYTHON/", f"{python}/")

    def start(
        self, *, hooked: bool, flags: list[str], env: dict[str, str], limit: tuple[int, int] | None
    ) -> tuple[int, str, list[str]]:
        """Return the exit status, the output, and the last line of the errors."""
        self.starts += 1
        site_dir = self.venv.site_dir
        starters = [name for name in STYLES[self.style] if name not in PARTS]
        for name in starters if not hooked else ():
            (site_dir / name).rename(site_dir / f"{name}.off")

        def restrict() -> None:
            if limit:
                resource.setrlimit(limit[0], (limit[1], limit[1]))

        try:
            done = self.venv.run(
                *flags, "-c", USUAL, env=env, preexec_fn=restrict, timeout=PATIENCE
            )
        finally:
            for name in starters if not hooked else ():
                (site_dir / f"{name}.off").rename(site_dir / name)
        errors = re.sub("0x[0-9a-f]+", "0x", done.stderr)  # of threads
        return done.returncode, done.stdout, errors.splitlines()[-1:]


@pytest.fixture(scope="module", params=["pth", "sitecustomize"])
def world(
    request: pytest.FixtureRequest,
    make_venv: Callable[..., Python],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    root = tmp_path_factory.mktemp("world")
    venv = make_venv(root / "venv").hook(request.param)
    venv.share(**{"noarch.py": "", "x.pth": f"{root}\n"})
    for name in ("", "open", "other"):
        site_dir = site_dir_of(root / name)
        plant(Path(near(site_dir)), {"below": {}, "x.pth": "below\n"})
    (root / "other" / "lib64").symlink_to("lib")
    Path(near(site_dir_of(root / "open" / "more"))).parents[3].chmod(0o777)
    plant(root, {"x.zip": "no zip", "file": "", "loop": "-> loop", "link": "-> other"})
    shutil.copy2(Path(__file__).with_name("injector.py"), venv.site_dir)
    (venv.site_dir / "A.pth").write_text("import injector\n")  # before the hook's
    made = World(venv, root, request.param)
    yield made
    print(f"\n{made.style}: {made.starts} starts")  # noqa: T201


@pytest.mark.slow
@fuzz(
    path=st.none() | entries,
    prefixes=st.none() | entries,
    variables=st.lists(values, max_size=3).map(dict),
    flags=st.lists(st.sampled_from(FLAGS), max_size=3, unique=True),
    limit=st.none() | limits,
    fault=st.none() | faults,
    examples=SECONDS * 40,  # more than there is time for
    seconds=SECONDS,
)
def test_a_start_is_as_without_the_hook(
    world: World,
    *,
    path: str | None,
    prefixes: str | None,
    variables: dict[str, str],
    flags: list[str],
    limit: tuple[int, int] | None,
    fault: str | None,
) -> None:
    texts = {"PYTHONPATH": path, "PYSHAREDIR_PREFIXES": prefixes, "INJECTED": fault}
    env = {name: world.fill(text) for name, text in texts.items() if text is not None} | variables
    if limit and limit[0] == resource.RLIMIT_FSIZE:
        flags = [*flags, "-B"]  # import writes as much of a pyc as it can: the next start reads it
    if limit and limit[0] in SLACK:
        # What starts below the limit without the hook starts with it; at the limit none need do so.
        less = (limit[0], max(limit[1] - SLACK[limit[0]], 0))
        try:
            before = world.start(hooked=False, flags=flags, env=env, limit=less)
        except subprocess.TimeoutExpired:  # Python ran out of memory while it said so
            return
        if before[0]:
            return
    else:
        before = world.start(hooked=False, flags=flags, env=env, limit=limit)
    assert world.start(hooked=True, flags=flags, env=env, limit=limit) == before
