"""The hook's files: what they should be for given settings, and what is in a site dir."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pysharedir import __version__, layout
from pysharedir.hook import pathline
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Style = Literal["pth", "sitecustomize"]

GATE = "_pysharedir.py"
PARTS = (
    "_pysharedir.d/path.py",
    "_pysharedir.d/local.py",
    "_pysharedir.d/adjust.py",
    "_pysharedir.d/flat.py",
    "_pysharedir.d/more.py",
)
MODULES = (*PARTS, GATE)
# The gate's record once more, for trees without sources: bytecode has no comments.
COPY = "_pysharedir.d/record.txt"
# What only some settings need: appended to a part, so that nobody else pays for it.
PREFIXES = "_pysharedir.d/prefixes.py"
_ADJUST = "_pysharedir.d/adjust.py"
# What starts a style, in the order in which it is written: after the modules.
STARTERS: dict[Style, tuple[str, ...]] = {
    "pth": ("_pysharedir.start", "_pysharedir.pth"),
    "sitecustomize": ("sitecustomize.py",),
}
_RECORD = "# pysharedir-record: "
_TEXTS = ("sharedir", "path_line")  # settings
_VARIABLE = r"(?!PYSHAREDIR(_PREFIXES)?\b|PYTHON(PATH|HOME)\b)[A-Za-z_]\w*(:site-dirs)?"
_START = "_pysharedir.start"
_PTH = "_pysharedir.pth"


class State(Label):
    """What is to be seen of the hook in a site dir."""

    ABSENT = "absent"
    ENABLED = "enabled"
    OUTDATED = "outdated"  # of another release of pysharedir
    ALTERED = "altered"  # not as it was written
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Settings:
    """What ``enable`` bakes into the hook.

    :ivar sharedir: A directory to share between prefixes, ``{version}`` in it stands for X.Y;
        None for the one next to the site dir.
    :ivar prefixes_from: The variables beside PYSHAREDIR_PREFIXES that name prefixes; with
        ``:site-dirs`` after it, one that names site dirs.
    :ivar prefix_startup_files: Whether the ``.pth`` and ``.start`` files of prefixes are run.
    :ivar user_first: Whether the user site dir comes before the prefixes.
    :ivar path_line: See :meth:`pysharedir.hook.place.Place.path_line`.
    """

    style: Style = "pth"
    sharedir: str | None = None
    opt_in: bool = False
    allow_world_writable: bool = False
    prefixes_from: tuple[str, ...] = ()
    prefix_startup_files: bool = False
    user_first: bool = False
    path_line: str | None = None

    @property
    def extends_prefixes(self) -> bool:
        """Whether more is done about prefixes than to add those of PYSHAREDIR_PREFIXES."""
        return bool(self.prefixes_from or self.prefix_startup_files or self.user_first)

    @property
    def variables(self) -> dict[str, bool]:
        """The variables that the hook reads, and whether they name site dirs, in their order."""
        given = (each.partition(":")[::2] for each in self.prefixes_from)
        return {"PYSHAREDIR_PREFIXES": False} | {name: form != "" for name, form in given}


@dataclass(frozen=True)
class Installed:
    """The hook as found in a site dir.

    :ivar files: Those of its files that are there, relative to the site dir; pycs in place of
        modules where there are no sources.
    :ivar settings: Those that it was made with; the defaults when that cannot be told.
    :ivar created: What ``enable`` made beside them: directories and the lib64 link.
    """

    site_dir: Path
    files: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    created: tuple[str, ...] = ()
    state: State = State.ABSENT
    version: str | None = None

    @property
    def names(self) -> set[str]:
        """The names of these files as ``enable`` wrote them."""
        return set(map(_source, self.files))


def names(style: Style) -> tuple[str, ...]:
    """Return the names of the hook's files, in the order in which they are to be written."""
    return (*PARTS, COPY, GATE, *STARTERS[style])


def render(settings: Settings, created: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Return the hook's files for *settings*, in the order in which they are to be written."""
    files = {name: _template(name) for name in names(settings.style)}
    files[PARTS[0]] = _bake(
        files[PARTS[0]],
        SHAREDIR=repr(settings.sharedir),
        UNSAFE="0" if settings.allow_world_writable else "0o002",
    )
    if settings.extends_prefixes:
        files[PARTS[0]] = _bake_variables(files[PARTS[0]], settings)
        files[_ADJUST] += b"\n\n" + _bake(
            _template(PREFIXES),
            VARIABLES=repr(tuple((os.fsencode(k), v) for k, v in settings.variables.items())),
            STARTUP_FILES=repr(settings.prefix_startup_files),
            USER_FIRST=repr(settings.user_first),
        )
    if settings.opt_in:
        files[GATE] = _bake(files[GATE], ON="False", WORDS='b"1 on true yes"')
    if _PTH in files:
        files[_PTH] = pathline.content(settings.path_line)
    record = {
        "version": __version__,
        **asdict(settings),
        "created": created,
        "files": _digests(files),
    }
    for name in COPY, GATE:
        files[name] += f"{_RECORD}{json.dumps(record, sort_keys=True)}\n".encode()
    return files


def read(site_dir: Path) -> Installed:
    """Return the hook that is in *site_dir*; each of its files is read once."""
    contents = {name: _content(site_dir / name) for name in (*MODULES, COPY, *_starters())}
    compiled = {
        f"{name}c": _content(site_dir / f"{name}c")
        for name, content in contents.items()
        if content is None and name.endswith(".py")
    }
    ours = {
        name: content
        for name, content in (contents | compiled).items()
        if content is not None and _is_ours(name, content)
    }
    if not ours.keys() - {COPY}:
        return Installed(site_dir)
    installed = Installed(site_dir, tuple(ours), state=State.INCOMPLETE)
    teller = COPY if f"{GATE}c" in ours else GATE  # it may be there, and altered
    record, rest = _record(contents[teller] or b"")
    if record is None:
        return installed
    # A record of another release may lack a setting, or have more.
    settings = Settings(
        **{key: record.get(key, value) for key, value in asdict(Settings()).items()}
    )
    settings = replace(settings, prefixes_from=tuple(settings.prefixes_from))
    created = tuple(record["created"])
    installed = replace(installed, settings=settings, created=created, version=record["version"])
    foreign = [name for name in record["files"] if name not in installed.names]
    if any(os.path.lexists(site_dir / name) for name in foreign):
        return replace(installed, state=State.ALTERED)
    if installed.names != set(record["files"]):
        return installed
    digests = _digests({name: content for name, content in ours.items() if name in contents})
    if digests.items() - record["files"].items() or rest != "\n":
        return replace(installed, state=State.ALTERED)
    is_current = record["files"] == _digests(render(settings))
    return replace(installed, state=State.ENABLED if is_current else State.OUTDATED)


def is_variable(value: object) -> bool:
    """Tell whether ``--prefixes-from`` can be given it: it becomes part of a program."""
    return isinstance(value, str) and re.fullmatch(_VARIABLE, value, re.ASCII) is not None


def is_ours(path: Path) -> bool:
    """Tell whether pysharedir wrote *path*: by its content, never by its name."""
    content = _content(path)
    return content is not None and _is_ours(path.name, content)


def _is_ours(name: str, content: bytes) -> bool:
    if name.endswith(".pyc"):  # it has the names that its source uses
        return b"pysharedir" in content.lower()
    if name == _PTH:
        return pathline.is_ours(content)
    return content == _template(_START) if name == _START else content[:14] == b"# pysharedir: "


def _source(name: str) -> str:
    return name.removesuffix("c") if name.endswith(".pyc") else name


def _template(name: str) -> bytes:
    if name == COPY:
        return b"# pysharedir: what `enable` wrote.  The gate says it too, while it has a source.\n"
    return (layout.templates() / name).read_bytes()


def _starters() -> tuple[str, ...]:
    return tuple(name for starters in STARTERS.values() for name in starters)


def _bake(content: bytes, **constants: str) -> bytes:
    lines = content.decode().splitlines(keepends=True)
    for name, value in constants.items():
        (index,) = (i for i, line in enumerate(lines) if line.startswith(f"{name} = "))
        lines[index] = f"{name} = {value}\n"
    return "".join(lines).encode()


def _bake_variables(content: bytes, settings: Settings) -> bytes:
    """Make the path not plain when one of the variables is set, as PYSHAREDIR_PREFIXES does."""
    line = b'        and b"%s" not in environ\n'
    names = map(os.fsencode, settings.variables)
    return content.replace(line % b"PYSHAREDIR_PREFIXES", b"".join(line % name for name in names))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the digests of files without the record, which speaks of all of them."""
    return {
        name: _digest(content.partition(_RECORD.encode())[0]) for name, content in files.items()
    }


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None  # a FIFO would be waited for
    except OSError:
        return None


def _record(gate: bytes) -> tuple[dict[str, Any] | None, str]:
    """Return what the gate records, and the text after it, which would be run."""
    try:
        text = gate.decode().partition(_RECORD)[2]
        record, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None, ""
    return (record, text[end:]) if _is_whole(record) else (None, "")


def _is_whole(record: Any) -> bool:
    """Tell whether a record is one that ``enable`` can have written."""
    return (
        isinstance(record, dict)
        and _is_text(record.get("version"))
        and isinstance(record.get("created"), list)
        and all(map(_is_text, record["created"]))
        and isinstance(record.get("files"), dict)
        and all(map(_is_text, record["files"].values()))
        and record.get("style", "pth") in tuple(STARTERS)
        and all(record.get(key) is None or _is_text(record[key]) for key in _TEXTS)
        and isinstance(record.get("opt_in", False), bool)
        and isinstance(record.get("allow_world_writable", False), bool)
        and isinstance(record.get("prefixes_from", []), list)
        and all(map(is_variable, record.get("prefixes_from", [])))
        and isinstance(record.get("prefix_startup_files", False), bool)
        and isinstance(record.get("user_first", False), bool)
    )


def _is_text(value: object) -> bool:
    """Tell whether it is text, and could be the name of a file."""
    try:
        return isinstance(value, str) and b"\0" not in os.fsencode(value)
    except ValueError:
        return False
