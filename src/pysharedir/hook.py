"""The hook's files: what they should be for given settings, and what is in a site dir."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pysharedir import __version__, layout

if TYPE_CHECKING:
    from pathlib import Path

Style = Literal["pth", "sitecustomize"]

GATE = "_pysharedir.py"
PARTS = ("_pysharedir.d/path.py", "_pysharedir.d/adjust.py", "_pysharedir.d/more.py")
MODULES = (*PARTS, GATE)
# What starts a style, in the order in which it is written: behind the modules.
STARTERS: dict[Style, tuple[str, ...]] = {
    "pth": ("_pysharedir.start", "_pysharedir.pth"),
    "sitecustomize": ("sitecustomize.py",),
}
_RECORD = "# pysharedir-record: "
_OURS = {
    "_pysharedir.pth": b"import _pysharedir\n",
    "_pysharedir.start": b"_pysharedir:start\n",
}


@dataclass(frozen=True)
class Settings:
    """What ``enable`` bakes into the hook.

    :ivar sharedir: A directory to share between prefixes, ``{version}`` in it stands for X.Y;
        None for the one next to the site dir.
    """

    style: Style = "pth"
    sharedir: str | None = None
    opt_in: bool = False
    allow_world_writable: bool = False


@dataclass(frozen=True)
class Installed:
    """The hook as found in a site dir.

    :ivar files: Those of its files that are there, relative to the site dir.
    :ivar settings: Those that it was made with; the defaults when that cannot be told.
    :ivar created: What ``enable`` made beside them: directories and the lib64 link.
    :ivar state: ``absent``, ``enabled``, ``outdated`` (of another release of pysharedir),
        ``altered`` (not as they were written) or ``incomplete``.
    """

    site_dir: Path
    files: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    created: tuple[str, ...] = ()
    state: str = "absent"
    version: str | None = None


def render(settings: Settings, created: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Return the hook's files for *settings*, in the order in which they are to be written."""
    names = (*MODULES, *STARTERS[settings.style])
    files = {name: (layout.templates() / name).read_bytes() for name in names}
    files[PARTS[0]] = _bake(
        files[PARTS[0]],
        SHAREDIR=repr(settings.sharedir),
        UNSAFE="0" if settings.allow_world_writable else "0o002",
    )
    if settings.opt_in:
        files[GATE] = _bake(files[GATE], ON="False", WORDS='b"1 on true yes"')
    record = {
        "version": __version__,
        **asdict(settings),
        "created": created,
        "files": {name: _digest(content) for name, content in files.items()},
    }
    files[GATE] += f"{_RECORD}{json.dumps(record, sort_keys=True)}\n".encode()
    return files


def read(site_dir: Path) -> Installed:
    """Return the hook that is in *site_dir*."""
    files = tuple(name for name in (*MODULES, *_starters()) if is_ours(site_dir / name))
    if not files:
        return Installed(site_dir)
    found = Installed(site_dir, files, state="incomplete")
    record, behind = _record(site_dir / GATE)
    if record is None:
        return found
    # A record of another release may lack a setting, or have more.
    settings = Settings(
        **{key: record.get(key, value) for key, value in asdict(Settings()).items()}
    )
    created = tuple(record["created"])
    found = replace(found, settings=settings, created=created, version=record["version"])
    foreign = [name for name in record["files"] if name not in files]
    if any(os.path.lexists(site_dir / name) for name in foreign):
        return replace(found, state="altered")
    if set(files) != set(record["files"]):
        return found
    digests = {name: _digest(_content(site_dir / name)) for name in files}
    if digests != record["files"] or behind != "\n":
        return replace(found, state="altered")
    wanted = {name: _digest(_strip(content)) for name, content in render(settings).items()}
    return replace(found, state="enabled" if digests == wanted else "outdated")


def is_ours(path: Path) -> bool:
    """Tell whether pysharedir wrote *path*: by its content, never by its name."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return content == _OURS[path.name] if path.name in _OURS else content[:14] == b"# pysharedir: "


def _starters() -> tuple[str, ...]:
    return tuple(name for names in STARTERS.values() for name in names)


def _bake(content: bytes, **constants: str) -> bytes:
    lines = content.decode().splitlines(keepends=True)
    for name, value in constants.items():
        (index,) = (i for i, line in enumerate(lines) if line.startswith(f"{name} = "))
        lines[index] = f"{name} = {value}\n"
    return "".join(lines).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _content(path: Path) -> bytes:
    return _strip(path.read_bytes())


def _strip(content: bytes) -> bytes:
    """Return the content of a file without the record, which speaks of all files."""
    return content.partition(_RECORD.encode())[0]


def _record(gate: Path) -> tuple[dict[str, Any] | None, str]:
    """Return what the gate records, and the text behind it, which would be run."""
    try:
        text = gate.read_text("utf-8").partition(_RECORD)[2]
        record, end = json.JSONDecoder().raw_decode(text)
    except (OSError, ValueError):
        return None, ""
    kinds = {"version": str, "created": list, "files": dict}
    whole = (
        isinstance(record, dict)
        and all(isinstance(record.get(key), kind) for key, kind in kinds.items())
        and record.get("style", "pth") in STARTERS
        and isinstance(record.get("sharedir"), str | None)
    )
    return (record, text[end:]) if whole else (None, "")
