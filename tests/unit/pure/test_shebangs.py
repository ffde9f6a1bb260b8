"""Which interpreter the head of a script names."""

from __future__ import annotations

import os

import pytest

from pysharedir.installed.shebangs import parse

TAIL = " \"$0\" \"$@\"\n' '''\n"
LONG = "#!/bin/sh\n'''exec' "
RELOCATABLE = '"$(dirname -- "$(realpath -- "$0")")"/\'python\''


@pytest.mark.parametrize(
    ("head", "interpreter"),
    [
        ("#!/a/python3\n", "/a/python3"),
        ("#! \t/a/python3.13t -sP\n", "/a/python3.13t"),
        ("#!/a/pypy3\r\n", "/a/pypy3"),
        ("#!/usr/bin/env python3\n", "/usr/bin/env"),
        ("#!python\n", "python"),
        # By way of the shell, where a name is too long for the kernel, or has spaces.
        (f"{LONG}/long/python{TAIL}", "/long/python"),
        (f'{LONG}"/a b/python3"{TAIL}', "/a b/python3"),
        (f"{LONG}'/a b/python3.9' -E{TAIL}", "/a b/python3.9"),
        # What only the shell can tell.
        (f"{LONG}{RELOCATABLE}{TAIL}", None),
        (f"{LONG}'/a b/python3{TAIL}", None),
        (f"{LONG}python3{TAIL}", None),
        # No head, or none that ends.
        ("#!/a/python3", None),
        ("#!\n", None),
        (" #!/a/python3\n", None),
        ("import sys\n", None),
        ("", None),
    ],
)
def test_parse(head: str, interpreter: str | None) -> None:
    found = parse(head.encode() + b"import sys\n" if head.endswith("\n") else head.encode())
    assert (found and found.interpreter) == interpreter
    assert found is None or found.text == head.encode()


def test_parse_takes_bytes_that_are_no_text() -> None:
    found = parse(b"#!/caf\xe9/python\n")
    assert found is not None
    assert os.fsencode(found.interpreter) == b"/caf\xe9/python"


@pytest.mark.parametrize(
    ("head", "arguments"),
    [
        ("#!/a/python\n", b""),
        ("#! /a/python3  -sP -E\n", b"-sP -E"),
        ("#!/a/python\t-E\r\n", b"-E"),
        (f"{LONG}'/a b/python' -E '-W x'{TAIL}", b"-E '-W x'"),
    ],
)
def test_parse_keeps_the_arguments(head: str, arguments: bytes) -> None:
    found = parse(head.encode())
    assert found is not None
    assert found.arguments == arguments
