"""The command `mockserver`: options become a `Config`, one function does the work, its result an exit code.

Heavy imports stand inside the functions that need them.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mockserver import __version__
from mockserver.cli.running import COMMANDS
from mockserver.config import Config
from mockserver.errors import ToolError
from oas.hosts import is_loopback_address

if TYPE_CHECKING:
    from mockserver.http.ports import Address

F = TypeVar("F", bound=Callable[..., Any])

EXAMPLES = """\b
Examples:
  mockserver serve                              the contract on http://127.0.0.1:4010
  mockserver serve --port 0 --log json          any free port, printed as JSON
  mockserver serve --routines 10000 --seed 7    a large organisation, the same every time
  mockserver serve --limit-minute 3             a 429 at the fourth request
  mockserver serve --scenario unicode           names that break layouts; /__admin/scenarios lists all
  mockserver serve --clock 2025-05-11T09:00:00Z the clock stands still there
  mockserver serve --spec other.yaml            any OpenAPI 3 document
  mockserver serve --watch --spec my.yaml       every edit is served at once
  mockserver serve --verdict                    judge the client at the end, exit 1 where it is wrong
  mockserver serve --workers 2                  two processes, one state
  mockserver serve --state redis://host/0       many machines, one state
"""


def read_moment(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Read a moment in RFC 3339 into seconds since the epoch; one without a zone is refused."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a moment; 2025-05-11T09:00:00Z was expected") from error
    if moment.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no zone; write {value}Z for UTC")
    return moment.timestamp()


def _document_options(function: F) -> F:
    options = [
        click.option("--spec", type=click.Path(path_type=Path), help="Another OpenAPI 3.0, 3.1 or 3.2 document."),
        click.option("--strict", is_flag=True, help="Exit 2 where anything is wrong with the document."),
        click.option(
            "--allow-remote-refs", metavar="ORIGIN", help="Let references lead to one origin, as https://host."
        ),
        click.option("--dataset", type=click.Path(path_type=Path), help="An organisation of your own, as YAML."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXAMPLES)
@click.version_option(__version__, "-V", "--version")
def command() -> None:
    """A mock server driven by openapi.yaml: the whole API on one loopback port."""


@command.command(epilog=EXAMPLES)
@click.option("-H", "--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("-p", "--port", type=int, default=4010, show_default=True, envvar="PORT", help="0 takes a free one.")
@_document_options
@click.option("--routines", type=int, help="Generate an organisation with so many routines.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of everything that is generated.")
@click.option("--limit-minute", type=int, help="Requests a minute.  [default: the document's, 100]")
@click.option("--limit-day", type=int, help="Requests a day.  [default: the document's, 5000]")
@click.option("--clock", callback=read_moment, metavar="MOMENT", help="Freeze the clock there (RFC 3339).")
@click.option("--cors", multiple=True, metavar="ORIGIN", help="Allow a browser origin beside localhost; repeatable.")
@click.option("--log", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of stdout.")
@click.option("--admin-token", envvar="MOCKSERVER_ADMIN_TOKEN", help="Opens /__admin to other machines.")
@click.option("--allow-host", multiple=True, metavar="NAME", help="Answer to a Host name beside localhost; repeatable.")
@click.option("--scenario", default="", metavar="NAME", help="Play a scenario from the start, such as `empty`.")
@click.option("--scenarios", type=click.Path(path_type=Path), metavar="DIR", help="Scenarios of your own, as YAML.")
@click.option("--errors", type=float, default=0.0, metavar="SHARE", help="Answer this share of requests with 500.")
@click.option("--check-answers", is_flag=True, help="Judge every answer by its schema before it leaves.")
@click.option("--watch", is_flag=True, help="Serve changed files at once: document, dataset, scenarios.")
@click.option("--workers", type=int, default=1, show_default=True, help="Processes that answer; they share one state.")
@click.option("--state", metavar="URL", envvar="MOCKSERVER_STATE", help="Share the state with others in a Redis.")
@click.option(
    "--state-failure",
    type=click.Choice(["refuse", "local"]),
    default="refuse",
    show_default=True,
    help="While Redis is away: answer 500, or count by oneself.",
)
@click.option("--verdict", is_flag=True, help="Judge the client at the end: exit 1 where it broke the contract.")
@click.option("--verdict-allow", multiple=True, metavar="ID", help="A rule that the client may break; repeatable.")
def serve(verdict: bool, verdict_allow: tuple[str, ...], **options: Any) -> None:
    """Serve the contract, or another document, until Ctrl-C."""
    options["allow_hosts"] = options.pop("allow_host")
    config = Config(**options)
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    from mockserver.factory import make_wsgi
    from mockserver.http.server import serve as run

    report_findings(config)
    if verdict:
        raise SystemExit(serve_and_judge(config, verdict_allow))
    raise SystemExit(run(config, factory=make_wsgi, on_ready=lambda address: announce(config, address)))


def report_findings(config: Config) -> None:
    """Print what is wrong with the document, the worst first, ten lines and a count.

    Raises:
        SpecInvalid: the document cannot be used at all, or `config.strict` and something is wrong with it.
    """
    if config.spec is None:  # the packaged document is judged by its own tests
        return
    from oas.contract import load
    from oas.findings import summary_lines

    contract = load(config.spec, config.allow_remote_refs)
    contract.check_structure()
    contract.compile()
    for line in summary_lines(contract.findings):
        click.echo(line, err=True)
    contract.refuse_findings(config.strict)


def serve_and_judge(config: Config, allow: Sequence[str]) -> int:
    """Serve, then print the verdict on the clients; 0 kept, 1 broken, 4 where nothing can be said."""
    from mockserver.cli.verdict_client import JOURNAL_BYTES, JOURNAL_ENTRIES, VerdictClient
    from mockserver.factory import make_wsgi
    from mockserver.http.server import serve as run

    hearing = VerdictClient(config.admin_token, allow)

    def begin(address: Address) -> None:
        hearing.open(address)
        announce(config, address)

    whole = replace(config, journal_entries=JOURNAL_ENTRIES, journal_bytes=JOURNAL_BYTES)
    run(whole, factory=make_wsgi, on_ready=begin, on_stop=hearing.close)
    for judged in hearing.judged:
        if config.log == "json":
            click.echo(json.dumps({"event": "verdict", "session": judged.session, **judged.document}))
        else:
            click.echo(("" if judged.session == "default" else f"{judged.session}: ") + judged.document["text"])
    return hearing.exit_code


def announce(config: Config, address: Address) -> None:
    """Print where the server listens and what to try first."""
    base_url, admin_url = address.base_url, address.admin_url
    if config.log == "json":
        ready = {
            "event": "ready",
            "base_url": base_url,
            "admin_url": admin_url,
            "seed": config.seed,
            "pid": os.getpid(),
        }
        click.echo(json.dumps(ready))
        return
    click.echo(f"mockserver {__version__} on {base_url}")
    if config.spec is None:
        click.echo("keys: your_api_key_here (admin), member_api_key_here (member), deactivated_api_key_here (refused)")
        click.echo(f"try:  curl -H 'Authorization: your_api_key_here' {base_url}/user-campaign-filters")
    click.echo(f"admin: {admin_url}   stop: Ctrl-C")
    if config.admin_token is None and not is_loopback_address(address.host):
        click.echo("note: /__admin answers to this machine only; --admin-token opens it to others", err=True)


@command.command(
    epilog="""\b
Examples:
  mockserver routes                      of the packaged contract
  mockserver routes --spec other.yaml    of another document
"""
)
@_document_options
def routes(spec: Path | None, strict: bool, allow_remote_refs: str | None, dataset: Path | None) -> None:
    """List operations with their authentication and limits."""
    from oas.contract import load

    loaded = load(spec, allow_remote_refs)
    loaded.refuse_findings(strict)
    limits = ", ".join(f"{window.limit}/{window.name}" for window in loaded.windows) or "none"
    rows = [
        (one.method, loaded.base_path + one.path, one.id, "key" if one.security else "open", limits)
        for one in loaded.operations
    ]
    header = ("METHOD", "PATH", "OPERATION", "AUTH", "LIMITS")
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    for row in (header, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@command.command(
    epilog="""\b
Examples:
  mockserver check                                  all that comes with the package
  mockserver check --spec my.yaml                   every finding with file and pointer
  mockserver check --scenarios mine/                scenarios of your own, with lines
  mockserver check --spec my.yaml --format github   annotations for a pull request
"""
)
@_document_options
@click.option("--scenarios", type=click.Path(path_type=Path), metavar="DIR", help="Scenarios of your own, as YAML.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="A line for each finding, one JSON array, or annotations of GitHub Actions.",
)
@click.option("--reference", is_flag=True, help="Ask openapi-spec-validator as well; it takes seconds.")
def check(
    spec: Path | None,
    strict: bool,
    allow_remote_refs: str | None,
    dataset: Path | None,
    scenarios: Path | None,
    form: str,
    reference: bool,
) -> None:
    """Judge document, vocabulary, fixtures, dataset and scenarios; exit 2 on an error, with --strict on any finding."""
    from mockserver.check import annotation, findings

    found = findings(spec, dataset, scenarios, allow_remote_refs=allow_remote_refs, ask_reference=reference)
    if form == "json":
        click.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    for finding in found if form != "json" else ():
        click.echo(annotation(finding) if form == "github" else str(finding), err=form == "text")
    if form == "text":
        right = "document, vocabulary, fixtures, dataset and scenarios are right"
        click.echo(f"{len(found)} finding{'s' * (len(found) > 1)}" if found else right, err=bool(found))
    if any(strict or finding.severity == "error" for finding in found):
        raise SystemExit(2)


for one in COMMANDS:
    command.add_command(one)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command; a failure of the tool is one line and its exit code, never a traceback."""
    try:
        command.main(args=None if argv is None else list(argv), prog_name="mockserver", standalone_mode=False)
    except ToolError as error:
        click.echo(f"mockserver: {error}", err=True)
        raise SystemExit(error.exit_code) from error
    except click.ClickException as error:
        error.show()
        raise SystemExit(2) from error
    except click.exceptions.Exit as error:
        raise SystemExit(error.exit_code) from error
    except (click.Abort, KeyboardInterrupt) as error:
        raise SystemExit(130) from error
