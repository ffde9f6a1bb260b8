"""The commands in README and docs do what is shown, and the links lead somewhere."""

from __future__ import annotations

import contextlib
import re
import shlex
from typing import TYPE_CHECKING

import click
import pytest

from docs import pages
from docs.pages import CHECKOUT, PAGES
from pysharedir.cli import cli
from pysharedir.doctor.registry import CHECKS

if TYPE_CHECKING:
    from pathlib import Path

    from docs.conftest import Machine
    from pysharedir.doctor.findings import Check

# Blocks that are not run, by a text in them, with the reason.
NOT_RUN = {
    ".venv/bin/tox run-parallel": "it is what runs this test",
    "/usr/local/share/python": "it needs root: tests/lab runs it",
    "umoci unpack": "it needs root: tests/lab runs it",
    "buildah manifest": "it needs tools of Debian: tests/lab runs it",
    "$(uname -m)": "it is for nodes of several architectures: tests/lab runs it",
    "/apps/pure": "it follows from the former: tests/lab runs it",
    "module load": "it follows from the former: tests/lab runs it",
    "ansible-galaxy": "it needs Ansible: tests/fleet runs it",
    "ansible-playbook": "it needs Ansible and hosts: tests/fleet runs it",
}
CONTEXT = click.Context(cli)
COMMANDS = {
    name: command
    for name in cli.list_commands(CONTEXT)
    if (command := cli.get_command(CONTEXT, name))
}
PICTURES = sorted(CHECKOUT.glob("docs/pictures/*"))
RUN = [page for page in PAGES if pages.blocks(page)]


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=pages.name)
def test_commands_do_what_is_shown(page: Path, request: pytest.FixtureRequest) -> None:
    is_readme = page.parent == CHECKOUT
    machine: Machine = request.getfixturevalue("checkout" if is_readme else "machine")
    commands = [
        command
        for form, block in pages.blocks(page)
        if not any(each in block for each in NOT_RUN)
        for command in pages.commands(form, block)
    ]
    said = machine.run(commands)
    for command, each in zip(commands, said, strict=False):
        if command.shown is None:
            assert not each.returncode, f"{command.text}\n{each.text}"
        else:
            assert matches(command.shown, each.text), f"$ {command.text}\n{each.text}"
    assert len(said) == len(commands)


def matches(shown: str, said: str) -> bool:
    """Tell whether an output is as shown; ``...`` stands for anything, spaces for any number."""
    pattern = ""
    for line in _lines(shown):
        if line == "...":
            pattern += r"([^\n]*\n)*?"
        else:
            pattern += re.escape(line).replace(r"\.\.\.", r"[^\n]*?") + "\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(said))) is not None


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.rstrip().splitlines()]


def test_a_difference_is_seen() -> None:
    assert matches("a ... c\n...\nlast  one\n", "a b c\nx\ny\nlast one \n")
    assert not matches("a\n", "b\n")
    assert not matches("a\n", "")
    assert not matches("", "a\n")
    assert not matches("a ...\n", "a b\nc\n")


def test_what_is_not_run_is_there() -> None:
    text = [block for page in PAGES for _, block in pages.blocks(page)]
    assert [each for each in NOT_RUN if not any(each in block for block in text)] == []


@pytest.mark.parametrize("page", PAGES, ids=pages.name)
def test_commands_in_sentences_exist(page: Path) -> None:
    for text in pages.code(page):
        parse(text)


def test_examples_of_the_help_exist() -> None:
    for command in (cli, *COMMANDS.values()):
        lines = (command.epilog or "").replace("\\\n", " ").splitlines()
        examples = [line for line in lines if re.match(r"  (\w+=\S* )*pysharedir ", line)]
        assert examples, command.name
        for example in examples:
            parse(re.split(r" {2,}(?=[a-z])", example.strip(), maxsplit=1)[0])


def parse(text: str) -> None:
    """Parse a command as the real one does.

    :raises click.UsageError: when there is no such command or option.
    """
    words = shlex.split(text)
    words = words[words.index("pysharedir") + 1 :]
    words = words[: words.index(">")] if ">" in words else words
    parser = cli.make_parser(CONTEXT)
    _, rest, _ = parser.parse_args(words)
    if rest:
        name, *arguments = rest
        assert name in COMMANDS, f"{text}: no such command"
        # An option such as --help exits; a command in a sentence may lack its arguments.
        with contextlib.suppress(click.exceptions.Exit, click.MissingParameter):
            COMMANDS[name].make_context(name, arguments)


def test_unknown_commands_are_seen() -> None:
    with pytest.raises(click.NoSuchOption):
        parse("pysharedir --python .venv enable --nonsense")
    with pytest.raises(AssertionError):
        parse("pysharedir --python .venv nonsense")


@pytest.mark.parametrize("page", PAGES, ids=pages.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in pages.links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in pages.anchors(target), link


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_each_check_has_its_page(check: Check) -> None:
    page = CHECKOUT / "docs" / "reference" / "checks" / f"{check.code}.md"
    head, blank, title = page.read_text("utf-8").splitlines()[:3]
    assert head == f"# {check.code} {check.name}"
    assert blank == ""
    assert title.lower().rstrip(".") == check.title.lower()


def test_no_page_is_without_its_check() -> None:
    there = {page.stem for page in (CHECKOUT / "docs" / "reference" / "checks").glob("SD*.md")}
    assert there <= {check.code for check in CHECKS}


def test_each_page_can_be_reached() -> None:
    reached, new = set(), {CHECKOUT / "docs" / "index.md"}
    while new:
        page = new.pop()
        reached.add(page)
        linked = {(page.parent / each.partition("#")[0]).resolve() for each in pages.links(page)}
        new |= {each for each in linked if each in PAGES} - reached
    assert {page for page in PAGES if page.parent != CHECKOUT} <= reached


def test_each_picture_is_shown() -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in pages.links(page)}
    assert set(PICTURES) <= shown


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_pictures_are_named_and_need_nothing_else(picture: Path) -> None:
    text = picture.read_text("utf-8")
    assert "<title" in text
    assert text.count("http") == text.count('xmlns="http') == 1
