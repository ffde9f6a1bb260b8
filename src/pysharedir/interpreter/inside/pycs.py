"""Print as JSON what only this Python knows about sources.  Runs in the target, isolated.

Standard input has two lists of paths.  For each source in the first, the answer is the hash that a
pyc holds of it (PEP 552); for each in the second, whether it can be compiled.
"""

import importlib.util
import json
import sys
import warnings

warnings.simplefilter("ignore")


def content(path):
    with open(path, "rb") as file:
        return file.read()


def digest(path):
    try:
        return importlib.util.source_hash(content(path)).hex()
    except OSError:
        return None


def compiles(path):
    try:
        compile(content(path), path, "exec", dont_inherit=True)
    except Exception:
        return False
    return True


hashed, compiled = json.load(sys.stdin)
facts = dict(
    digests=[digest(path) for path in hashed], compiles=[compiles(path) for path in compiled]
)
sys.stdout.write("\n<pysharedir>" + json.dumps(facts) + "</pysharedir>\n")
