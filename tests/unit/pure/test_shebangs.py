"""Which interpreter the head of a script names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pysharedir.installed.shebangs import parse, redirected

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("#!/a/bin/python3\n", "#!/b/bin/python\n"),
        ("#!/a/bin/python3.13t -sP\n", "#!/b/bin/python -sP\n"),
        (f"{LONG}/a/bin/python -E{TAIL}", "#!/b/bin/python -E\n"),
        # What starts another one does so on purpose.
        ("#!/usr/bin/python3\n", None),
        ("#!/a/bin/perl\n", None),
        ("#!/usr/bin/env python3\n", None),
        ("#!/a/bin/sub/python3\n", None),
        (f"{LONG}{RELOCATABLE}{TAIL}", None),
        ("#!/bin/sh\n", None),
        ("\0", None),
    ],
)
def test_redirected(head: str, wanted: str | None) -> None:
    body = b"print('/a/bin/python3')\n"
    changed = redirected(head.encode() + body, "/a/bin", "/b/bin/python")
    assert changed == (wanted or head).encode() + body


def test_redirected_to_a_name_with_spaces() -> None:
    changed = redirected(b"#!/a/bin/python -E\nx", "/a/bin", "/b c/bin/python")
    assert changed == f"{LONG}'/b c/bin/python' -E{TAIL}x".encode()


def test_redirected_from_a_directory_with_two_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    script = f"#!{tmp_path}/link/python\n".encode()
    assert redirected(script, f"{tmp_path}/real", "/b/python") == b"#!/b/python\n"
