"""All checks, in the order of their codes."""

from __future__ import annotations

from pysharedir.doctor.findings import Check, Level

# Hundreds are topics: 1 layout and path, 2 copies, 3 noarch and native, 4 dependencies and
# scripts, 5 startup files, 6 hook and sharedir, 7 pycs, 8 other tools.
CHECKS = (
    Check("SD101", "directory-twice", "the same directory is on sys.path twice", "path:twice"),
    Check("SD111", "lib64-missing", "the lib64 link is missing", "lib64:missing"),
    Check(
        "SD112",
        "lib64-absolute",
        "the lib64 link is absolute, and breaks if the venv moves",
        "lib64:absolute",
    ),
    Check("SD113", "lib64-astray", "the lib64 link does not point to lib", "lib64:astray"),
    Check(
        "SD114",
        "lib64-separate",
        "distributions are in a lib64 that is not on sys.path",
        "lib64:separate",
    ),
    Check("SD201", "distribution-twice", "a distribution is installed twice", "copies:twice"),
    Check("SD202", "package-twice", "a module or package is installed twice", "packages:twice"),
    Check(
        "SD203",
        "package-halved",
        "a package is in two directories, and Python sees only part of it",
        "packages:halved",
    ),
    Check(
        "SD204",
        "namespace-hidden",
        "a regular package hides modules of a namespace package",
        "packages:hidden",
    ),
    Check(
        "SD205",
        "user-copy-hidden",
        "a venv hides a newer copy in the user site dir",
        "copies:hidden_by_venv",
        Level.NOTE,
    ),
    Check(
        "SD211",
        "pip-leftover",
        "an interrupted pip left a directory behind",
        "leftovers:left_behind",
    ),
    Check(
        "SD301",
        "native-in-sharedir",
        "a distribution for one platform is in the sharedir",
        "native:in_sharedir",
    ),
    Check(
        "SD302",
        "noarch-outside",
        "a noarch distribution is outside the sharedir",
        "native:outside",
        Level.NOTE,
    ),
    Check(
        "SD303",
        "origin-astray",
        "a shared object looks for a library in the wrong tree",
        "origin:astray",
    ),
    Check(
        "SD304",
        "native-of-another-machine",
        "a distribution has native parts only for another machine",
        "native:of_another_machine",
    ),
    Check(
        "SD401",
        "dependency-missing",
        "a shared distribution requires one that is missing",
        "dependencies:missing",
    ),
    Check(
        "SD411", "script-missing", "a script of a shared distribution is missing", "scripts:missing"
    ),
    Check(
        "SD412",
        "script-interpreter",
        "a script starts the wrong interpreter",
        "scripts:misdirected",
    ),
    Check(
        "SD413",
        "activate-elsewhere",
        "the activate script activates another venv",
        "scripts:activating",
    ),
    Check(
        "SD414", "data-missing", "data files of a shared distribution are missing", "data:missing"
    ),
    Check("SD501", "startup-line-fails", "a line of a startup file fails", "startup:failing"),
    Check(
        "SD502",
        "path-line-missing",
        "a line of a .pth file names a missing directory",
        "startup:missing",
    ),
    Check(
        "SD503",
        "import-line-ignored",
        "Python 3.18 will ignore the import lines of a .pth file",
        "startup:ignored",
        Level.NOTE,
    ),
    Check(
        "SD504",
        "startup-files",
        "Python reads a .pth or .start file at every start",
        "startup:read",
        Level.NOTE,
    ),
    Check(
        "SD505",
        "sitecustomize-shadowed",
        "another sitecustomize or usercustomize hides this one",
        "startup:shadowed",
    ),
    Check(
        "SD601", "hook-outdated", "the hook is of another release of pysharedir", "hook:outdated"
    ),
    Check("SD602", "hook-altered", "the hook is not as enable wrote it", "hook:altered"),
    Check("SD603", "hook-incomplete", "files of the hook are missing", "hook:incomplete"),
    Check("SD604", "hook-orphaned", "files of a hook are left over", "hook:orphaned"),
    Check("SD605", "hook-doubled", "there is a second hook", "hook:doubled"),
    Check(
        "SD606",
        "hook-required",
        "the hook is required, but does not act",
        "hook:required",
        on_request=True,
    ),
    Check("SD611", "sharedir-missing", "the hook has no sharedir", "sharedir:missing"),
    Check(
        "SD612",
        "sharedir-unused",
        "the interpreter does not use a sharedir that has distributions",
        "sharedir:unused",
    ),
    Check("SD613", "sharedir-writable", "others can write to the sharedir", "sharedir:writable"),
    Check(
        "SD614", "move-interrupted", "a move of distributions was interrupted", "moves:interrupted"
    ),
    Check(
        "SD615",
        "path-line-wanted",
        "tools that read .pth files miss what is in the sharedir",
        "readers:unseeing",
        Level.NOTE,
    ),
    Check(
        "SD616",
        "start-file-costly",
        "the .start file of the hook makes starts slower, and is not needed",
        "hook:costly",
    ),
    Check(
        "SD701", "pyc-unwritable", "modules have no pyc, and none can be written", "pycs:unwritable"
    ),
    Check("SD702", "pyc-stale", "a pyc does not match its source", "pycs:stale"),
    Check("SD801", "uv-cache", "uv remembers something that is no longer true", "uv:disagrees"),
    Check(
        "SD802",
        "uv-isolated",
        "an isolated start leaves out the hook, so uv does not see it",
        "uv:unseen",
        Level.NOTE,
    ),
)
