"""The commands `contracts generate` and `contracts replay`, thin edges on `corpus`, `replay` and `drift`.

    command.add_command(commands_corpus.generate); command.add_command(commands_corpus.replay)

Heavy imports stand inside the functions that need them.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from contracts.cli.options import run_options, to_config
from contracts.config import Config, Environment
from contracts.local_mock import reachable

if TYPE_CHECKING:
    from contracts.recordings.comparison import ServerSide
    from contracts.recordings.drift import Drift
    from oas.contract import Contract

__all__ = ["COMMANDS", "generate", "replay"]

_FILE = click.Path(path_type=Path)
_KINDS = ("status", "error_code", "shape", "headers", "values")
#: Options of `run` that say nothing to a corpus.
_OF_RUN = frozenset(("phases", "fuzz", "exhaust", "example_database", "seed", "compare", "shard", "save_corpus"))
_DEFAULT_COUNT = 600
_MOST_LINES = 20


class _Session(Protocol):
    """What the command line knows."""

    environment: Environment
    secrets: list[str]


@click.command(
    epilog="""\b
Examples:
  contracts generate --out corpus.ndjson                   600 requests, a line each
  contracts generate --out corpus.ndjson --requests 50     the first 50 of them
  contracts generate --out corpus.ndjson --seed 7          others
"""
)
@click.option(
    "--out", type=_FILE, required=True, metavar="PATH", help="Corpus to write: a line of JSON for each request."
)
@click.option("--requests", type=click.IntRange(1), default=_DEFAULT_COUNT, show_default=True, help="Most requests.")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Of every random choice.")
@click.option("--spec", type=_FILE, help="Another OpenAPI document.  [default: the packaged contract]")
def generate(out: Path, requests: int, seed: int, spec: Path | None) -> int:
    """Write the requests that a run with this seed would generate; send none."""
    from contracts.recordings import format as corpus
    from oas.contract import load

    written = corpus.write(out, corpus.generate(load(spec), seed, requests))
    click.echo(f"{out}: {written:,} requests, seed {seed}")
    return 0


@click.command(
    epilog="""\b
Examples:
  contracts replay corpus.ndjson                                  to a mock that is started for it
  contracts replay corpus.ndjson URL --report html:report.html    to any server, judged
  contracts replay corpus.ndjson URL --against OTHER              two servers' answers, compared
  contracts replay corpus.ndjson URL --against OTHER --ignore values --ignore headers
"""
)
@click.argument("corpus", type=_FILE)
@run_options
@click.option("--against", metavar="URL", help="Send to this server, too, and compare the answers.")
@click.option(
    "--against-key-file", type=_FILE, metavar="PATH", help="Key of that server; BASE_URL's is never sent there."
)
@click.option("--ignore", multiple=True, type=click.Choice(_KINDS), help="Differences that may be; repeatable.")
@click.option("--json", "is_json", is_flag=True, help="Differences as JSON, one a line.")
@click.pass_obj
def replay(session: _Session, /, corpus: Path, **options: Any) -> int:
    """Send the requests of CORPUS, in its order, to BASE_URL, and judge the answers as `run` judges generated ones.

    Without BASE_URL a mock is started for it. With --against two servers get the
    same requests, and differences are printed: exit code 1 unless it is ignored.
    """
    from contracts.cli.settings import read_settings
    from contracts.recordings import format as corpora

    against, key_file = options.pop("against"), options.pop("against_key_file")
    ignored, is_json = options.pop("ignore"), options.pop("is_json")
    config = to_config(options, session.environment, read_settings(Path("pyproject.toml")))
    session.secrets += [key for key in (config.api_key, config.member_key) if key]
    entries = corpora.load(corpus)
    if against is None:
        return _judged(session, config, entries)
    other = to_config({"base_url": against, "api_key_file": key_file}, Environment())
    session.secrets += [key for key in (other.api_key,) if key]
    second = replace(config, base_url=other.base_url, api_key=other.api_key, member_key=None, ledger=None)
    drift = _compared(config, second, entries)
    return _told(drift, ignored, is_json=is_json)


replay.params = [parameter for parameter in replay.params if parameter.name not in _OF_RUN]

#: What the command line adds.
COMMANDS = (generate, replay)


def _judged(session: _Session, config: Config, entries: Any) -> int:
    from contracts import api
    from contracts.outcome.conclusion import conclude
    from contracts.recordings.replay import replayed
    from contracts.report.console import Console, ConsoleOptions
    from contracts.report.source import DocumentSource

    looks = ConsoleOptions(
        is_quiet=config.is_quiet,
        is_colourless=session.environment.is_colourless,
        is_github=session.environment.is_github,
    )
    with Console(sys.stdout, lambda: DocumentSource.of(config.contract().document), looks) as console:
        report = api.run(replace(config, save_corpus=None), console, drive=replayed(entries))
    return conclude(report).exit_code


def _compared(first: Config, second: Config, entries: Any) -> Drift:
    from contracts.recordings.drift import compare

    document = first.contract()
    with reachable(first) as served, contextlib.ExitStack() as stack:
        sides = [stack.enter_context(_side(config, document)) for config in (served, second)]
        return compare(document, entries, *sides)


@contextlib.contextmanager
def _side(config: Config, document: Contract) -> Iterator[ServerSide]:
    from contracts.gate.gate import Gate
    from contracts.recordings.comparison import ServerSide
    from contracts.recordings.replay import PHASE, first_entities
    from contracts.request_index import RequestIndex

    with Gate(config, RequestIndex.of(document)) as gate:
        yield ServerSide(gate, first_entities(document, gate, PHASE))


def _told(drift: Drift, ignored: tuple[str, ...], *, is_json: bool) -> int:
    counting = drift.of(*(kind for kind in _KINDS if kind not in ignored))
    if is_json:
        for item in drift.differences:
            click.echo(json.dumps(asdict(item)))
    else:
        for line in _lines(drift, ignored):
            click.echo(line)
    if not drift.compared:
        click.echo("nothing could be compared", err=True)
        return 4
    return int(bool(counting))


def _lines(drift: Drift, ignored: tuple[str, ...]) -> Iterator[str]:
    from contracts.report.text import escape_control

    for kind in _KINDS:
        found = drift.of(kind)
        note = " (ignored)" if kind in ignored and found else ""
        yield f"{kind:<10}  {len(found):>4}{note}"
        for item in found[:_MOST_LINES] if kind not in ignored else ():
            shown = escape_control(f"{item.left} | {item.right}")
            where = f"{item.operation_id or 'no operation'} {item.place}".strip()
            yield f"    {where}: {shown}  ({item.count} requests, first in line {item.line})"
        if len(found) > _MOST_LINES and kind not in ignored:
            yield f"    … and {len(found) - _MOST_LINES} more; --json lists all"
    yield f"compared    {drift.compared:,} requests" + (f", {len(drift.skipped)} skipped" if drift.skipped else "")
    for line, reason in list(drift.skipped.items())[:1]:
        yield f"    line {line} was the first skipped: {escape_control(reason)}"
