# pysharedir: the part of the startup hook for imports from many prefixes.
#
# Run in the namespace of ../_pysharedir.py, after adjust.py, by the first import that gets as far
# as the first of their directories.  An import asks each entry of sys.path before its own, and each
# costs a stat.  Here all of them answer from one index of names.
#
# What is not plain sailing is left to the finders of Python: an index that cannot be made, an
# entry that a hook of somebody else claims, a PathFinder that somebody replaced.
import sys


class Block:
    """What is listed in the entries that the hook put on sys.path.

    It is looked at when first needed, and again when a name is missed and the last look is old.
    ``state`` is assigned whole, so that threads need no lock; it is void once ``token`` is not its
    own, so that a look that began before invalidate() does not outlive it.
    """

    def __init__(self, entries):
        self.entries = entries
        self.numbers = dict(zip(entries, range(len(entries))))
        self.token = object()
        self.state = None, {}, [], [], 0

    def index(self):
        """Return the numbers of the entries that list a name, or None while that is not known.

        Names are cut at their first dot: no import asks for what has one.
        """
        token, index = self.state[:2]
        return index if token is self.token else None

    def listings(self):
        """Return the names in each entry, None for one that is no directory; the look is fresh."""
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
        """Look at each entry, and list those that changed; return the state."""
        token, began = self.token, now()
        old, index, times, names, _ = self.state
        if old is token:
            times, names = times[:], names[:]
        else:
            index, times, names = None, [None] * len(self.entries), [None] * len(self.entries)
        for number, entry in enumerate(self.entries):
            if old is not token or time_of(entry) != times[number]:
                index = None
                times[number], names[number] = listed(entry)
        if index is None:
            index = {}
            for number, each in enumerate(names):
                for name in {name.partition(".")[0] for name in each or ()}:
                    index.setdefault(name, []).append(number)
        ended = now()
        self.state = state = token, index, times, names, ended + max(1, 20 * (ended - began))
        return state


def listed(path):
    """Return the time and the names of a directory; opened once, where stat and listdir are two."""
    posix = sys.modules["posix"]
    try:
        opened = posix.open(path, posix.O_RDONLY | posix.O_DIRECTORY | posix.O_CLOEXEC)
    except OSError as error:
        time = time_of(path)
        if time is None or isinstance(error, NotADirectoryError):
            return time, None
        if isinstance(error, PermissionError):
            return time, []
        raise
    try:
        return posix.fstat(opened).st_mtime, posix.listdir(opened)
    finally:
        posix.close(opened)


def time_of(path):
    try:
        return sys.modules["posix"].stat(path).st_mtime
    except OSError:
        return None


class Member(sys.modules["_frozen_importlib_external"].FileFinder):
    """The finder of one entry, as PathFinder, pkgutil and pkg_resources see it."""

    def find_spec(self, fullname, target=None):
        try:
            if self.number not in block.where(fullname.rpartition(".")[2]):
                return None
        except Exception:
            pass
        return super().find_spec(fullname, target)

    def invalidate_caches(self):
        block.invalidate()
        super().invalidate_caches()


class Members:
    """Makes the finders as the path hooks after this one would, with their loaders."""

    def __init__(self):
        self.made = set()
        self.hooks = []
        self.pattern = None

    def of(self, path):
        number = block.numbers.get(path) if type(path) is str else None
        if number is None:
            raise ImportError
        if number in self.made:  # somebody cleared sys.path_importer_cache
            block.invalidate()
            self.made.clear()
        if block.listings()[number] is None:
            raise ImportError
        if not self.made or self.hooks != sys.path_hooks:
            self.hooks = sys.path_hooks[:]
            self.pattern = self.plain(path)
        if not self.pattern:
            raise ImportError
        self.made.add(number)
        member = object.__new__(Member)
        member.__dict__.update(self.pattern, path=path, number=number)
        return member

    def plain(self, path):
        # What FileFinder has, if the hook of that is the next but for zipimport's.
        for hook in self.hooks[self.hooks.index(prefix_hook) + 1 :]:
            try:
                finder = hook(path)
            except ImportError:
                if getattr(hook, "__module__", None) == "zipimport":
                    continue
                return None
            return finder.__dict__ if type(finder) is Member.__base__ else None
        return None


class Front:
    """Stands before PathFinder and asks that about fewer entries.

    Left out are those whose finder is a Member that does not list the name: asking a thousand
    objects in vain would take ten times as long as the rest of an import.
    """

    def __init__(self):
        self.seen = None, None, [], {}

    def find_spec(self, fullname, path=None, target=None):
        try:
            index = block.index() if path is None else None
            short = index is not None and self.is_next() and self.short(index.get(fullname))
        except Exception:
            return None
        if not short:
            return None
        spec = PathFinder.find_spec(fullname, short, target)
        return spec if index is block.index() else None  # it was looked up anew meanwhile

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
                if type(finder) is Member:
                    places.setdefault(finder.number, []).append(place)
                else:
                    others.append(place)
            self.seen = path[:], finders, others, places
        if not places:
            return None
        if found:
            wanted = [place for number in found for place in places.get(number, ())]
        else:
            # One is asked, to look anew when that is due.
            wanted = next(iter(places.values()))[:1]
            if wanted > others[-1:]:
                return None  # nothing comes after them: PathFinder gets there by itself
        return [path[place] for place in sorted(others + wanted)]

    def invalidate_caches(self):
        block.invalidate()


bootstrap = sys.modules["_frozen_importlib_external"]
if bootstrap._relax_case():
    raise ImportError("the index knows names as they are listed")
now = __import__("time").monotonic
PathFinder = bootstrap.PathFinder
block = Block(BLOCK)
finder_of = Members().of
if PathFinder in sys.meta_path:
    sys.meta_path.insert(sys.meta_path.index(PathFinder), Front())
