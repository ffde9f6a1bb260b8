"""The first line of a script, which names its interpreter."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass

from pysharedir import layout

# The names of interpreters, some with a version.
PYTHON = re.compile(r"(?:python|pypy)(\d+(?:\.\d+)?)?t?")
_PLAIN = re.compile(rb"#![ \t]*([^ \t\r\n]+)[ \t]*([^\r\n]*)\r?\n")
# What installers write when the path of an interpreter is too long for the kernel, or has spaces.
_BY_SHELL = re.compile(rb"#!/bin/sh\n'''exec' ([^\n]+) \"\$0\" \"\$@\"\n' '''\n")


@dataclass(frozen=True)
class Head:
    """The lines of a script that name its interpreter.

    :ivar text: The lines as they are in the file.
    """

    text: bytes
    interpreter: str
    arguments: bytes


def parse(content: bytes) -> Head | None:
    """Return the lines of a script that name its interpreter.

    :return: None when it names none, or when only a shell can find it, as in relocatable scripts of
        uv.
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
    """Return a script with another interpreter, if its own is a Python in *directory*."""
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
