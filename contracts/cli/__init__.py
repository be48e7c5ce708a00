"""The command `contracts`: its options, and what it prints."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; None takes the arguments of the process."""
    from contracts.cli import commands

    return commands.main(argv)
