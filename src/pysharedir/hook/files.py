"""The hook's files: their content for given settings, and those that are in a site dir."""

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
    "_pysharedir.d/metadata.py",
)
MODULES = (*PARTS, GATE)
# A copy of the gate's record, for trees without sources: bytecode has no comments.
COPY = "_pysharedir.d/record.txt"
# Appended to a part for settings that need it, so that other starts do not pay for it.
PREFIXES = "_pysharedir.d/prefixes.py"
_ADJUST = "_pysharedir.d/adjust.py"
# For Python 3.18 and later, which ignore import lines (PEP 829).
START = "_pysharedir.start"
SITECUSTOMIZE = "sitecustomize.py"
# The startup files of each style, in the order in which they are written: after the modules.
STARTERS: dict[Style, tuple[str, ...]] = {
    "pth": (START, "_pysharedir.pth"),
    "sitecustomize": (SITECUSTOMIZE,),
}
_RECORD = "# pysharedir-record: "
_TEXTS = ("sharedir", "path_line")  # settings
_VARIABLE = r"(?!PYSHAREDIR(_PREFIXES)?\b|PYTHON(PATH|HOME)\b)[A-Za-z_]\w*(:site-dirs)?"
_PTH = "_pysharedir.pth"


class State(Label):
    """The state of the hook in a site dir."""

    ABSENT = "absent"
    ENABLED = "enabled"
    OUTDATED = "outdated"  # written by another release of pysharedir
    ALTERED = "altered"  # changed after it was written
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Settings:
    """The settings that ``enable`` writes into the hook.

    :ivar sharedir: A directory that several prefixes share, in which ``{version}`` stands for X.Y;
        None for the one next to the site dir.
    :ivar prefixes_from: Variables that name prefixes, in addition to PYSHAREDIR_PREFIXES; a
        variable that names site dirs has ``:site-dirs`` after its name.
    :ivar prefix_startup_files: Whether the ``.pth`` and ``.start`` files of prefixes are run.
    :ivar user_first: Whether the user site dir comes before the prefixes.
    :ivar path_line: See :meth:`pysharedir.hook.place.Place.path_line`.
    :ivar start_file: See :meth:`pysharedir.hook.place.Place.needs_start_file`.
    """

    style: Style = "pth"
    sharedir: str | None = None
    opt_in: bool = False
    allow_world_writable: bool = False
    prefixes_from: tuple[str, ...] = ()
    prefix_startup_files: bool = False
    user_first: bool = False
    path_line: str | None = None
    start_file: bool = False

    @property
    def extends_prefixes(self) -> bool:
        """Whether the hook does more about prefixes than add those of PYSHAREDIR_PREFIXES."""
        return bool(self.prefixes_from or self.prefix_startup_files or self.user_first)

    @property
    def variables(self) -> dict[str, bool]:
        """The variables that the hook reads, in order, and whether each names site dirs."""
        given = (option.partition(":")[::2] for option in self.prefixes_from)
        return {"PYSHAREDIR_PREFIXES": False} | {name: form != "" for name, form in given}


@dataclass(frozen=True)
class Installed:
    """The hook in a site dir.

    :ivar files: Those of its files that exist, relative to the site dir; without sources, their
        pycs.
    :ivar settings: The settings that it was written with; the defaults when there is no record.
    :ivar created: What else ``enable`` made: directories and the lib64 link.
    """

    site_dir: Path
    files: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    created: tuple[str, ...] = ()
    state: State = State.ABSENT
    version: str | None = None

    @property
    def names(self) -> set[str]:
        """The names of these files when ``enable`` wrote them, so ``.py`` for a pyc."""
        return set(map(_source, self.files))


def names(settings: Settings) -> tuple[str, ...]:
    """Return the names of the hook's files, in the order in which they are to be written."""
    starters = STARTERS[settings.style]
    return (*PARTS, COPY, GATE, *(n for n in starters if n != START or settings.start_file))


def render(settings: Settings, created: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Return the hook's files for *settings*, in the order in which they are to be written."""
    files = {name: _template(name) for name in names(settings)}
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
    if SITECUSTOMIZE in files:
        files[SITECUSTOMIZE] = one_module(files[GATE], files[PARTS[0]])
    record = {
        "version": __version__,
        **asdict(settings),
        "created": created,
        "files": _digests(files),
    }
    for name in COPY, GATE:
        files[name] += f"{_RECORD}{json.dumps(record, sort_keys=True)}\n".encode()
    return files


def one_module(gate: bytes, path: bytes) -> bytes:
    """Return ``sitecustomize.py``: its template with the code of the gate and of ``path.py``.

    The code for a ``.pth`` file, which runs before ``sys.path`` is complete, is left out.
    """
    head, _, switch = gate.partition(b"\ntry:\n")
    functions = path.partition(b"\n\n# site sets _home")[0]
    watching, _, waiting = functions.partition(b'    if name != "sitecustomize"')
    safely = waiting.partition(b"\n\ndef safely")[2]
    parts = {
        b"...  # the constants of _pysharedir.py\n": head.partition(b"import sys\n\n")[2],
        b"...  # the functions of path.py\n": watching + b"\n\ndef safely" + safely,
        b"    if ...:  # the switch of _pysharedir.py\n": switch.partition(b"        loader = ")[0],
    }
    content = _template(SITECUSTOMIZE)
    for line, part in parts.items():
        content = content.replace(line, part)
    return content


def read(site_dir: Path) -> Installed:
    """Return the hook in *site_dir*; reads each of its files once."""
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
    recorder = COPY if f"{GATE}c" in ours else GATE  # an altered gate may lack the record
    record, rest = _record(contents[recorder] or b"")
    if record is None:
        return installed
    # The record of another release may lack a setting, or have additional ones.
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
    """Tell whether a value is valid for ``--prefixes-from``, which becomes part of a program."""
    return isinstance(value, str) and re.fullmatch(_VARIABLE, value, re.ASCII) is not None


def is_ours(path: Path) -> bool:
    """Tell whether pysharedir wrote *path*, by its content, not by its name alone."""
    content = _content(path)
    return content is not None and _is_ours(path.name, content)


def _is_ours(name: str, content: bytes) -> bool:
    if name.endswith(".pyc"):  # a pyc holds the names that its source uses
        return b"pysharedir" in content.lower()
    if name == _PTH:
        return pathline.is_ours(content)
    return content == _template(START) if name == START else content[:14] == b"# pysharedir: "


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
    """Let each variable end the shortcut for a plain path, as PYSHAREDIR_PREFIXES does."""
    line = b'        and b"%s" not in environ\n'
    names = map(os.fsencode, settings.variables)
    return content.replace(line % b"PYSHAREDIR_PREFIXES", b"".join(line % name for name in names))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the digests of files, without the record, which holds these digests."""
    return {
        name: _digest(content.partition(_RECORD.encode())[0]) for name, content in files.items()
    }


def _content(path: Path) -> bytes | None:
    try:
        return (
            path.read_bytes() if path.is_file() else None
        )  # opening a FIFO would wait for a writer
    except OSError:
        return None


def _record(gate: bytes) -> tuple[dict[str, Any] | None, str]:
    """Return the record of the gate, and the text after it, which a start would run."""
    try:
        text = gate.decode().partition(_RECORD)[2]
        record, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None, ""
    return (record, text[end:]) if _is_whole(record) else (None, "")


def _is_whole(record: Any) -> bool:
    """Tell whether ``enable`` can have written a record."""
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
        and isinstance(record.get("start_file", False), bool)
    )


def _is_text(value: object) -> bool:
    """Tell whether a value is text that can be the name of a file."""
    try:
        return isinstance(value, str) and b"\0" not in os.fsencode(value)
    except ValueError:
        return False
