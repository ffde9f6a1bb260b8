"""Print as JSON where the import system looks for modules, and what it finds.  Runs in the target.

Contract: imports only the standard library, runs on Python 3.9, changes nothing, imports neither
the given modules nor their parents, and prints one line of JSON between two marks, so that output
of startup code does no harm.  It is passed with ``-c``, with an argument in JSON: the names of the
modules, and further directories to search that are not on the path.
"""

import sys

LOADED = {name: module for name, module in sys.modules.items() if name != "__main__"}
sys.dont_write_bytecode = True

import os

# Import what this file needs from the standard library, whatever comes first on sys.path.
REAL_PATH = sys.path
STDLIB = os.path.dirname(os.__file__)
sys.path = [
    entry
    for entry in REAL_PATH
    if isinstance(entry, str) and (entry == STDLIB or os.path.basename(entry) == "lib-dynload")
]

import importlib.machinery
import json
import re

sys.path = REAL_PATH

KINDS = (
    (importlib.machinery.ExtensionFileLoader, "extension module"),
    (importlib.machinery.SourcelessFileLoader, "bytecode module"),
    (importlib.machinery.SourceFileLoader, "module"),
)
# Code that adds the portions in other entries to a package, and code that adds modules otherwise.
EXTENDS = re.compile(rb"extend_path\(|declare_namespace\(")
MOVES = re.compile(rb"__path__\s*\+?=(?!=)|__path__\.(append|extend|insert)")
FILLS = re.compile(rb"sys\.modules")


def described(spec):
    """Return the facts of a spec; a namespace portion has its locations."""
    try:
        locations = spec.submodule_search_locations
        locations = None if locations is None else [str(location) for location in locations]
    except Exception:  # a namespace path whose parent is not imported
        locations = []
    if locations is None:
        locations = made_by(spec)
    return dict(
        kind=kind_of(spec.loader, locations),
        origin=spec.origin if isinstance(spec.origin, str) else None,
        file=getattr(spec.loader_state, "filename", None),  # of a frozen module
        locations=locations,
    )


def made_by(spec):
    """Return the locations of submodules for a loader that does not load files, or None.

    The loader of setuptools returns its own distutils, and its spec does not have the
    ``__path__``.
    """
    loader, origin = spec.loader, spec.origin
    is_of_file = isinstance(loader, tuple(cls for cls, _ in KINDS))
    if is_of_file or type(loader).__name__ == "zipimporter" or not isinstance(origin, str):
        return None
    if not os.path.isabs(origin) or os.path.basename(origin).partition(".")[0] != "__init__":
        return None
    return [os.path.dirname(origin)]


def kind_of(loader, locations):
    name = getattr(loader, "__name__", type(loader).__name__)
    if loader is None or name in ("NamespaceLoader", "_NamespaceLoader"):
        return "namespace portion"
    if name == "BuiltinImporter":
        return "built-in module"
    if name == "FrozenImporter":
        return "frozen module"
    if name == "zipimporter":
        return "module in a zip" if locations is None else "package in a zip"
    if locations is not None:
        return "package"
    return next((kind for cls, kind in KINDS if isinstance(loader, cls)), "module")


def name_of(finder):
    """Return the name of a finder, and the file of the module that defines it."""
    if isinstance(finder, type(sys)):
        module = name = finder.__name__
    else:
        cls = finder if isinstance(finder, type) else type(finder)
        module, name = cls.__module__, cls.__module__ + "." + cls.__qualname__
    return dict(name=name, file=getattr(sys.modules.get(module), "__file__", None))


def finder_of(path):
    """Return the finder that sys.path_hooks make for an entry, as PathFinder does."""
    path = path or os.getcwd()
    if path in sys.path_importer_cache:
        return sys.path_importer_cache[path]
    for hook in sys.path_hooks:
        try:
            return hook(path)
        except ImportError:
            continue
    return None


def ask(find):
    """Return the spec that a finder finds, and the error that it raises."""
    try:
        spec = find()
    except Exception as error:
        return dict(spec=None, error="{}: {}".format(type(error).__name__, error))
    return dict(spec=None if spec is None else described(spec), error=None)


def ask_location(name, location):
    """Return what the finder of one location finds."""

    def find():
        finder = finder_of(location["path"])
        return finder.find_spec(name) if hasattr(finder, "find_spec") else None

    return dict(location, **ask(find))


def by_path(answers):
    """Return what PathFinder finds: the first module, else all namespace portions together."""
    portions = []
    for answer in answers:
        spec = answer["spec"]
        if not answer["open"] or spec is None:
            continue
        if spec["kind"] != "namespace portion":
            return spec
        portions += spec["locations"]
    if not portions:
        return None
    return dict(kind="namespace package", origin=None, file=None, locations=portions)


def search(name, answers, closed):
    """Ask the finders in order; return the spec that an import uses, its finder, and all answers."""
    taken, by, asked = None, None, []
    path = [answer["path"] for answer in answers if answer["open"]] if "." in name else None
    for finder in [] if closed else list(sys.meta_path):
        facts = name_of(finder)
        editable = facts["name"].startswith("__editable__")
        if facts["name"] == "_pysharedir" or not hasattr(finder, "find_spec"):
            continue  # the hook's gate passes on the answers of later finders
        if taken is not None and not editable:
            continue  # an import would not ask it
        if finder is importlib.machinery.PathFinder:
            facts.update(spec=by_path(answers), error=None)
        else:
            facts.update(ask(lambda finder=finder: finder.find_spec(name, path, None)))
        asked.append(facts)
        if taken is None and facts["spec"] is not None:
            taken, by = facts["spec"], facts["name"]
    return taken, by, asked


def loaded(name):
    """Return the facts of a module that startup code has imported."""
    module = LOADED[name]
    if module is None:
        return None
    spec = getattr(module, "__spec__", None)
    file = getattr(module, "__file__", None)
    if spec is None:
        kind = "package" if hasattr(module, "__path__") else "module"
        facts = dict(kind=kind, origin=file)
    else:
        facts = described(spec)
    if facts["kind"] == "namespace portion":
        facts["kind"] = "namespace package"
    try:
        locations = [str(location) for location in module.__path__]
    except Exception:  # not a package
        locations = None
    return dict(facts, file=file, locations=locations)


def source(taken):
    """Return the source of a module or a package; empty when it cannot be read."""
    if not taken or taken["kind"] not in ("module", "package") or not taken["origin"]:
        return b""
    if not os.path.isfile(taken["origin"]):
        return b""
    try:
        with open(taken["origin"], "rb") as file:
            return file.read()
    except OSError:
        return b""


def extends(taken):
    """Tell whether a package looks for its parts in other entries when it is imported."""
    is_package = taken and taken["kind"] == "package"
    return bool(is_package and EXTENDS.search(source(taken)))


def changes(taken):
    """Return what a module changes when it is imported: ``__path__``, ``sys.modules`` or None."""
    text = source(taken)
    if MOVES.search(text) and not EXTENDS.search(text):
        return "__path__"
    return "sys.modules" if FILLS.search(text) else None


def next_locations(taken, answers):
    """Return where an import looks for submodules, and where else there may be some."""
    opened = list(taken["locations"] or []) if taken else []
    entries = {}
    for answer in answers:
        for path in (answer["spec"] or {}).get("locations") or []:
            entries.setdefault(path, answer["entry"])
            if answer["open"] and extends(taken) and path not in opened:
                opened.append(path)
    locations = [dict(path=path, entry=entries.get(path), open=True) for path in opened]
    hidden = [path for path in entries if path not in opened]
    return locations + [dict(path=path, entry=entries[path], open=False) for path in hidden]


def levels(name, beside):
    locations = [
        dict(path=entry, entry=index, open=True)
        for index, entry in enumerate(sys.path)
        if isinstance(entry, str)
    ]
    locations += [
        dict(path=entry, entry=len(sys.path) + index, open=False)
        for index, entry in enumerate(beside)
    ]
    parts = name.split(".")
    closed = False
    for end in range(1, len(parts) + 1):
        level = ".".join(parts[:end])
        answers = [ask_location(level, location) for location in locations]
        # A program is in sys.modules as __main__ before it can import that.
        taken, by, finders = search(level, answers, closed or level == "__main__")
        at_startup = level in LOADED
        if at_startup:
            taken, by = loaded(level), None
        yield dict(
            name=level,
            spec=taken,
            by=by,
            at_startup=at_startup,
            blocked=at_startup and LOADED[level] is None,
            extends=extends(taken),
            changes=None if at_startup else changes(taken),  # it has made its changes already
            answers=answers,
            finders=finders,
        )
        # Nothing can be imported from what is missing, or is not a package.
        closed = not taken or taken["locations"] is None
        locations = next_locations(taken, answers)


def facts(names, beside):
    stdlib = getattr(sys, "stdlib_module_names", ())
    try:
        cwd = os.getcwd()
    except OSError:
        cwd = None
    return dict(
        path=[entry if isinstance(entry, str) else None for entry in sys.path],
        cwd=cwd,
        stdlib=sorted({*stdlib, *sys.builtin_module_names}),
        levels=[list(levels(name, beside)) for name in names],
    )


sys.stdout.write("\n<pysharedir>" + json.dumps(facts(*json.loads(sys.argv[1]))) + "</pysharedir>\n")
