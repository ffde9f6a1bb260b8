# pysharedir: the gate of the startup hook.  Written by `pysharedir enable`.
#
# A start with the hook switched off runs only this file, so it is short: each kB
# of bytecode costs a start about 0.06 M instructions.  posix.environ is the
# environment at the start of the interpreter; it costs a tenth of os.environ.
# The parts run in this namespace, by this module's loader: that costs a quarter
# of an import.  Keep no reference to os or site here: this module stays on
# sys.meta_path until exit, and each would add 0.5 M instructions there.
import sys

# `enable` sets these: on, and the words that switch it off (--opt-in: reversed).
ON = True
WORDS = b"0 off false no"

start = bool  # what _pysharedir.start calls (PEP 829); the import has done the work

try:
    if (
        not sys.flags.ignore_environment
        and sys.modules["posix"].environ.get(b"PYSHAREDIR", b"").lower() in WORDS.split()
    ) != ON:
        loader = __spec__.loader
        # The suffix may be .pyc, where there are no sources.
        part = ".d/path.py".join(loader.path.rpartition(".py")[::2])
        exec(type(loader)("", part).get_code(""))
except Exception:
    pass
