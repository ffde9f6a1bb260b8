# pysharedir: the part of the startup hook for importlib.metadata and a long sys.path.
#
# Run in the namespace of ../_pysharedir.py when that module, or its backport, is loaded.
import sys


def metadata(module):
    # It keeps the listings of 128 directories: of a longer path, each is gone when its turn comes
    # again.  Python 3.9 keeps none.
    directory = getattr(module, "FastPath", None)
    cached = getattr(directory, "__new__", None)
    if not hasattr(cached, "cache_info") or cached.cache_info().maxsize != 128:
        return
    lru_cache = sys.modules["functools"].lru_cache
    cached = lru_cache(len(sys.path) + 128)(cached.__wrapped__)
    getattr(module, "_clear_after_fork", bool)(cached)
    directory.__new__ = staticmethod(cached)
