# pysharedir: the startup hook as a sitecustomize.  Written by `pysharedir enable`.
#
# It is one module, since most of the cost of a hook is to load modules: `enable` replaces the
# three lines with "..." by the code that they name.  Its own code is not in functions: each is
# half a dozen objects, and a few more of these make the garbage collector run once more.
import sys

...  # the constants of _pysharedir.py
...  # the functions of path.py


# Another sitecustomize, which this one hides, may be farther on sys.path.
here = __file__.rpartition("/")[0]
farther = sys.path[sys.path.index(here) + 1 :] if here in sys.path else sys.path[:]
is_last = not farther and len(sys.meta_path) == 3  # Python's finders only
try:
    if ...:  # the switch of _pysharedir.py
        # The parts are found relative to the gate.
        path = "_pysharedir.py".join(__spec__.loader.path.rpartition("sitecustomize.py")[::2])
        loader = type(__spec__.loader)("", path)
        sys.modules.pop("_pysharedir", None)  # a gate that is off, which watch() looks for
        # Not after another hook; and keep no reference to site, as in the gate.
        if "safely" not in getattr(sys.modules["site"].getsitepackages, "__globals__", ()):
            complete(sys.path)
            sys.meta_path.insert(0, sys.modules[__name__])
except Exception:
    pass

# After the hook, run the other sitecustomize as if it were the only one.
if not is_last and "_frozen_importlib" in sys.modules:  # Python 2 may see the same PYTHONPATH
    spec = sys.modules["_frozen_importlib"]._find_spec(__name__, farther, None)
    try:  # it may be this file again, by another name of its directory
        stat = sys.modules["posix"].stat
        this = spec and stat(here)[1:3]
        if spec and stat(spec.origin.rpartition("/")[0])[1:3] == this:
            for entry in farther[:]:
                try:
                    if stat(entry + "")[1:3] == this:
                        farther.remove(entry)
                except Exception:
                    pass
            spec = sys.modules["_frozen_importlib"]._find_spec(__name__, farther, None)
    except (AttributeError, OSError, ValueError):
        pass
    if spec and spec.loader:
        del sys.modules[__name__]  # zipimport of Python 3.9 would run the other one in it
        sys.modules["_frozen_importlib"]._load(spec)
