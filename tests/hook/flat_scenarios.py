"""What programs do with imports; ``test_flat.py`` runs it in a target, where it may use only that.

Each scenario runs in a fork of a process that has imported nothing from the prefixes yet, asserts
what is true in any case, and answers what must not depend on the index.
"""

import importlib
import importlib.machinery
import importlib.util
import json
import os
import pkgutil
import shutil
import sys
import threading
import time
import traceback

ROOT, SITE_DIR = (*sys.argv[1:3], "", "")[:2]
OUTSIDE = ROOT + "/outside"
SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def run():
    return {name: answer(function) for name, function in SCENARIOS.items()}


def answer(function):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            text = json.dumps(function(), default=repr)
        except BaseException:
            text = json.dumps(traceback.format_exc())
        with open(writing, "w") as pipe:
            pipe.write(text.replace(ROOT, "ROOT"))
        os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text)


def entry(number):
    return "%s/p%02d/%s" % (ROOT, number, SITE_DIR)


def first():
    return next(place for place, each in enumerate(sys.path) if each == entry(0))


def install(number, name, text="WHERE = 'new'"):
    with open("%s/%s.py" % (entry(number), name), "w") as file:
        file.write(text)


def has(name):
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def where(name):
    return importlib.import_module(name).WHERE


def described(name, find=importlib.util.find_spec):
    spec = find(name)
    if spec is None:
        return None
    locations = spec.submodule_search_locations
    loader = type(spec.loader).__name__
    return [spec.name, loader, spec.origin, spec.cached, spec.parent, list(locations or ())]


@scenario
def modules_and_packages():
    assert where("one") == 1
    assert where("pkg.sub") == 3
    assert not has("pkg.missing")
    assert not has("Pkg")
    assert not has("upper")
    assert not has("ONE")
    return [described(name) for name in ("one", "pkg", "pkg.sub", "both", "parts", "no", "Upper")]


@scenario
def nearer_prefix_wins():
    assert where("both") == 2
    return described("both")


@scenario
def missing_is_none():
    assert [described(name) for name in ("missing", "missing", "pkg-1", "module")] == [None] * 4
    return has("missing")


@scenario
def listed_names_of_other_kinds():
    assert where("a-dash") == 7
    assert where("zipped") == "zip"  # an entry that is a zip file
    return [described(name) for name in ("a-dash", "zipped")]


@scenario
def bytecode_only():
    import py_compile

    py_compile.compile(entry(8) + "/less.py", entry(8) + "/bare.pyc")
    importlib.invalidate_caches()
    assert where("bare") == 8
    return described("bare")[:2]


@scenario
def extension_suffixes():
    for number, suffix in enumerate(importlib.machinery.EXTENSION_SUFFIXES):
        install(number, "native%d" % number)
        old = "%s/native%d" % (entry(number), number)
        os.rename(old + ".py", old + suffix)
        importlib.invalidate_caches()
        assert described("native%d" % number)[1] == "ExtensionFileLoader"
    return [described("native%d" % number) for number in range(2)]


@scenario
def namespace_of_several_prefixes():
    assert (where("parts.a"), where("parts.b")) == (4, 5)
    import parts

    return list(parts.__path__)


@scenario
def namespace_over_the_border():
    sys.path.append(OUTSIDE)
    assert (where("parts.a"), where("parts.c")) == (4, "outside")
    import parts

    return list(parts.__path__)


@scenario
def namespace_grows_with_the_path():
    import parts

    before = list(parts.__path__)
    sys.path.insert(first(), OUTSIDE)
    assert where("parts.c") == "outside"
    return before, list(parts.__path__)


@scenario
def entry_before():
    sys.path.insert(first(), OUTSIDE)
    assert (where("one"), where("both"), where("t13")) == ("outside", "outside", 13)
    return described("own")


@scenario
def entry_in_the_middle():
    has("missing")
    sys.path.insert(first() + 2, OUTSIDE)
    assert (where("one"), where("both"), where("t12")) == (1, "outside", "outside")
    return described("t13")


@scenario
def entry_after():
    has("missing")
    sys.path.append(OUTSIDE)
    assert (where("one"), where("own"), where("t12")) == (1, "outside", 12)
    return described("own"), has("missing")


@scenario
def path_is_reordered():
    has("missing")
    here = first()
    sys.path[here:] = sys.path[here:][::-1]
    assert (where("both"), where("one")) == (3, 1)
    return described("t20")


@scenario
def path_is_replaced():
    where("one")
    sys.path = [each for each in sys.path if each != entry(2)]
    assert where("both") == 3
    sys.path = tuple(sys.path)
    assert where("t12") == 12
    sys.path = []
    return has("t13")


@scenario
def entries_are_removed():
    where("one")
    sys.path.remove(entry(4))
    assert not has("parts.a")
    sys.path.remove(entry(0))
    sys.path.remove(entry(33))
    return where("parts.b"), has("zipped")


@scenario
def first_entry_is_removed_before_anything():
    sys.path.remove(entry(0))
    return where("one"), described("both"), has("missing")


@scenario
def entry_that_is_no_text():
    if sys.version_info >= (3, 11):  # before, bytes are an error in importlib
        sys.path.insert(first() + 1, os.fsencode(OUTSIDE))
    sys.path.insert(first() + 1, None)
    sys.path.insert(first() + 1, 3.14)
    return [where("one"), where("t14"), has("missing"), has("own")]


@scenario
def entry_that_has_no_hash():
    sys.path.insert(first() + 1, [])
    return where("one"), where("t14"), has("missing")


@scenario
def entry_twice():
    sys.path.append(entry(4))
    import parts

    return list(parts.__path__), where("parts.a")


@scenario
def installed_at_once():
    assert not has("new1")
    time.sleep(0.02)
    install(9, "new1")
    return has("new1")


@scenario
def installed_and_caches_invalidated():
    assert not has("new2")
    install(9, "new2")
    importlib.invalidate_caches()
    assert where("new2") == "new"


@scenario
def installed_and_cache_of_finders_cleared():
    assert not has("new3")
    install(9, "new3")
    sys.path_importer_cache.clear()
    assert where("new3") == "new"


@scenario
def installed_a_while_ago():
    assert not has("new4")
    time.sleep(1.1)
    install(9, "new4")
    return where("new4")


@scenario
def installed_a_while_ago_beside_an_entry_that_lists_the_name():
    names = ["listed", "folder", "s18"]
    assert [described(name) is not None for name in names] == [False, True, True]
    time.sleep(1.1)
    install(11, "listed")
    install(11, "folder")
    os.rename(entry(18) + "/s18.py", entry(19) + "/s18.py")
    # Each in a process of its own: what one of them looks up would serve the next one.
    found = [answer(lambda name=name: where(name)) for name in names]
    assert found == ["new", "new", 18]


@scenario
def nearer_copy_installed():
    assert not has("missing")
    time.sleep(0.02)
    install(0, "s15")
    return where("s15")


@scenario
def nearer_copy_installed_and_caches_invalidated():
    assert not has("missing")
    install(0, "s16")
    importlib.invalidate_caches()
    return where("s16")


@scenario
def removed_before_the_first_import():
    os.remove(entry(7) + "/gone.py")
    return has("gone")


@scenario
def removed_while_it_runs():
    where("one")
    os.remove(entry(17) + "/s17.py")
    shutil.rmtree(entry(24))
    return has("s17"), has("s24"), where("t19")


@scenario
def prefix_comes_back():
    where("one")
    os.rename(entry(21), entry(21) + ".old")
    assert not has("t21")
    os.rename(entry(21) + ".old", entry(21))
    importlib.invalidate_caches()
    return where("t21")


@scenario
def pkgutil_iter_modules():
    known = {"both", "extended", "main", "one", "pkg", "t12", "t23", "zipped"}
    names = [each.name for each in pkgutil.iter_modules() if each.name in known]
    assert sorted(names) == sorted(known)
    return names


@scenario
def pkgutil_walk_packages():
    names = [each.name for each in pkgutil.walk_packages([entry(n) for n in range(12)])]
    assert "pkg.sub" in names
    return names


@scenario
def pkgutil_get_importer():
    found = [pkgutil.get_importer(entry(number)) for number in (3, 0, 1, 33, 3)]
    assert isinstance(found[0], importlib.machinery.FileFinder)
    assert found[0] is found[4]
    assert described("pkg", found[0].find_spec) and not described("one", found[0].find_spec)
    return [repr(each) for each in found], described("pkg", found[0].find_spec)


@scenario
def pkgutil_extend_path():
    import extended.more

    return list(extended.__path__), extended.more.WHERE


@scenario
def pkgutil_get_data():
    return pkgutil.get_data("pkg", "data.txt").decode()


@scenario
def resources_of_a_package():
    from importlib import resources

    return (resources.files("pkg") / "data.txt").read_text()


@scenario
def resources_of_a_namespace():
    from importlib import resources

    if sys.version_info < (3, 10):
        return None
    return sorted(each.name for each in resources.files("parts").iterdir() if each.is_file())


@scenario
def metadata_is_found():
    from importlib import metadata

    assert metadata.version("pkg") == "1.0"


@scenario
def zipped_egg():
    where("one")
    sys.path.insert(first() + 13, ROOT + "/x.egg")
    return where("egg"), where("t13"), where("t12")


@scenario
def threads_at_first():
    found = {}
    names = ["t%d" % number for number in range(12, 24)] + ["missing", "one", "both"]
    ready = threading.Barrier(len(names))

    def get(name):
        ready.wait()
        found[name] = where(name) if name != "missing" else has(name)

    threads = [threading.Thread(target=get, args=(name,)) for name in names]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == len(names)
    return sorted(found.items())


@scenario
def threads_without_the_import_lock():
    names = ["t%d" % number for number in range(12, 24)]
    ready = threading.Barrier(len(names))
    found = {}

    def get(name):
        ready.wait()
        found[name] = described(name, importlib.machinery.PathFinder.find_spec)

    threads = [threading.Thread(target=get, args=(name,)) for name in names]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert all(found[name] for name in names)
    return sorted(found.items()), where("one")


@scenario
def fork_before_and_after():
    inner = [answer(lambda: [where("one"), has("missing")])]
    where("both")
    inner.append(answer(lambda: [where("one"), where("t12"), has("missing")]))
    return inner, where("t13")


@scenario
def subinterpreter():
    code = "import one, both, t12, sys\nassert (one.WHERE, both.WHERE) == (1, 2)\n"
    code += "try: import missing\nexcept ImportError: pass\nelse: raise SystemExit"
    where("one")
    if sys.version_info < (3, 13):
        import _xxsubinterpreters as interpreters

        made = interpreters.create()
        interpreters.run_string(made, code)
    else:
        import _interpreters as interpreters

        made = interpreters.create()  # with a lock of its own
        assert interpreters.run_string(made, code) is None
    interpreters.destroy(made)
    return where("t13")


class Finder:
    """Answers for one name, as editable installs do."""

    def __init__(self, name):
        self.name = name
        self.asked = []

    def find_spec(self, fullname, path=None, target=None):
        self.asked.append(fullname)
        if fullname == self.name:
            return importlib.util.spec_from_file_location(fullname, OUTSIDE + "/own.py")
        return None


@scenario
def finder_first():
    finder = Finder("t13")
    sys.meta_path.insert(0, finder)
    assert (where("t13"), where("t12")) == ("outside", 12)
    return finder.asked, has("missing")


@scenario
def finder_last():
    where("one")
    finder = Finder("editable")
    sys.meta_path.append(finder)
    assert where("editable") == "outside"
    return finder.asked, has("missing")


@scenario
def finder_right_before_pathfinder():
    where("one")
    finder = Finder("t13")
    place = sys.meta_path.index(importlib.machinery.PathFinder)
    sys.meta_path.insert(place, finder)
    return where("t13"), where("t12"), has("missing"), finder.asked


@scenario
def pathfinder_replaced():
    class Mine(importlib.machinery.PathFinder):
        asked = []

        @classmethod
        def find_spec(cls, fullname, path=None, target=None):
            cls.asked.append(fullname)
            return super().find_spec(fullname, path, target)

    where("one")
    place = sys.meta_path.index(importlib.machinery.PathFinder)
    sys.meta_path[place] = Mine
    return where("t13"), where("both"), has("missing"), Mine.asked


@scenario
def pathfinder_removed():
    where("one")
    sys.meta_path.remove(importlib.machinery.PathFinder)
    return has("t13"), has("missing")


@scenario
def only_the_finders_of_python():
    where("one")
    machinery = importlib.machinery
    sys.meta_path[:] = [machinery.BuiltinImporter, machinery.FrozenImporter, machinery.PathFinder]
    return where("t13"), where("both"), has("missing")


@scenario
def pathfinder_asked_directly():
    find = importlib.machinery.PathFinder.find_spec
    return [described(name, find) for name in ("one", "both", "parts", "missing", "t20")]


@scenario
def hook_of_directories_first():
    where("one")
    details = importlib.machinery.SourceFileLoader, [".mine"]
    sys.path_hooks.insert(0, importlib.machinery.FileFinder.path_hook(details))
    sys.path_importer_cache.clear()
    os.rename(entry(13) + "/s13.py", entry(13) + "/s13.mine")
    return where("s13"), has("t12")


@scenario
def hook_of_directories_replaced():
    where("one")
    details = importlib.machinery.SourceFileLoader, [".mine", ".py"]
    sys.path_hooks[-1] = importlib.machinery.FileFinder.path_hook(details)
    sys.path_importer_cache.clear()
    os.rename(entry(20) + "/s20.py", entry(20) + "/s20.mine")
    return where("s20"), where("t12"), described("both")


@scenario
def hook_of_one_entry():
    class Mine:
        def __init__(self, path):
            if path != entry(4):
                raise ImportError

        def find_spec(self, fullname, target=None):
            return Finder("t12").find_spec(fullname)

    where("one")
    sys.path_hooks.insert(0, Mine)
    sys.path_importer_cache.clear()
    return where("t12"), has("parts.a"), where("parts.b"), where("t14")


@scenario
def hook_before_that_of_directories():
    class Mine(importlib.machinery.FileFinder):
        def __init__(self, path):
            if path != entry(4):
                raise ImportError
            super().__init__(path)

    sys.path_hooks.insert(-1, Mine)
    return has("parts.a"), where("parts.b"), where("one")


@scenario
def finder_put_into_the_cache():
    where("one")
    where("t22")
    sys.path_importer_cache[entry(4)] = Finder("t23")
    return where("t23"), has("missing")


@scenario
def suffixes_added():
    where("one")
    importlib.machinery.SOURCE_SUFFIXES.insert(0, ".hy")
    sys.path_importer_cache.clear()
    os.rename(entry(14) + "/s14.py", entry(14) + "/s14.hy")
    return where("s14"), where("t12")


@scenario
def import_hook_of_a_test_tool():
    class Rewriting:
        def find_spec(self, name, path=None, target=None):
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            if spec is None or not spec.origin or not spec.origin.endswith(".py"):
                return None
            return importlib.util.spec_from_file_location(name, spec.origin)

    sys.meta_path.insert(0, Rewriting())
    return where("one"), where("both"), where("parts.a"), has("missing")


@scenario
def run_as_a_program():
    import runpy

    return sorted(runpy.run_module("t12")), runpy.run_path(entry(12) + "/t12.py")["WHERE"]


@scenario
def reloaded():
    import one
    import parts

    assert importlib.reload(one) is one
    importlib.reload(parts)
    install(0, "one")
    importlib.invalidate_caches()
    assert importlib.reload(one).WHERE == "new"
    os.remove(entry(0) + "/one.py")
    return list(parts.__path__)


@scenario
def many_calls_to_invalidate():
    for _ in range(3):
        importlib.invalidate_caches()
        assert not has("missing")
    return where("one")


@scenario
def too_many_open_files():
    import resource

    has("missing")
    for each in sys.path_importer_cache.values():
        if isinstance(each, importlib.machinery.FileFinder):
            each.invalidate_caches()
    opened = os.dup(0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 1, opened + 1))
    found = "nothing"
    try:
        importlib.util.find_spec("t12")
    except OSError as error:
        found = type(error).__name__
    os.close(opened)
    return found, where("t12")


@scenario
def pickled():
    import copy
    import pickle

    import one

    return pickle.loads(pickle.dumps(one.WHERE)), copy.copy(sys.path) == sys.path


@scenario
def uses_index():
    has("missing")
    return any(type(each).__name__ == "MetaFinder" for each in sys.meta_path)
