# pysharedir: the part of the startup hook for importlib.metadata and a long sys.path.
#
# Run in the namespace of ../_pysharedir.py when that module or its backport is loaded.
import sys


def metadata(module):
    keep_listings(module)
    if globals().get("prefix_hook") in sys.path_hooks:
        if "block" not in globals():
            try:
                prefix_hook(BLOCK[0])  # loads flat.py, as the first import from a prefix does
            except ImportError:
                pass
        ask_fewer(module)


def keep_listings(module):
    # The module keeps the listings of 128 directories.  On a longer path, each listing is dropped
    # before it is needed again.  Python 3.9 keeps none.
    directory = getattr(module, "FastPath", None)
    cached = getattr(directory, "__new__", None)
    if not hasattr(cached, "cache_info") or cached.cache_info().maxsize != 128:
        return
    lru_cache = sys.modules["functools"].lru_cache
    cached = lru_cache(len(sys.path) + 128)(cached.__wrapped__)
    getattr(module, "_clear_after_fork", bool)(cached)
    directory.__new__ = staticmethod(cached)


def ask_fewer(module):
    # Let a search skip the entries of prefixes that have nothing for it.
    make = module.DistributionFinder.Context

    def find_distributions(find):
        return lambda cls, context=make(): find(cls, safely("narrowed", context, make) or context)

    def invalidate_caches(clear):
        return lambda cls: block.invalidate() or clear(cls)

    for change in find_distributions, invalidate_caches:
        name = change.__name__
        method = vars(module.MetadataPathFinder).get(name)
        if method:  # Python 3.9 has no invalidate_caches(); before 3.12 it is no classmethod
            function = getattr(method, "__func__", method)
            changed = sys.modules["functools"].wraps(function)(change(function))
            changed = changed if method is function else classmethod(changed)
            setattr(module.MetadataPathFinder, name, changed)


def narrowed(context, make):
    # Return the context without these entries, or None when the path is short.
    name, path = context.name, context.path
    if type(path) is not list or len(path) <= 100 or "block" not in globals():
        return None
    block.listings()
    _, index, _, names, _ = block.state
    if index is not indexed[0]:
        globals()["indexed"] = index, *index_metadata(zip(block.entries, names))
    _, always, entries = indexed
    wanted = entries.get(plain(name), ()) if name else set().union(*entries.values())
    numbers = block.numbers
    left = [each for each in path if each not in numbers or each in wanted or each in always]
    return make(name=name, path=left)


indexed = None, set(), {}


def index_metadata(listings):
    # Return the entries that every search asks, and entries with metadata by distribution name.
    always = set()
    entries = {}
    for entry, names in listings:
        if names is None or entry[-4:].lower() == ".egg":
            always.add(entry)
        for name in names or ():
            stem, dot, suffix = name.lower().rpartition(".")
            if suffix in ("dist-info", "egg-info"):
                entries.setdefault(plain(stem.partition("-")[0]), set()).add(entry)
    return always, entries


def plain(name):
    # Remove everything that some version of Python ignores; so a search may ask an entry in vain.
    return name.lower().replace("-", "").replace("_", "").replace(".", "")
