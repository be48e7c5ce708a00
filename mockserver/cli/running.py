"""Commands on a running server: scenario, requests, clock, keys, reset.

Thin: each reads its options, asks `remote` once, and prints. What speaks HTTP
is imported when it is needed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

import click

if TYPE_CHECKING:
    from mockserver.cli.admin_client import Remote

#: Whatever moves the cursor or colours the screen: a request of anybody's must not.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
Document = Mapping[str, Any]


def request_line(entry: Document) -> str:
    """Return one exchange of the journal: when, what, which answer, how long, what was wrong, what chose it."""
    request, violations = entry["request"], entry["violations"]
    parts = [
        request["loggedDateString"][11:19],
        f"{request['method']:<5}",
        str(entry["response"]["status"]),
        f"{entry['durationMs']:7.1f} ms",
        entry["operationId"] or "-",
        request["url"],
    ]
    if entry["applied"]:
        parts.append(f"[{entry['applied']}]")
    parts += [f"! {violation['message']}" for violation in violations[:1]]
    return _CONTROL.sub("?", "  ".join(parts))


def event_line(kind: str, data: Document) -> str:
    """Return one event of the journal's stream."""
    if kind == "request":
        return request_line(data)
    if kind == "lost":
        return f"-- {data['lost']} requests were too many to follow"
    if kind == "reload":
        return f"-- {', '.join(data['files'])}: {data['problem'] or 'reloaded'}"
    return f"-- {kind}"


def key_line(key: Document) -> str:
    """Return one key by its hash."""
    return _CONTROL.sub("?", f"{key['hash']}  {key['role']:<6}  {key['state']:<11}  {key['description']}".rstrip())


def clock_line(clock: Document) -> str:
    """Return what time it is."""
    return f"{clock['now']}  {'frozen' if clock['frozen'] else 'running'}"


def scenario_lines(document: Document) -> list[str]:
    """Return the scenarios, the one that is played marked."""
    names = [one["name"] for one in document["scenarios"]]
    width = max(map(len, names), default=0)
    return [
        f"{'*' if one['name'] == document['playing'] else ' '} {one['name']:<{width}}  {one['description']}".rstrip()
        for one in document["scenarios"]
    ]


F = TypeVar("F", bound=Callable[..., Any])

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_STEP = re.compile(r"([+-])(\d{1,9})([smhdw])", re.ASCII)


def on_running(function: F) -> Callable[..., None]:
    """Give a command the options that name a server; it is called with a `Remote` and `as_json`."""

    @click.option("--url", envvar="MOCKSERVER_URL", help="Of the server.  [default: http://127.0.0.1:4010]")
    @click.option("--session", default="", metavar="NAME", help="A session in place of the default one.")
    @click.option(
        "--admin-token", default="", envvar="MOCKSERVER_ADMIN_TOKEN", help="Opens a server to other machines."
    )
    @click.option("--json", "as_json", is_flag=True, help="Print what the server says.")
    @wraps(function)
    def command(url: str | None, session: str, admin_token: str, as_json: bool, **options: Any) -> None:
        from mockserver.cli.admin_client import DEFAULT_URL, Remote

        function(Remote(url or DEFAULT_URL, session, admin_token), as_json, **options)

    return command


@click.command(
    epilog="""\b
Examples:
  mockserver scenario                 all of them, the played one marked
  mockserver scenario rate_limited    every answer is a 429
  mockserver scenario default         back to the plain answers
"""
)
@click.argument("name", required=False)
@on_running
def scenario(remote: Remote, as_json: bool, name: str | None) -> None:
    """Play a scenario, or list them."""
    if name is None:
        listed = remote.ask("GET", "/scenarios")
        _show(listed, as_json, scenario_lines(listed))
        return
    played = remote.ask("POST", f"/scenarios/{quote(name, safe='')}", {})
    _show(played, as_json, [f"playing {played['playing'] or 'default'}"])


@click.command(
    epilog="""\b
Examples:
  mockserver requests                 the last 20, the newest below
  mockserver requests --follow        and every further one, until Ctrl-C
  mockserver requests --status 429    only those that were refused
"""
)
@click.option("-f", "--follow", is_flag=True, help="Go on with every new request.")
@click.option(
    "-n", "--limit", type=click.IntRange(0), default=20, show_default=True, help="Most of those already there."
)
@click.option("--operation", metavar="ID", help="Only of this operation.")
@click.option("--status", type=click.IntRange(100, 599), help="Only with this answer.")
@on_running
def requests(
    remote: Remote, as_json: bool, follow: bool, limit: int, operation: str | None, status: int | None
) -> None:
    """List the requests that the server has had."""
    wanted = {"limit": limit, "operation": operation, "status": status}
    query = urlencode({name: value for name, value in wanted.items() if value is not None})
    listed = remote.ask("GET", f"/requests?{query}")
    if as_json and not follow:
        _show(listed, as_json, ())
        return
    for entry in reversed(listed["requests"]):
        _show(entry, as_json, [request_line(entry)])
    if not follow:
        return
    for kind, data in remote.events():
        is_wanted = kind != "request" or (
            operation in (None, data["operationId"]) and status in (None, data["response"]["status"])
        )
        if is_wanted:
            _show({"event": kind, **data} if kind != "request" else data, as_json, [event_line(kind, data)])


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},  # `-2h` is a move
    epilog="""\b
Examples:
  mockserver clock                          what time it is
  mockserver clock +1d                      a day further; s, m, h, d and w are units
  mockserver clock freeze                   stands still; `run` lets it go on
  mockserver clock 2025-05-11T09:00:00Z     another moment
""",
)
@click.argument("move", required=False)
@on_running
def clock(remote: Remote, as_json: bool, move: str | None) -> None:
    """Show or move the server's clock."""
    said = remote.ask("GET", "/clock") if move is None else remote.ask("POST", "/clock", move_of(move))
    _show(said, as_json, [clock_line(said)])


def move_of(text: str) -> dict[str, Any]:
    """Read a move of the clock into the members of `POST /__admin/clock`.

    Raises:
        click.UsageError: it starts like a step and is none.
    """
    if text in ("freeze", "run"):
        return {"freeze": text == "freeze"}
    if text[0:1] not in ("+", "-"):
        return {"set": text}
    step = _STEP.fullmatch(text)
    if step is None:
        raise click.UsageError(f"{text!r} is not a step of the clock; +1d, -2h or +90s was expected")
    seconds = int(step[2]) * _SECONDS[step[3]]
    return {"advance_s": seconds if step[1] == "+" else -seconds}


@click.command(
    epilog="""\b
Examples:
  mockserver keys                             their hashes, roles and states
  mockserver keys --create member             a new key, shown this once
  mockserver keys --deactivate 7b97e2b52334   refused from now on
"""
)
@click.option("--create", type=click.Choice(["admin", "member"]), help="Make a key of this role.")
@click.option("--activate", metavar="HASH", help="Let a key work again.")
@click.option("--deactivate", metavar="HASH", help="Refuse a key.")
@on_running
def keys(remote: Remote, as_json: bool, create: str | None, activate: str | None, deactivate: str | None) -> None:
    """List, make, activate or deactivate keys."""
    if sum(option is not None for option in (create, activate, deactivate)) > 1:
        raise click.UsageError("one of --create, --activate and --deactivate was expected")
    if create is not None:
        made = remote.ask("POST", "/keys", {"role": create})
        _show(made, as_json, [made["key"]])
    elif (name := activate or deactivate) is not None:
        key = remote.ask("PATCH", f"/keys/{quote(name, safe='')}", {"active": activate is not None})
        _show(key, as_json, [key_line(key)])
    else:
        listed = remote.ask("GET", "/keys")
        _show(listed, as_json, map(key_line, listed["keys"]))


@click.command(
    epilog="""\b
Examples:
  mockserver reset                                  as just started
  mockserver reset --url http://127.0.0.1:4011      another server's
"""
)
@on_running
def reset(remote: Remote, as_json: bool) -> None:
    """Return keys, counters, journal, scenario, rules and clock to their start."""
    said = remote.ask("POST", "/reset", {})
    _show(said, as_json, [f"the session {said['session']} is as it was at the start"])


COMMANDS = (scenario, requests, clock, keys, reset)


def _show(document: Mapping[str, Any], as_json: bool, lines: Iterable[str]) -> None:
    for line in [json.dumps(document)] if as_json else lines:
        click.echo(line)
