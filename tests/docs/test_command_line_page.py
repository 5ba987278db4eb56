"""The page of the command line is what the commands take."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from leadrouter.cli.program import _EXIT_CODES, program
from leadrouter.cli.roster import show

from .page import ROOT, prose, tables

PAGE = ROOT / "docs" / "reference" / "command-line.md"
OPTION = re.compile(r"`(--[a-z-]+)(?:[` ])")


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its name, groups among them."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            yield from commands(below, (*path, name))


def sections() -> dict[str, str]:
    """Return the text of each section by its heading; that before the first one by no name."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for _, line in prose(PAGE):
        heading = re.fullmatch(r"#{2,3} (.*)", line)
        name = heading[1] if heading else name
        found.setdefault(name, []).append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


COMMANDS = dict(commands(program))


def options(command: click.Command) -> list[click.Option]:
    """Return the options of a command; a group that is a command as well has those of that one."""
    params = [*command.params, *(show.params if command is COMMANDS["roster"] else [])]
    return [each for each in params if isinstance(each, click.Option)]


def names(command: click.Command) -> set[str]:
    """Return the long names of the options of a command."""
    return {name for each in options(command) for name in (*each.opts, *each.secondary_opts) if name[:2] == "--"}


def of_the_group(name: str) -> set[str]:
    """Return the options that a section may name because all or some of the commands below it have them."""
    return {each for path, command in COMMANDS.items() if path.startswith(f"{name} ") for each in names(command)}


def test_every_command_has_a_section_and_every_section_a_command():
    """In the order of the help."""
    assert list(sections()) == [name for name, _ in sorted(COMMANDS.items(), key=lambda each: _order(each[0]))]


def _order(name: str) -> int:
    return list(COMMANDS).index(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_stands_in_its_section(name: str):
    """Those that all commands of a group take may stand above them; `as above` names no option that is not there."""
    text = sections()[name]
    named, above = set(OPTION.findall(text)), set(OPTION.findall(sections().get(name.rpartition(" ")[0], "")))
    assert names(COMMANDS[name]) <= named | (above if name else set())
    assert named <= names(COMMANDS[name]) | of_the_group(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_choice_and_every_variable_of_the_environment_is_named(name: str):
    """The words that an option takes, and where it is read from otherwise."""
    text = sections()[name] + sections()["route"]
    for option in options(COMMANDS[name]):
        if isinstance(option.type, click.Choice):
            assert r"\|".join(option.type.choices) in text
        assert option.envvar is None or f"`{option.envvar}`" in text


def test_exit_codes_are_those_of_the_help():
    """With the same words."""
    [table] = [each for each in tables(PAGE) if each.heading[0] == "exit code"]
    told = [re.split(r"\s{2,}", line.strip()) for line in _EXIT_CODES.splitlines()[2:]]
    assert [list(cells) for _, cells in table.rows] == told
