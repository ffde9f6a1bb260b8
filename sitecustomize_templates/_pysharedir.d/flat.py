# pysharedir: the part of the startup hook for imports from many prefixes.
#
# Run in the namespace of ../_pysharedir.py, after adjust.py, by the first import that reaches the
# first directory of a prefix.  An import asks the finder of each entry before the one that has the
# module, and each finder makes a stat.  Here the finders of all prefixes share one index of names.
#
# Python's own finders work as without it when the index cannot be made, when a path hook of another
# tool claims an entry, and when another tool has replaced PathFinder.
import sys
from time import monotonic as now


class Block:
    """The names in the entries that the hook put on sys.path.

    They are listed when first needed, and again when a name is missing and the listing is old.
    ``state`` is assigned at once, so threads need no lock.  It is valid only while ``token`` is its
    own: so a listing that began before invalidate() does not survive it.
    """

    def __init__(self, entries):
        self.entries = list(dict.fromkeys(entries))
        self.numbers = {entry: number for number, entry in enumerate(self.entries)}
        self.token = object()
        self.state = None, {}, [], [], 0

    def index(self):
        """Return the numbers of the entries by name, or None while they are not known.

        Names end before their first dot: no import asks for a name with a dot.
        """
        token, index = self.state[:2]
        return index if token is self.token else None

    def listings(self):
        """Return fresh listings: the names in each entry, or None if it is not a directory."""
        token, _, _, names, until = self.state
        return names if token is self.token and now() < until else self.look()[3]

    def where(self, name):
        """Return the numbers of the entries that list *name*."""
        state = self.state
        if state[0] is self.token:
            found = state[1].get(name)
            if found or now() < state[4]:
                return found or ()
        return self.look()[1].get(name, ())

    def invalidate(self):
        self.token = object()

    def look(self):
        """List each entry whose time has changed since the last look, and return the state.

        The first look takes no times, which halves its requests, so the second lists all again.
        """
        token, began = self.token, now()
        old, index, known, names, _ = self.state
        if old is token:
            times = [time_of(entry) for entry in self.entries]
            changed = [number for number, time in enumerate(times) if time != known[number]]
        else:
            index, times, names = None, [0] * len(self.entries), [None] * len(self.entries)
            changed = range(len(times))
        names = names[:]
        for number in changed:
            new = listed(self.entries[number])
            if new != names[number]:
                index, names[number] = None, new
        if index is None:
            index = {}
            for number, each in enumerate(names):
                for name in {name.partition(".")[0] for name in each or ()}:
                    index.setdefault(name, []).append(number)
        ended = now()
        self.state = state = token, index, times, names, ended + max(1, 20 * (ended - began))
        return state


def listed(path):
    """Return the names in a directory, or None if it is not a directory."""
    posix = sys.modules["posix"]
    try:
        return posix.listdir(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        return [] if posix.stat(path).st_mode >> 12 == 4 else None


def time_of(path):
    try:
        return sys.modules["posix"].stat(path).st_mtime
    except OSError:
        return None


class EntryFinder(sys.modules["_frozen_importlib_external"].FileFinder):
    """The finder of one entry, for PathFinder, pkgutil and pkg_resources."""

    def find_spec(self, fullname, target=None):
        try:
            if self.number not in block.where(fullname.rpartition(".")[2]):
                return None
        except Exception:
            pass
        spec = super().find_spec(fullname, target)
        if spec is None or spec.loader is None:  # another entry may have a module by now
            try:
                block.listings()
            except Exception:
                pass
        return spec

    def invalidate_caches(self):
        block.invalidate()
        super().invalidate_caches()


class PathHook:
    """Makes the finder of an entry, with the loaders that the path hooks after this one give it."""

    def __init__(self):
        self.made = set()
        self.hooks = []
        self.pattern = None

    def __call__(self, path):
        try:
            return self.finder(path, block.numbers[path] if type(path) is str else None)
        except Exception:
            raise ImportError from None

    def finder(self, path, number):
        if number in self.made:  # sys.path_importer_cache was cleared
            block.invalidate()
            self.made.clear()
        if block.listings()[number] is None:
            raise ImportError("not a directory")
        if not self.made or self.hooks != sys.path_hooks:
            self.hooks = sys.path_hooks[:]
            self.pattern = self.plain(path).__dict__
        self.made.add(number)
        finder = object.__new__(EntryFinder)
        finder.__dict__.update(self.pattern, path=path, number=number)
        return finder

    def plain(self, path):
        # Return the finder of FileFinder's hook, if only zipimport's hook comes before it.
        for hook in self.hooks[self.hooks.index(self) + 1 :]:
            try:
                finder = hook(path)
                return finder if type(finder) is EntryFinder.__base__ else None
            except ImportError:
                if getattr(hook, "__module__", None) != "zipimport":
                    raise


class MetaFinder:
    """Comes before PathFinder, and passes fewer entries to it.

    It leaves out the entries whose EntryFinder does not list the name: asking a thousand objects
    in vain takes ten times as long as the rest of an import.
    """

    def __init__(self):
        self.seen = None, None, [], {}

    def find_spec(self, fullname, path=None, target=None):
        try:
            index = block.index() if path is None else None
            if index is None or not self.is_next():
                return None
            short = self.short(index.get(fullname.rpartition(".")[2]))
        except Exception:
            return None
        if not short:
            return None
        spec = PathFinder.find_spec(fullname, short, target)
        return spec if index is block.index() else None  # else there is a new index

    def is_next(self):
        finders = sys.meta_path
        return finders[finders.index(self) + 1] is PathFinder

    def short(self, found):
        path = sys.path
        finders = [*map(sys.path_importer_cache.get, path)]
        seen, asked, others, places = self.seen
        if finders != asked or path != seen:
            others, places = [], {}
            for place, finder in enumerate(finders):
                if type(finder) is EntryFinder:
                    places.setdefault(finder.number, []).append(place)
                else:
                    others.append(place)
            self.seen = path[:], finders, others, places
        if not places:
            return None
        if found:
            wanted = [place for number in found for place in places.get(number, ())]
        else:
            # Ask one entry, so that it lists again when that is due.
            wanted = next(iter(places.values()))[:1]
            if wanted > others[-1:]:
                return None  # no other entry comes after it: leave it to PathFinder
        return [path[place] for place in sorted(others + wanted)]

    def invalidate_caches(self):
        block.invalidate()


bootstrap = sys.modules["_frozen_importlib_external"]
if bootstrap._relax_case():
    raise ImportError("names are not what is listed")
PathFinder = bootstrap.PathFinder
first, last = map(sys.path.index, globals().pop("BLOCK"))  # only one of two threads gets it
BLOCK = [None]
block = Block(
    [each for each in sys.path[first : last + 1] if type(each) is str and each[:1] == "/"]
)
# Before the hooks of zipimport and FileFinder; editable installs may have appended others.
hooks = [getattr(hook, "__module__", None) for hook in sys.path_hooks]
sys.path_hooks.insert(hooks.index("zipimport") if "zipimport" in hooks else -1, PathHook())
if PathFinder in sys.meta_path:
    sys.meta_path.insert(sys.meta_path.index(PathFinder), MetaFinder())
