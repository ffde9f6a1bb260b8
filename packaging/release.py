"""The steps of a release that are not git's; CONTRIBUTING.md has the recipe.

``release.py cut VERSION``   write the version and the date where a release needs them
``release.py check TAG``     fail unless the tag is the version that was cut
``release.py notes``         print what the changelog says of the newest release
``release.py build DIR``     build the sdist and the wheel twice, compare and check them
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKOUT = Path(__file__).resolve().parents[1]
CHANGELOG = CHECKOUT / "CHANGELOG.md"
SPEC = CHECKOUT / "packaging" / "rpm" / "python3-pysharedir-hook.spec"
DEBIAN = CHECKOUT / "packaging" / "debian" / "debian" / "changelog"
GALAXY = CHECKOUT / "packaging" / "ansible" / "galaxy.yml"
# They show the names of packages that the recipes make.
GUIDES = tuple(CHECKOUT / "docs" / "how-to" / name for name in ("deb.md", "rpm.md"))
_HEADING = re.compile(r"^## \[(\d\S*)\] - (\S+)$", re.MULTILINE)


def main(command: str = "", *arguments: str) -> None:
    """Run a step.

    :raises SystemExit: when something is not as a release needs it.
    """
    steps: dict[str, Callable[..., None]] = {
        "cut": cut,
        "check": check,
        "notes": notes,
        "build": build,
    }
    if (command, len(arguments)) not in {("cut", 1), ("check", 1), ("notes", 0), ("build", 1)}:
        sys.exit(__doc__)
    steps[command](*arguments)


def newest() -> tuple[str, str]:
    """Return the version and the date of the newest release in the changelog."""
    found = _HEADING.search(CHANGELOG.read_text("utf-8"))
    return (found[1], found[2]) if found else ("", "")


def cut(version: str) -> None:
    """Give what is unreleased a version and the date of today, and the recipes the version."""
    if not re.fullmatch(r"\d+(\.\d+)+((a|b|rc)\d+)?", version):
        sys.exit(f"{version}: no version such as 0.2.0")
    now = datetime.now(timezone.utc).replace(microsecond=0)
    before, _ = newest()
    if version != before:
        heading = "## [Unreleased]\n"
        _replace(CHANGELOG, heading, f"{heading}\n## [{version}] - {now.date()}\n")
        maintainer = re.findall(r"^ -- (.+?)  ", DEBIAN.read_text("utf-8"), re.MULTILINE)[0]
        entry = f"dh-pysharedir ({version}) unstable; urgency=medium\n\n  * New release.\n\n"
        entry += f" -- {maintainer}  {format_datetime(now)}\n\n"
        DEBIAN.write_text(entry + DEBIAN.read_text("utf-8"), "utf-8")
        _replace(SPEC, f"Version:        {before}\n", f"Version:        {version}\n")
        _replace(GALAXY, f"version: {before}\n", f"version: {version}\n")
        for guide in GUIDES:
            shown = rf"(pysharedir(?:-hook)?[-_ ]\(?){re.escape(before)}"
            text = re.sub(shown, rf"\g<1>{version}", guide.read_text("utf-8"))
            guide.write_text(text, "utf-8")
    check(f"v{version}")


def _replace(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    if text.count(before) != 1:
        sys.exit(f"{path}: not once there: {before!r}")
    path.write_text(text.replace(before, after), "utf-8")


def versions() -> dict[str, str]:
    """Return the version of the newest release, by the file that says so."""
    return {
        str(CHANGELOG): newest()[0],
        str(SPEC): re.findall(r"^Version:\s+(\S+)$", SPEC.read_text("utf-8"), re.MULTILINE)[0],
        str(GALAXY): re.findall(r"^version: (\S+)$", GALAXY.read_text("utf-8"), re.MULTILINE)[0],
        str(DEBIAN): re.findall(r"\((\S+)\)", DEBIAN.read_text("utf-8"))[0],
    }


def check(tag: str) -> None:
    """Fail unless *tag* is the newest version everywhere."""
    wrong = [f"{path}: {each}, not {tag}" for path, each in versions().items() if f"v{each}" != tag]
    if wrong:
        sys.exit("\n".join(wrong))


def notes() -> None:
    """Print what the changelog says of the newest release."""
    _, _, _, text, *_ = _HEADING.split(CHANGELOG.read_text("utf-8"), maxsplit=2)
    print(re.split(r"^\[\S+\]: ", text, maxsplit=1, flags=re.MULTILINE)[0].strip())


def build(directory: str) -> None:
    """Build twice, in different places and with different umasks; compare and check the first."""
    built = Path(directory).resolve()
    with tempfile.TemporaryDirectory() as name:
        clone, again = Path(name, "clone"), Path(name, "again")
        _run("git", "clone", "--quiet", CHECKOUT, clone, umask=0o077)
        _run("uv", "build", "--quiet", "--out-dir", built, CHECKOUT)
        _run("uv", "build", "--quiet", "--out-dir", again, clone, umask=0o077)
        for path in sorted(again.glob("pysharedir-*")):
            if path.read_bytes() != (built / path.name).read_bytes():
                sys.exit(f"{path.name}: the two builds differ")
    # The index takes every file of the directory for one of the release.
    (built / ".gitignore").unlink(missing_ok=True)
    wheels = sorted(built.glob("*.whl"))
    _run(sys.executable, "-m", "twine", "check", "--strict", *sorted(built.iterdir()))
    _run(sys.executable, "-m", "check_wheel_contents", *wheels)


def _run(*command: str | Path, umask: int = -1) -> None:
    env = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run(command, check=True, cwd=CHECKOUT, env=env, umask=umask)


if __name__ == "__main__":
    main(*sys.argv[1:])
