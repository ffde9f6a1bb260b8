# pysharedir: the startup hook as a sitecustomize.  Written by `pysharedir enable`.
#
# One module, since to load others is most of what a hook costs: in the place of the three lines
# with "..." `enable` puts what they name.  It has no functions of its own, since each is half a
# dozen objects, and some more of these make the garbage collector run once more.
import sys

...  # the constants of _pysharedir.py
...  # the functions of path.py


# What may have the sitecustomize that this one hides is farther on sys.path.
here = __file__.rpartition("/")[0]
farther = sys.path[sys.path.index(here) + 1 :] if here in sys.path else sys.path[:]
is_last = not farther and len(sys.meta_path) == 3  # no finders but those of Python
try:
    if ...:  # the switch of _pysharedir.py
        # The parts are beside the gate.
        path = "_pysharedir.py".join(__spec__.loader.path.rpartition("sitecustomize.py")[::2])
        loader = type(__spec__.loader)("", path)
        sys.modules.pop("_pysharedir", None)  # a gate that is off: watch() asks for it
        # Not when another hook was there; and site must not be kept, as in the gate.
        if "safely" not in getattr(sys.modules["site"].getsitepackages, "__globals__", ()):
            complete(sys.path)
            sys.meta_path.insert(0, sys.modules[__name__])
except Exception:
    pass

# After the hook the other one is run, as if it were alone.
if not is_last and "_frozen_importlib" in sys.modules:  # Python 2 may see the same PYTHONPATH
    spec = sys.modules["_frozen_importlib"]._find_spec(__name__, farther, None)
    try:  # that may be this file again, in a directory that is spelled otherwise
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
        del sys.modules[__name__]  # which zipimport of Python 3.9 would run it in
        sys.modules["_frozen_importlib"]._load(spec)
