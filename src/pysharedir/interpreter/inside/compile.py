"""Byte-compile modules, and tell as JSON how many could be.  Runs in the target, isolated.

Standard input has a list: of each module its source, its pyc or null for the default one, the
level of optimization or -1 for that of this process, and whether the pyc holds the hash of its
source (PEP 552).  SOURCE_DATE_EPOCH does not choose here: what py_compile makes then is read with
its source at each start.
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
