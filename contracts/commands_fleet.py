"""The commands for many machines: `contracts merge` joins the reports of several runs.

Heavy imports stand inside the functions that need them. May import anything of
this package but `cli`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Protocol

import click

from contracts.config import Environment
from contracts.options import to_config

__all__ = ["COMMANDS", "merge"]

_FILE = click.Path(path_type=Path)


class _Session(Protocol):
    """What the command line knows."""

    environment: Environment
    secrets: list[str]


@click.command()
@click.argument("paths", type=_FILE, nargs=-1, required=True, metavar="REPORT...")
@click.option("--spec", type=_FILE, help="Another OpenAPI 3.1 document.  [default: the packaged contract]")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT:PATH",
    help="Write junit, html, sarif, har or ndjson; repeatable.",
)
@click.option("-q", "--quiet", "is_quiet", is_flag=True, help="The verdict only.")
@click.pass_obj
def merge(session: _Session, /, paths: tuple[Path, ...], **options: Any) -> int:
    """Join NDJSON reports into one verdict: all shards of a plan, or runs on several servers.

    The exit code is that of `run`: a relation that any run found broken is broken.
    """
    from contracts.outcome.conclusion import conclude
    from contracts.outcome.merging import merge as merged
    from contracts.report import ndjson, writers
    from contracts.report.console import Console, Looks
    from contracts.report.source import Source
    from contracts.running.events import RunFinished

    config = to_config(options, session.environment)
    writers.check(config.reports)
    report, source = merged([ndjson.read(path) for path in paths]), Source.of(config.spec)
    looks = Looks(
        is_quiet=config.is_quiet,
        is_colourless=session.environment.is_colourless,
        is_github=session.environment.is_github,
    )
    with Console(sys.stdout, lambda: source, looks) as console:
        console(RunFinished(report=report))
    for name, path in config.reports:
        writers.WRITERS[name](report, path, source)
    return conclude(report).exit_code


#: What the command line adds.
COMMANDS = (merge,)
