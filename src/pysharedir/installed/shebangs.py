"""The first line of a script: which interpreter it names."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass

from pysharedir import layout

# The names of interpreters, with the version that some have.
PYTHON = re.compile(r"(?:python|pypy)(\d+(?:\.\d+)?)?t?")
_PLAIN = re.compile(rb"#![ \t]*([^ \t\r\n]+)[ \t]*([^\r\n]*)\r?\n")
# What installers write where the name of an interpreter is too long for the kernel, or has spaces.
_BY_SHELL = re.compile(rb"#!/bin/sh\n'''exec' ([^\n]+) \"\$0\" \"\$@\"\n' '''\n")


@dataclass(frozen=True)
class Head:
    """What at the beginning of a script says what runs it.

    :ivar text: As it is in the file.
    """

    text: bytes
    interpreter: str
    arguments: bytes


def parse(content: bytes) -> Head | None:
    """Return how a script names its interpreter.

    :return: None when it names none, or only the shell can tell which, as in scripts that uv makes
        to be moved.
    """
    by_shell = _BY_SHELL.match(content)
    if by_shell is None:
        plain = _PLAIN.match(content)
        return plain and Head(plain[0], os.fsdecode(plain[1]), plain[2])
    try:
        interpreter, *arguments = shlex.split(os.fsdecode(by_shell[1]))
    except ValueError:
        return None
    if not os.path.isabs(interpreter):
        return None
    return Head(by_shell[0], interpreter, os.fsencode(shlex.join(arguments)))


def redirected(content: bytes, directory: str, interpreter: str) -> bytes:
    """Return a script that starts another interpreter, where it starts a Python of *directory*."""
    from installer.scripts import Script  # noqa: PLC0415  # as in records

    head = parse(content)
    if head is None:
        return content
    home, name = os.path.split(head.interpreter)
    is_there = home == directory or layout.same_directory(home, directory)
    if not is_there or not PYTHON.fullmatch(name):
        return content
    _, script = Script("script", "module", "main", "console").generate(interpreter, kind="posix")
    new = parse(script)
    return with_arguments(new, head.arguments) + content[len(head.text) :] if new else content


def with_arguments(head: Head, arguments: bytes) -> bytes:
    """Return the text of a head that has no arguments, with *arguments*."""
    if not arguments:
        return head.text
    end = b' "$0"' if head.text.startswith(b"#!/bin/sh") else b"\n"
    return head.text.replace(end, b" " + arguments + end, 1)
