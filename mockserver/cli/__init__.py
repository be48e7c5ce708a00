"""The command `mockserver`: its options, and what it prints."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command; None takes the arguments of the process."""
    from mockserver.cli import commands

    commands.main(argv)
