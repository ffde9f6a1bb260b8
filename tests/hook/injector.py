"""Put into a target next to the hook: makes calls of the hook fail."""

import builtins
import os
import site
import sys

external = sys.modules["_frozen_importlib_external"]
OWNERS = {
    "stat": os,
    "listdir": os,
    "access": os,
    "fsdecode": os,
    "isdir": os.path,
    "abspath": os.path,
    "addsitedir": site,
    "getsitepackages": site,
    "get_code": external.SourceLoader,
    "_find_spec": sys.modules["_frozen_importlib"],
}


def arm(name, error, calls):
    """Let the calls of a function fail that come from the hook's files, after some *calls*."""
    original = getattr(OWNERS[name], name)

    def call(*args, **kwargs):
        nonlocal calls
        if "_pysharedir" in sys._getframe(1).f_code.co_filename:
            calls -= 1
            if calls < 0:
                raise error("injected")
        return original(*args, **kwargs)

    setattr(OWNERS[name], name, call)


fault = os.environ.get("INJECTED", "")
if fault and not hasattr(sys, "injected"):  # site runs it twice in venvs
    sys.injected = True
    name, error, calls = fault.split()
    arm(name, vars(builtins)[error], int(calls))
