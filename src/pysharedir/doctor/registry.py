"""All checks, by their codes."""

from __future__ import annotations

from pysharedir.doctor.checks import lib64, path
from pysharedir.doctor.findings import Check

# Hundreds are topics: 1 layout and path, 2 copies, 3 noarch and native, 4 dependencies and
# scripts, 5 startup files, 6 hook and sharedir, 7 pycs, 8 other tools.
CHECKS = (
    Check("SD101", "directory-twice", "the same directory is on sys.path twice", path.twice),
    Check("SD111", "lib64-missing", "the lib64 link is missing", lib64.missing),
)
