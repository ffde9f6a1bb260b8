"""Record the modules of every start, then run the program ``trace``, whose text is an argument.

Runs in the target, with ``-S``.  The arguments are: a name that marks spans for a tracer of system
calls, or an empty string; what else to record; and that text.  The text is not part of this file,
so that the time to compile it does not count as the interpreter's own.
"""

import sys

names = set(sys.modules)
from time import perf_counter_ns as clock

_, place, look, text = sys.argv
del sys.argv[1:]
mark = None
if place:
    from posix import access

    mark = lambda name: access("/" + place + "/" + name, 0)
began = clock()
if mark:
    mark("")
# Not the name of a file: for a traceback, Python would read it, and load modules to show its lines.
exec(compile(text, "<trace>", "exec"))
