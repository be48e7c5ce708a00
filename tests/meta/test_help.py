"""Every command shows examples of itself, and no example names an option that is not there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

import contracts.cli.commands
import mockserver.cli.commands

PROGRAMS: dict[str, click.Command] = {
    "contracts": contracts.cli.commands.command,
    "mockserver": mockserver.cli.commands.command,
}


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for child, inner in command.commands.items():
            yield from commands(f"{name} {child}", inner)


COMMANDS = [pair for program in PROGRAMS.items() for pair in commands(*program)]


def examples(command: click.Command) -> list[list[str]]:
    """Return the words of each example: what stands before its explanation, variables of the environment left out."""
    shown = (command.epilog or "").partition("Examples:\n")[2].partition("\n\n")[0]
    lines = [re.split(r"\s{2,}", line.strip())[0] for line in shown.splitlines()]
    return [[word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)] for line in lines]


def meant(words: list[str]) -> click.Command:
    """Return the command that an example calls."""
    command = PROGRAMS[words[0]]
    for word in words[1:]:
        inner = command.commands.get(word) if isinstance(command, click.Group) else None
        if inner is None:
            return command
        command = inner
    return command


@pytest.mark.parametrize("name, command", COMMANDS, ids=[name for name, _ in COMMANDS])
def test_a_command_shows_examples_of_itself(name: str, command: click.Command) -> None:
    assert any(meant(words) is command or name in " ".join(words) for words in examples(command))


@pytest.mark.parametrize("name, command", COMMANDS, ids=[name for name, _ in COMMANDS])
def test_an_example_gives_options_that_there_are(name: str, command: click.Command) -> None:
    for words in examples(command):
        known = {flag for parameter in meant(words).params for flag in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("-")} - known == set(), words
