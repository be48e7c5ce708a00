"""The command `contracts`: options become a `Config`, one function does the work, its result an exit code.

Heavy imports stand inside the functions that need them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from contracts import __version__
from contracts.cli import fleet, recordings
from contracts.cli.options import choosing_options, run_options, shard_option, to_config
from contracts.config import Environment
from contracts.errors import ToolError

__all__ = ["command", "main"]

EXAMPLES = """\b
Examples:
  contracts run                                   judge the mock of this package, started for the run
  contracts run http://127.0.0.1:4010/social_app/api/v1/third_party
  CONTRACTS_API_KEY=… contracts run https://api.example.com/v1 --report html:report.html
  contracts run --report junit:report.xml --report ndjson:run.ndjson --quiet
  contracts run --only collection --budget 40     what the lists mean, and nothing else
  contracts plan --budget 90                      what a run would send; sends nothing
  contracts relations                             what must hold, and where the document says so
  contracts generate --out corpus.ndjson          the generated requests, as a file; sends none
  contracts replay corpus.ndjson --against URL    two servers' answers, compared
  contracts run --shard 2/3 --report ndjson:2.ndjson   a third of the plan, of the budget
  contracts merge 1.ndjson 2.ndjson 3.ndjson      one verdict of all of it
  contracts mutate --sample 100                   can the suite fail? a score
  contracts baseline update known.yaml run.ndjson accept what is broken now, for 30 days

\b
Exit codes:
  0    kept: nothing broken; what the data could not decide is listed
  1    broken: a violation that neither the baseline nor --assumptions warn excuses
  2    usage, settings, or an input file
  3    nothing answers at the base URL
  4    inconclusive: nothing judged, no 2xx at all, an operation that lets no valid key in,
       more than 10 % of answers 429 or missing, more than half of the relations left out;
       or what answers is not this API
  5    a fault of this tool
  130  stopped by Ctrl-C; reports hold what is known

\b
Options stand in [tool.contracts] of pyproject.toml, too, without their dashes.
"""


@dataclass(slots=True)
class Session:
    """What one call of the command knows: the environment, and secrets that no message may show."""

    environment: Environment
    secrets: list[str] = field(default_factory=list, repr=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXAMPLES)
@click.version_option(__version__, "-V", "--version")
def command() -> None:
    """Judge any server of the API by the contract in openapi.yaml, within a budget of requests."""


@command.command(epilog=EXAMPLES)
@run_options
@click.pass_obj
def run(session: Session, /, **options: Any) -> int:
    """Judge the server at BASE_URL; without one, a mock that is started for it."""
    _warn_of_visible_keys(options)
    config = to_config(options, session.environment, _settings())
    session.secrets += [key for key in (config.api_key, config.member_key) if key]
    from contracts import api
    from contracts.outcome.conclusion import conclude
    from contracts.report.console import Console, ConsoleOptions
    from contracts.report.source import DocumentSource

    looks = ConsoleOptions(
        is_quiet=config.is_quiet,
        is_colourless=session.environment.is_colourless,
        is_github=session.environment.is_github,
    )
    with Console(sys.stdout, lambda: DocumentSource.of(config.contract().document), looks) as console:
        report = api.run(config, console)
    return conclude(report).exit_code


@command.command(epilog=EXAMPLES)
@click.argument("base_url", required=False)
@choosing_options
@shard_option
@click.pass_obj
def plan(session: Session, /, **options: Any) -> int:
    """Print the requests that a run would send to BASE_URL, and what they cost; send none."""
    config = to_config(options, session.environment, _settings(options))
    from contracts.cli.listing import plan_lines

    _print(plan_lines(config))
    return 0


@command.command(epilog=EXAMPLES)
@choosing_options
@click.option("--json", "is_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def relations(session: Session, /, is_json: bool, **options: Any) -> int:
    """List what must hold: id, cost in requests, place in the document, meaning."""
    config = to_config(options, session.environment, _settings(options))
    from contracts.cli.listing import relation_lines

    _print(relation_lines(config, is_json=is_json))
    return 0


@command.command(epilog=EXAMPLES)
@click.option("--sample", type=click.IntRange(min=0), default=100, show_default=True, help="Faults to try; 0 is all.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draw, and of every run.")
def mutate(sample: int, seed: int) -> int:
    """Give the mock's answers one fault after the other and count how many the relations notice.

    Exit code 0 when at least 90 % are noticed, free text left to a line of its own; 1 otherwise.
    """
    from contracts.mutation.mutate import score, score_lines, survivor_line
    from oas.contract import load

    tried = score(load(), sample=sample, seed=seed, progress=lambda *event: _print(survivor_line(*event)))
    _print(score_lines(tried))
    return 0 if tried.share >= 0.9 else 1


for other in (*recordings.COMMANDS, *fleet.COMMANDS):
    command.add_command(other)


@command.group(epilog=EXAMPLES)
def baseline() -> None:
    """Known failures that a run accepts."""


@baseline.command(epilog=EXAMPLES)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("report", type=click.Path(path_type=Path))
def update(path: Path, report: Path) -> int:
    """Bring the known failures in PATH up to date with REPORT, the NDJSON report of a run.

    What is new is accepted for 30 days, to be explained; what is fixed goes; reasons, owners and days stay.
    """
    from datetime import UTC, datetime

    from contracts.outcome import baseline as known
    from contracts.report import ndjson
    from contracts.report.writers import write_whole

    old = known.load(path) if path.exists() else ()
    text = known.update(ndjson.read(report), old, datetime.now(UTC).date())
    write_whole(path, text, "baseline update")
    entries = known.parse(text, str(path))
    unexplained = sum(entry.reason == known.NEW_REASON for entry in entries)
    click.echo(f"{path}: {len(entries)} known failures, {unexplained} {known.NEW_REASON}")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; no failure shows a traceback unless CONTRACTS_DEBUG asks for it."""
    session = Session(Environment.read())
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # A mark that the terminal cannot show is no reason to fail.
    try:
        args = None if argv is None else list(argv)
        return int(command.main(args, prog_name="contracts", standalone_mode=False, obj=session) or 0)
    except ToolError as error:
        return _say(session, str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return _say(session, "stopped", 130)
    except (BrokenPipeError, SystemExit):
        return 141  # Nobody reads on; click leaves by SystemExit then, after it has silenced both streams.
    except Exception as error:
        return _fault(session, error)


def _settings(options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read those settings of the working directory that a command has an option for; of `run` all."""
    from contracts.cli.settings import read_settings

    found = read_settings(Path("pyproject.toml"))
    return {name: value for name, value in found.items() if options is None or name in options}


def _warn_of_visible_keys(options: dict[str, Any]) -> None:
    for name in ("api_key", "member_key"):
        if options.get(name):
            variable = f"CONTRACTS_{name.upper()}"
            option = "--" + name.replace("_", "-")
            click.echo(f"warning: {option} shows the key to everyone who lists processes; use {variable}", err=True)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _say(session: Session, message: str, code: int) -> int:
    click.echo(f"contracts: {_redacted(session, message)}", err=True)
    return code


def _fault(session: Session, error: Exception) -> int:
    """Tell a fault of ours in one paragraph; its message may hold anything, so only the place is named."""
    import traceback

    if session.environment.is_debug:
        click.echo(_redacted(session, "".join(traceback.format_exception(error))), err=True)
    *_, last = traceback.extract_tb(error.__traceback__)
    place = f"{Path(last.filename).name}:{last.lineno}"
    hint = "" if session.environment.is_debug else "; CONTRACTS_DEBUG=1 shows the traceback"
    return _say(session, f"this tool failed, not the server: {type(error).__name__} at {place}{hint}", 5)


def _redacted(session: Session, text: str) -> str:
    if not session.secrets:
        return text
    from oas.redaction import Redactor

    return Redactor(session.secrets).text(text)
