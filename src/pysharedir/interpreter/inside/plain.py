"""Print as JSON the modules and the path of a plain start.  Runs in the target."""

import sys

names = list(sys.modules)
if sys.path[:1] == [""]:
    del sys.path[0]
path = sys.path[:]

import json
import os

facts = dict(
    modules=[name for name in names if isinstance(name, str)],
    path=[entry for entry in path if isinstance(entry, str)],
    stdlib=list(getattr(sys, "stdlib_module_names", ())),
)
os.write(1, b"\n<pysharedir>%s</pysharedir>\n" % json.dumps(facts).encode("ascii"))
