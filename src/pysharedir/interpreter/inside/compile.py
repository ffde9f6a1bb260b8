"""Byte-compile modules, and print as JSON how many could be compiled.  Runs in the target, isolated.

Standard input has a list with four values for each module: its source, its pyc or null for the
default one, the level of optimisation or -1 for that of this process, and whether the pyc holds
the hash of its source (PEP 552).  The mode is always given, as with SOURCE_DATE_EPOCH py_compile
would make checked pycs, for which each start reads the source.
"""

import json
import py_compile
import sys

made = 0
for source, pyc, level, hashed in json.load(sys.stdin):
    mode = py_compile.PycInvalidationMode["UNCHECKED_HASH" if hashed else "TIMESTAMP"]
    try:
        py_compile.compile(source, pyc, None, True, level, mode)
        made += 1
    except Exception:
        pass
sys.stdout.write("\n<pysharedir>" + json.dumps(dict(made=made)) + "</pysharedir>\n")
