"""Import every module of a sharedir, and tell as JSON what came of it.  Runs in the lab's roots.

Contract: the standard library only, any Python; the argument is the sharedir.
"""

import contextlib
import csv
import importlib
import io
import json
import os
import sys
import warnings
from importlib.machinery import SourceFileLoader

sharedir = sys.argv[1]
found = {"failed": {}, "elsewhere": {}, "compiled": [], "imported": 0}


def source_to_code(self, data, path, *arguments, **options):
    """Note what is compiled for want of a pyc."""
    if path.startswith(sharedir):
        found["compiled"].append(path)
    return compile_source(self, data, path, *arguments, **options)


def modules():
    for info in sorted(os.listdir(sharedir)):
        if not info.endswith(".dist-info"):
            continue
        with open(os.path.join(sharedir, info, "RECORD"), newline="") as file:
            for path, *_ in csv.reader(file):
                parts = path.removesuffix(".py").split("/")
                is_module = path.endswith(".py") and all(part.isidentifier() for part in parts)
                if is_module and parts[-1] != "__main__":
                    yield ".".join(parts).removesuffix(".__init__")


compile_source = SourceFileLoader.source_to_code
SourceFileLoader.source_to_code = source_to_code
sys.argv[1:] = []
warnings.simplefilter("ignore")
for name in modules():
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            module = importlib.import_module(name)
    except BaseException as error:  # some exit
        found["failed"][name] = f"{type(error).__name__}: {error}"
    else:
        found["imported"] += 1
        origin = getattr(module, "__file__", None)
        if origin is not None and not origin.startswith(sharedir):
            found["elsewhere"][name] = origin
print("\n<lab>" + json.dumps(found) + "</lab>")
sys.stdout.flush()
os._exit(0)  # whatever was imported has no say in it
