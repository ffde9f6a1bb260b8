"""Print as JSON what an interpreter reports about itself.  Runs in the target.

Contract: imports only the standard library, runs on Python 3.9, changes nothing, and prints one
line of JSON between two marks, so that output of startup code does no harm.
It is passed with ``-c``.
"""

import os
import sys

path = sys.path[1:] if sys.path[0] == "" else sys.path  # without the working directory
# Import what this file needs from the standard library, whatever comes first on sys.path.
stdlib = os.path.dirname(os.__file__)
sys.path = [stdlib, os.path.join(stdlib, "lib-dynload"), *path]

import importlib.machinery
import importlib.util
import json
import platform
import site
import sysconfig


def markers():
    """Return the environment of markers, as the specification of dependency specifiers has it."""
    implementation = sys.implementation
    version = "{0.major}.{0.minor}.{0.micro}".format(implementation.version)
    if implementation.version.releaselevel != "final":
        version += implementation.version.releaselevel[0] + str(implementation.version.serial)
    return dict(
        implementation_name=implementation.name,
        implementation_version=version,
        os_name=os.name,
        platform_machine=platform.machine(),
        platform_python_implementation=platform.python_implementation(),
        platform_release=platform.release(),
        platform_system=platform.system(),
        platform_version=platform.version(),
        python_full_version=platform.python_version(),
        python_version=".".join(platform.python_version_tuple()[:2]),
        sys_platform=sys.platform,
    )


def facts():
    off = getattr(sysconfig.get_paths, "__wrapped__", sysconfig.get_paths)()
    paths = sysconfig.get_paths()
    return dict(
        version=sys.version_info[:3],
        implementation=sys.implementation.name,
        executable=sys.executable,
        platform=sys.platform,
        bits=64 if sys.maxsize > 2**32 else 32,
        prefix=sys.prefix,
        base_prefix=sys.base_prefix,
        platlibdir=sys.platlibdir,
        scheme=sysconfig._get_default_scheme()
        if sys.version_info < (3, 10)
        else sysconfig.get_default_scheme(),
        stdlib=stdlib,
        site_purelib=off["purelib"],
        purelib=paths["purelib"],
        platlib=paths["platlib"],
        scripts=paths["scripts"],
        cache_tag=sys.implementation.cache_tag,
        pycache_prefix=sys.pycache_prefix,
        magic=importlib.util.MAGIC_NUMBER.hex(),
        suffixes=importlib.machinery.all_suffixes(),
        markers=markers(),
        site_dirs=site.getsitepackages(),
        user_site=site.getusersitepackages() if site.ENABLE_USER_SITE else None,
        path=[entry for entry in path if isinstance(entry, str)],
        pythonpath=[]
        if sys.flags.ignore_environment
        else [
            os.path.abspath(entry)
            for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)
            if entry
        ],
    )


sys.stdout.write("\n<pysharedir>" + json.dumps(facts()) + "</pysharedir>\n")
