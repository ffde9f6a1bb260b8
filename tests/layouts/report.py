"""Say as JSON what this start of an interpreter has: run in it, given names to import."""

# ruff: noqa: E402, T201, UP036 - what imports add comes last, stdout is read, it has to run on 3.9
from __future__ import annotations

import sys

path = sys.path[:]
traces = [repr(each) for each in [*sys.modules, *sys.meta_path] if "pysharedir" in repr(each)]
# Style sitecustomize is one module, which is a finder too.
traces += [repr(each) for each in sys.meta_path if each is sys.modules.get("sitecustomize")]

import importlib
import json
import os
import sysconfig
from importlib import metadata


def place(name: str) -> str | None:
    try:
        return os.path.dirname(str(importlib.import_module(name).__file__))
    except ImportError:
        return None


taken = {name: place(name) for name in sys.argv[1:]}

packages = None
if sys.version_info >= (3, 10):
    packages = metadata.packages_distributions()

print(
    json.dumps(
        {
            "path": path,
            "traces": traces,
            "purelib": sysconfig.get_path("purelib"),
            "platlib": sysconfig.get_path("platlib"),
            "taken": taken,
            "distributions": sorted(
                [each.metadata["Name"], os.path.normpath(str(each.locate_file("")))]
                for each in metadata.distributions()
            ),
            "packages": packages,
        }
    )
)
