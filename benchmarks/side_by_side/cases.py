"""What every server is asked, and when its answer is right.

The right answers are recorded from the mock while it judges each of them by its
schema (`--check-answers`). A server with files gives the recorded bytes, one
with examples the recorded JSON, one that computes its answers the same shape.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

KEY = "your_api_key_here"
ANSWER_TIMEOUT_S = 20.0

#: How much of a recorded answer a server must give: its bytes, its JSON, the places of its members, its status.
Agreement = Literal["bytes", "json", "shape", "status"]


class WrongAnswer(Exception):
    """A server does not answer a case as it must; it is not timed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request.

    Attributes:
        name: one word, also a path segment and a file name.
        title: for people.
        target: path and query, below the base path of the API.
        status: of the right answer.
        method: of HTTP.
        body: JSON; None sends none.
        has_key: the request carries the administrator's key.
    """

    name: str
    title: str
    target: str
    status: int = 200
    method: str = "GET"
    body: Mapping[str, Any] | None = None
    has_key: bool = True

    @property
    def headers(self) -> dict[str, str]:
        """Header fields of the request."""
        found = {"Authorization": KEY} if self.has_key else {}
        return found if self.body is None else {**found, "Content-Type": "application/json"}

    @property
    def payload(self) -> bytes:
        """The body as bytes; empty where there is none."""
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, header fields and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def cases(routine_id: str) -> tuple[Case, ...]:
    """Return all cases.

    Args:
        routine_id: of a routine of the default dataset.
    """
    return (
        Case(name="campaigns", title="campaign page", target="/campaign-info?limit=10&offset=0"),
        Case(name="dashboard", title="dashboard", target="/dashboard-info"),
        Case(
            name="routine",
            title="routine",
            target=f"/optimized_routine_data?linkedin_campaign_routine_id={routine_id}",
        ),
        Case(name="filters", title="filters", target="/user-campaign-filters"),
        Case(name="post", title="POST", target="/campaign-info", method="POST", body={"limit": 10, "offset": 0}),
        Case(name="invalid", title="400", target="/campaign-info?limit=0", status=400),
        Case(name="keyless", title="401", target="/campaign-info?limit=10", status=401, has_key=False),
        Case(name="exhausted", title="429", target="/campaign-info?limit=10", status=429),
    )


def ask(url: str, case: Case, extra: Mapping[str, str] | None = None) -> Answer:
    """Send a case once.

    Args:
        url: of the whole request.
        case: gives method, header fields and body.
        extra: more header fields.

    Raises:
        OSError, http.client.HTTPException: no answer came.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=ANSWER_TIMEOUT_S)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(case.method, path, case.payload or None, {**case.headers, **(extra or {})})
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def check(case: Case, found: Answer, right: Answer, agreement: Agreement) -> None:
    """Compare an answer with the recorded one.

    Raises:
        WrongAnswer: it is another.
    """
    if found.status != right.status:
        start = found.body[:200].decode(errors="replace")
        raise WrongAnswer(f"{case.title}: {right.status} was expected, {found.status} came: {start}")
    form = _FORMS[agreement]
    if form is not None and form(found.body) != form(right.body):
        raise WrongAnswer(f"{case.title}: the {agreement} of the body differs from the mock's own")


def shape(value: Any) -> frozenset[str]:
    """Return the places of all members of a JSON value, with `*` for any place of an array."""
    return frozenset(_places(value, ""))


def _places(value: Any, at: str) -> Iterator[str]:
    yield at
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _places(member, f"{at}/{name}")
    elif isinstance(value, list):
        for member in value:
            yield from _places(member, f"{at}/*")


_FORMS = {
    "bytes": lambda body: body,
    "json": json.loads,
    "shape": lambda body: shape(json.loads(body)),
    "status": None,
}
