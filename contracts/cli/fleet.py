"""The commands for many machines: `merge` joins the reports of several runs, `load` sends load from several.

Heavy imports stand inside the functions that need them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Protocol

import click

from contracts.cli.options import to_config
from contracts.config import Environment
from contracts.errors import ConfigInvalid

__all__ = ["COMMANDS", "load", "merge"]

_FILE = click.Path(path_type=Path)


class _Session(Protocol):
    """What the command line knows."""

    environment: Environment
    secrets: list[str]


@click.command(
    epilog="""\b
Examples:
  contracts merge 1.ndjson 2.ndjson 3.ndjson                     one verdict of three shards
  contracts merge *.ndjson --report html:all.html --quiet        and one report
"""
)
@click.argument("paths", type=_FILE, nargs=-1, required=True, metavar="REPORT...")
@click.option("--spec", type=_FILE, help="Another OpenAPI document.  [default: the packaged contract]")
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
    from contracts.events import RunFinished
    from contracts.outcome.conclusion import conclude
    from contracts.outcome.merging import merge as merged
    from contracts.report import ndjson, writers
    from contracts.report.console import Console, ConsoleOptions
    from contracts.report.source import DocumentSource

    config = to_config(options, session.environment)
    writers.check(config.reports)
    report, source = merged([ndjson.read(path) for path in paths]), DocumentSource.of(config.contract().document)
    looks = ConsoleOptions(
        is_quiet=config.is_quiet,
        is_colourless=session.environment.is_colourless,
        is_github=session.environment.is_github,
    )
    with Console(sys.stdout, lambda: source, looks) as console:
        console(RunFinished(report=report))
    for name, path in config.reports:
        writers.WRITERS[name](report, path, source)
    return conclude(report).exit_code


#: Options of `load` that are Locust's own, passed on as they are.
_ROLE = (
    click.Option(["--master"], is_flag=True, help="Lead workers that other machines start with --worker."),
    click.Option(["--worker"], is_flag=True, help="Send what the master says."),
    click.Option(["--expect-workers"], type=click.IntRange(1), help="Of a master: begin with so many."),
    click.Option(["--master-bind-host"], metavar="HOST", help="Of a master.  [default: 127.0.0.1]"),
    click.Option(["--master-bind-port"], type=int, metavar="PORT", help="Of a master.  [default: 5557]"),
    click.Option(["--master-host"], metavar="HOST", help="Of a worker.  [default: 127.0.0.1]"),
    click.Option(["--master-port"], type=int, metavar="PORT", help="Of a worker.  [default: 5557]"),
    click.Option(["--processes"], type=click.IntRange(1), help="Workers on this machine, with a master of their own."),
)


@click.command(
    epilog="""\b
Examples:
  contracts load                                          10 users for 10 seconds, against a mock started for it
  contracts load http://127.0.0.1:4010 --users 50 --rate 5 --time 60
  contracts load http://127.0.0.1:4010 --keys-file keys.txt --pause 0
"""
)
@click.argument("base_url", required=False)
@click.option("--users", type=click.IntRange(1), default=10, show_default=True, help="At the same time.")
@click.option("--rate", type=click.FloatRange(0.1), help="Users that start each second.  [default: all in one]")
@click.option("--time", "duration_s", type=click.IntRange(1), default=10, show_default=True, help="Whole seconds.")
@click.option("--pause", "pause_s", type=click.FloatRange(0), default=1.0, show_default=True, help="Mean seconds.")
@click.option("--keys-file", type=_FILE, metavar="PATH", help="A key on each line, spread over the users.")
@click.option("--allow-live", is_flag=True, help="The target may be another machine; its allowance will be used up.")
@click.option("--header-name", metavar="NAME", help="Header that carries the key.  [default: the document's]")
@click.option("--spec", type=_FILE, help="Another OpenAPI document.  [default: the packaged contract]")
@click.option("--seed", type=int, metavar="N", help="Of every random choice.  [default: 0]")
@click.option("--timeout", "timeout_s", type=float, metavar="SECONDS", help="For one request.  [default: 30]")
@click.pass_obj
def load(session: _Session, /, **options: Any) -> int:
    """Send load to BASE_URL, or to a mock that is started for it: users who list, page, open and look at figures.

    Locust sends it, from this machine or, with --master and --worker, from many.
    Reads only. In the end the requests that the users counted are held against
    the server's own count of the allowance. Without BASE_URL the mock's limits
    are far away. Exit code 0 when both agree and nothing but 2xx and 429 came.
    """
    role = {name: options.pop(name) for name in (str(option.name) for option in _ROLE)}
    shape = {name: options.pop(name) for name in ("users", "duration_s", "pause_s", "allow_live")}
    rate, keys_file = options.pop("rate") or float(shape["users"]), options.pop("keys_file")
    config = to_config(options, session.environment)
    keys = read_keys(keys_file) if keys_file else ()
    session.secrets += [key for key in (config.api_key, config.member_key, *keys) if key]
    from contracts.load.running import LoadTest, run

    summary = run(LoadTest(config=config, keys=keys, rate=rate, role=_role(role, config.base_url), **shape))
    if summary is None:
        return 0
    for line in summary.lines():
        click.echo(line)
    return summary.exit_code


load.params += _ROLE


def _role(options: dict[str, Any], base_url: str | None) -> tuple[str, ...]:
    """Return the options of Locust that say what part this process takes."""
    if options["master"] and options["worker"]:
        raise ConfigInvalid("a process is master or worker, not both; start one of each", "--master")
    if options["worker"] and base_url is None:
        raise ConfigInvalid("a worker needs the URL that its master was given", "BASE_URL")
    if options["master"] or options["processes"]:
        # Whoever connects becomes a worker: the port is not opened to other machines unless that is asked for.
        options["master_bind_host"] = options["master_bind_host"] or "127.0.0.1"
    words: list[str] = []
    for name, value in options.items():
        if value not in (None, False):
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
    return tuple(words)


def read_keys(path: Path) -> tuple[str, ...]:
    """Read the keys of a file, one a line; empty lines are passed over.

    Raises:
        ConfigInvalid: it cannot be read, or holds no key.
    """
    try:
        keys = tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{path} cannot be read: {error}", "--keys-file") from error
    if not keys or any(len(key.split()) > 1 or not key.isascii() for key in keys):
        raise ConfigInvalid(f"{path} holds something else than one key a line", "--keys-file")
    return keys


#: What the command line adds.
COMMANDS = (merge, load)
