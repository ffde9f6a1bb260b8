"""What the programs in :mod:`.inside` answer; a test runs each and compares the keys."""

from __future__ import annotations

from typing import TypedDict


class Probe(TypedDict):
    """``probe``: what an interpreter reports about itself.

    :ivar site_purelib: Where it installs pure wheels to without the hook.
    :ivar path: ``sys.path`` without the working directory.
    """

    version: list[int]
    implementation: str
    executable: str
    platform: str
    bits: int
    prefix: str
    base_prefix: str
    platlibdir: str
    scheme: str
    stdlib: str
    site_purelib: str
    purelib: str
    platlib: str
    scripts: str
    cache_tag: str
    pycache_prefix: str | None
    magic: str
    suffixes: list[str]
    markers: dict[str, str]
    site_dirs: list[str]
    user_site: str | None
    path: list[str]
    pythonpath: list[str]


class Bare(TypedDict):
    """``bare``: what a start would read, without such a start.

    :ivar path: ``sys.path`` before site and without PYTHONPATH.
    :ivar venv_site_dirs: In a venv, the directories that site adds first, missing ones included.
    :ivar site_dirs: The directories that site adds after the user site dir.
    :ivar skips_hidden: Whether site skips hidden files.
    :ivar extensions: The suffixes of extension modules, in the order in which they are tried.
    """

    version: list[int]
    executable: str
    prefix: str
    base_prefix: str
    platlibdir: str
    stdlib: str
    path: list[str]
    venv_site_dirs: list[str]
    site_dirs: list[str]
    user_site: str | None
    skips_hidden: bool
    extensions: list[str]


class Spec(TypedDict):
    """What a finder finds for a name; see :class:`pysharedir.why.search.Spec`."""

    kind: str
    origin: str | None
    file: str | None
    locations: list[str] | None


class PathAnswer(TypedDict):
    """What the finder of one directory or archive finds for a name."""

    path: str
    entry: int | None
    open: bool
    spec: Spec | None
    error: str | None


class FinderAnswer(TypedDict):
    """What one finder of ``sys.meta_path`` finds for a name."""

    name: str
    file: str | None
    spec: Spec | None
    error: str | None


class SearchedLevel(TypedDict):
    """The search for one part of a dotted name."""

    name: str
    spec: Spec | None
    by: str | None
    at_startup: bool
    blocked: bool
    extends: bool
    changes: str | None
    answers: list[PathAnswer]
    finders: list[FinderAnswer]


class Lookup(TypedDict):
    """``lookup``: where the import system looks for modules.

    :ivar levels: The searches, in the order of the names.
    """

    path: list[str | None]
    cwd: str | None
    stdlib: list[str]
    levels: list[list[SearchedLevel]]


class _Span(TypedDict):
    kind: str
    file: str | None
    text: str | None
    ns: int
    begin: int
    end: int
    modules: list[str]
    path: list[str]
    files: list[str]
    error: str | None
    fatal: bool
    number: int
    parent: int | None


class Span(_Span, total=False):
    """One piece of code that a start runs.

    :ivar ns: Nanoseconds, without the spans inside it.
    :ivar begin: When it began, in nanoseconds, by a clock that starts with site and stops while the
        program records something; so is ``end``.
    :ivar parent: The number of the span that it is directly inside.
    :ivar search: Only for sitecustomize and usercustomize: the path that was searched.
    """

    search: list[str]


class Trace(TypedDict):
    """``watch`` and ``trace``: what a start runs.

    :ivar began: The clock before the program was compiled, in nanoseconds.
    :ivar before: The files of the modules that were imported before site.
    """

    version: list[int]
    prefix: str
    base_prefix: str
    stdlib: str
    user_site: str | None
    path: list[str]
    modules: list[str]
    pid: int
    began: int
    before: list[str]
    spans: list[Span]


class Plain(TypedDict):
    """``plain``: the modules and the path of a start that is not traced."""

    modules: list[str]
    path: list[str]
    stdlib: list[str]


class Compiled(TypedDict):
    """``compile``: how many modules could be byte-compiled."""

    made: int


class Pycs(TypedDict):
    """``pycs``: the hashes that pycs hold of sources, and whether sources can be compiled."""

    digests: list[str | None]
    compiles: list[bool]
