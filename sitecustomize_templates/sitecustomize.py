# pysharedir: the startup hook as a sitecustomize.  Written by `pysharedir enable`.
#
# Behind the hook it runs the sitecustomize that it shadows, as if that were alone.
import os
import sys

PYSHAREDIR = True  # late() knows this module by it

import _pysharedir


def shadowed():
    here = os.stat(os.path.dirname(__file__))
    others = []
    for entry in sys.path:
        try:
            if not os.path.samestat(os.stat(entry), here):
                others.append(entry)
        except (OSError, TypeError, ValueError):
            continue
    for finder in sys.meta_path:
        if getattr(finder, "__name__", "") != "_pysharedir":
            spec = finder.find_spec(__name__, others, None)
            if spec:
                return spec
    return None


spec = shadowed()
if spec:
    __file__, __spec__ = spec.origin, spec
    spec.loader.exec_module(sys.modules[__name__])
