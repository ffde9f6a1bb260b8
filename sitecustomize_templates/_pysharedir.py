# pysharedir: the gate of the startup hook.  Written by `pysharedir enable`.
#
# It is all that a start pays for while the hook is switched off, hence so bare:
# a kB of bytecode costs every start about 0.06 M instructions.  posix.environ is
# the environment as the interpreter started with it, at a tenth of the price of
# os.environ.  The parts are run in this namespace with the module's own loader,
# at a quarter of the price of an import.  os and site must not be kept in it:
# this module stays on sys.meta_path until exit, where that costs 0.5 M more.
import sys

# Baked in by `enable`: on, and the words that switch it off (--opt-in: vice versa).
ON = True
WORDS = b"0 off false no"

start = bool  # what _pysharedir.start calls (PEP 829); the import has done the work

try:
    if (
        not sys.flags.ignore_environment
        and sys.modules["posix"].environ.get(b"PYSHAREDIR", b"").lower() in WORDS.split()
    ) != ON:
        loader = __spec__.loader
        # The last ".py" is that of a .pyc where there are no sources.
        part = ".d/path.py".join(loader.path.rpartition(".py")[::2])
        exec(type(loader)("", part).get_code(""))
except Exception:
    pass
