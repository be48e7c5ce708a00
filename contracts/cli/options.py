"""The options of `contracts run`, and the `Config` that they make together with the environment.

A value on the command line beats pyproject.toml, which beats the default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from contracts.config import PHASES, Config, Environment, Shard
from contracts.errors import ConfigInvalid

__all__ = ["choosing_options", "run_options", "shard_option", "to_config"]

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path)
_PATHS = frozenset(("api_key_file", "spec", "baseline", "compare", "ca_bundle", "ledger", "save_corpus"))
_LISTS = frozenset(("phases", "only", "skip"))
_FORMATS = "Write junit, html, sarif, har or ndjson; repeatable."


_CHOOSING = (
    click.option("--spec", type=_FILE, help="Another OpenAPI document.  [default: the packaged contract]"),
    click.option("--strict", is_flag=True, help="Exit 2 where anything is wrong with the document."),
    click.option("--allow-remote-refs", metavar="ORIGIN", help="Let references lead to one origin, as https://host."),
    click.option("--only", multiple=True, metavar="ID", help="Only relations whose id begins so; repeatable."),
    click.option("--skip", multiple=True, metavar="ID", help="Leave out relations whose id begins so; repeatable."),
    click.option("--seed", type=int, metavar="N", help="Of every random choice.  [default: 0]"),
    click.option("--budget", type=int, metavar="N", help="Most requests.  [default: 1000 on loopback, 90 elsewhere]"),
)

shard_option = click.option("--shard", metavar="I/N", help="The I-th of N runs that share the plan and the budget.")

_RUNNING = (
    shard_option,
    click.option("--api-key", metavar="KEY", help="Better in CONTRACTS_API_KEY: others see a command line."),
    click.option("--api-key-file", type=_FILE, metavar="PATH", help="File that holds the key and nothing else."),
    click.option("--member-key", metavar="KEY", help="A key without administrator's rights; or CONTRACTS_MEMBER_KEY."),
    click.option("--header-name", metavar="NAME", help="Header that carries the key.  [default: the document's]"),
    click.option("--phases", multiple=True, metavar="LIST", help=f"Of {','.join(PHASES)}.  [default: all]"),
    click.option("--fuzz", type=int, metavar="N", help="Generated requests.  [default: up to 600; 0 elsewhere]"),
    click.option("--max-wait", "max_wait_s", type=float, metavar="SECONDS", help="For the allowance.  [default: 60]"),
    click.option("--timeout", "timeout_s", type=float, metavar="SECONDS", help="For one request.  [default: 30]"),
    click.option("--fail-fast", "is_fail_fast", is_flag=True, help="Stop at the first violation."),
    click.option("--report", "reports", multiple=True, metavar="FORMAT:PATH", help=_FORMATS),
    click.option("--baseline", type=_FILE, help="Known failures, each with reason, owner and last day."),
    click.option("--compare", type=_FILE, help="NDJSON report of an earlier run: new, fixed, still broken."),
    click.option("--assumptions", type=click.Choice(["fail", "warn"]), help="What a broken assumption is."),
    click.option("--allow-writes", is_flag=True, help="Send what changes something to a server elsewhere."),
    click.option("--exhaust", is_flag=True, help="Use up the allowance of a server elsewhere, to see its 429."),
    click.option("--live", "is_live", is_flag=True, help="Treat a loopback target like one elsewhere."),
    click.option("--ca-bundle", type=_FILE, help="PEM file to trust instead of the system's."),
    click.option("--ledger", type=_FILE, help="File of allowances.  [default: one per key in your state directory]"),
    click.option("--example-database", metavar="PLACE", help="Of Hypothesis: a directory, or redis://…"),
    click.option("--save-corpus", type=_FILE, metavar="PATH", help="Write what was sent, for `contracts replay`."),
    click.option("-q", "--quiet", "is_quiet", is_flag=True, help="The verdict only."),
)


def choosing_options(function: F) -> F:
    """Add what `run`, `plan` and `relations` have in common."""
    return _with(function, _CHOOSING)


def run_options(function: F) -> F:
    """Add every option of `run`, and the base URL."""
    return click.argument("base_url", required=False)(_with(function, (*_CHOOSING, *_RUNNING)))


def to_config(
    options: Mapping[str, Any], environment: Environment, settings: Mapping[str, Any] | None = None
) -> Config:
    """Make the configuration.

    Args:
        options: parameter → value; None, False and () stand for what was not given.
        environment: gives the keys that no option gives.
        settings: parameter → value, of pyproject.toml.

    Raises:
        ConfigInvalid: a value makes no sense, or the file of the key cannot be used.
    """
    given = {name: value for name, value in options.items() if value not in (None, ()) and value is not False}
    given = {**(settings or {}), **given}
    for name in _PATHS & given.keys():
        given[name] = Path(given[name])
    for name in _LISTS & given.keys():
        given[name] = tuple(part.strip() for value in given[name] for part in value.split(",") if part.strip())
    if "shard" in given:
        given["shard"] = Shard.parse(given["shard"])
    key_file = given.pop("api_key_file", None)
    key = given.pop("api_key", None) or (_read_key(key_file) if key_file else environment.api_key)
    member = given.pop("member_key", None) or environment.member_key
    places = tuple(_place(value) for value in given.pop("reports", ()))
    return Config(**given, reports=places, api_key=key, member_key=member)


def _place(value: str) -> tuple[str, Path]:
    """Read `FORMAT:PATH` into both; the first colon parts them, so that a path may hold one."""
    name, _, path = value.partition(":")
    if not name or not path:
        raise ConfigInvalid(f"{value!r} is not a FORMAT:PATH; junit:report.xml was expected", "--report")
    return name, Path(path)


def _with(function: F, options: tuple[Callable[[F], F], ...]) -> F:
    for option in reversed(options):
        function = option(function)
    return function


def _read_key(path: Path) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigInvalid(f"{path} cannot be read: {reason}", "--api-key-file") from error
    if not key or len(key.split()) != 1:
        raise ConfigInvalid(
            f"{path} holds {'no' if not key else 'more than one'} word; the key alone was expected", "--api-key-file"
        )
    return key
