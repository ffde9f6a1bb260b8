"""All checks, by their codes."""

from __future__ import annotations

from pysharedir.doctor.checks import hook, lib64, path, sharedir
from pysharedir.doctor.findings import Check

# Hundreds are topics: 1 layout and path, 2 copies, 3 noarch and native, 4 dependencies and
# scripts, 5 startup files, 6 hook and sharedir, 7 pycs, 8 other tools.
CHECKS = (
    Check("SD101", "directory-twice", "the same directory is on sys.path twice", path.twice),
    Check("SD111", "lib64-missing", "the lib64 link is missing", lib64.missing),
    Check("SD601", "hook-outdated", "the hook is of another release of pysharedir", hook.outdated),
    Check("SD602", "hook-altered", "the hook is not as it was written", hook.altered),
    Check("SD603", "hook-incomplete", "files of the hook are missing", hook.incomplete),
    Check("SD604", "hook-orphaned", "files of a hook were left behind", hook.orphaned),
    Check("SD605", "hook-doubled", "there is a second hook", hook.doubled),
    Check("SD611", "sharedir-missing", "the hook has no sharedir", sharedir.missing),
    Check("SD612", "sharedir-unused", "a sharedir with distributions is not used", sharedir.unused),
    Check("SD613", "sharedir-writable", "others can write to the sharedir", sharedir.writable),
)
