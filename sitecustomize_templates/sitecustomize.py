# pysharedir: the startup hook as a sitecustomize.  Written by `pysharedir enable`.
#
# Behind the hook it runs the sitecustomize that it shadows, as if that were alone.
import os
import sys

PYSHAREDIR = True  # late() knows this module by it


def shadowed():
    # Only what is farther on sys.path: that may be this file again, in another site dir.
    here = os.stat(os.path.dirname(__file__))
    others = None
    for entry in sys.path:
        try:
            if os.path.samestat(os.stat(entry), here):
                others = others or []
            elif others is not None:
                others.append(entry)
        except (OSError, TypeError, ValueError):
            continue
    importlib = sys.modules.get("_frozen_importlib")  # Python 2 may see the same PYTHONPATH
    return importlib and importlib._find_spec(__name__, others or [], None)


try:
    spec = shadowed()
finally:
    import _pysharedir

if spec and spec.loader:
    __file__, __spec__, __loader__, __package__ = spec.origin, spec, spec.loader, spec.parent
    if spec.submodule_search_locations is not None:
        __path__ = spec.submodule_search_locations
    spec.loader.exec_module(sys.modules[__name__])
