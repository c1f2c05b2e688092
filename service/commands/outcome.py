"""命令的结果 — 0 clean, 1 findings, 2 usage or surroundings; a person gets a sentence, never a traceback."""

import sys
from typing import NoReturn

import typer

CLEAN, FINDINGS, USAGE = 0, 1, 2


class Refusal(Exception):
    """The command cannot be done; the message is one clear Chinese sentence."""


def say(text: str = "") -> None:
    """Print a line of the result."""
    typer.echo(text)


def note(text: str) -> None:
    """Print a line beside the result."""
    print(text, file=sys.stderr)  # noqa: T201 - the command line speaks here


def end(code: int) -> NoReturn:
    """End the command with this exit code."""
    raise typer.Exit(code)
