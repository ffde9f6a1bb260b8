"""Print as JSON what a start would read, without such a start.  Runs in the target, with -I -S.

Contract: imports only the standard library, runs on Python 3.9, changes nothing, and prints one
line of JSON between two marks.  It is passed with ``-c``.  With -S, importing the module site only
defines functions, and with -I only the standard library is on the path.
"""

import os
import sys

path = [entry for entry in sys.path if isinstance(entry, str)]

import importlib.machinery
import json
import site
import types


def settings():
    """Return the interpreter's venv, or None, and the settings in its pyvenv.cfg, as site does."""
    directory = os.path.dirname(os.path.abspath(sys.executable))
    venv = os.path.dirname(directory)
    files = [os.path.join(parent, "pyvenv.cfg") for parent in (directory, venv)]
    file = next(filter(os.path.isfile, files), None)
    if file is None:
        return None, {}
    settings_of_venv = {}
    with open(file, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            key, equals, value = line.partition("=")
            if equals:
                settings_of_venv[key.strip().lower()] = value.strip()
    return venv, settings_of_venv


def mentions(code, name):
    """Tell whether a function, or one within it, uses a name."""
    inner = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return name in code.co_names or any(mentions(each, name) for each in inner)


def functions(owner):
    return [each for each in vars(owner).values() if isinstance(each, types.FunctionType)]


def facts():
    venv, settings_of_venv = settings()
    sees_base = (
        venv is None
        or settings_of_venv.get("include-system-site-packages", "true").lower() == "true"
    )
    base = [sys.base_prefix, sys.base_exec_prefix]
    prefixes = base
    if venv is not None:  # up to Python 3.13, site sets it
        sys.prefix = sys.exec_prefix = venv
        prefixes = [venv, *(base if sees_base else [])]
    safe = os.getuid() == os.geteuid() and os.getgid() == os.getegid()
    user = sees_base and safe and not os.environ.get("PYTHONNOUSERSITE")
    hidden = any(mentions(each.__code__, "UF_HIDDEN") for each in functions(site))
    return dict(
        version=sys.version_info[:3],
        executable=sys.executable,
        prefix=sys.prefix,
        base_prefix=sys.base_prefix,
        platlibdir=sys.platlibdir,
        stdlib=getattr(sys, "_stdlib_dir", None)
        or "/".join((sys.base_prefix, sys.platlibdir, "python%d.%d" % sys.version_info[:2])),
        path=path,
        venv_site_dirs=site.getsitepackages([venv]) if venv is not None else [],
        site_dirs=site.getsitepackages(prefixes),
        user_site=site.getusersitepackages() if user else None,
        skips_hidden=hidden,
        extensions=importlib.machinery.EXTENSION_SUFFIXES,
    )


sys.stdout.write("\n<pysharedir>" + json.dumps(facts()) + "</pysharedir>\n")
