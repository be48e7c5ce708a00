"""What the control API says, as lines for a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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
