"""What travels between the runner and a server: frozen records without secrets.

A request names its credential instead of carrying it; only the gate puts the
key in, and takes it out of everything that comes back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Credentials that a request can name. `key` is the caller's own; `elsewhere` sends it in a header that is not
#: the documented one; `created` is the key that this run created.
CREDENTIALS = (
    "key",
    "member",
    "created",
    "none",
    "empty",
    "unknown",
    "truncated",
    "lengthened",
    "other-case",
    "elsewhere",
)

#: Header that carries the key where the document names none.
KEY_HEADER = "Authorization"
#: What is kept of a body; the rest is thrown away and the answer says that it was cut.
MAX_BODY_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as planned, before the gate makes it real.

    Attributes:
        operation_id: operation of the document; empty for a path outside it.
        method: upper case.
        path: below the base URL, begins with `/`, no query.
        query: name and value in order, not yet percent-encoded; a repeated name is an array.
        headers: beside the credential and the content type, names as sent.
        body: JSON-ready value, or None for no body.
        raw_body: bytes sent as they are instead of `body` (malformed JSON and the like).
        content_type: of the body.
        credential: one of `CREDENTIALS`.
    """

    operation_id: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    raw_body: bytes | None = None
    content_type: str = "application/json"
    credential: str = "key"

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters by name, from the query or the body; values as written there (query values are text)."""
        if isinstance(self.body, Mapping):
            return self.body
        grouped: dict[str, Any] = {}
        for name, value in self.query:
            if name in grouped:
                before = grouped[name]
                grouped[name] = [*before, value] if isinstance(before, list) else [before, value]
            else:
                grouped[name] = value
        return grouped


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response, with every secret already replaced.

    Attributes:
        status: HTTP status code.
        headers: lower-cased name → values in wire order.
        body: bytes, at most 8 MiB.
        is_cut: the body was longer and the rest was thrown away.
        elapsed_s: from the first byte sent to the last byte received, seconds.
        received_at: wall clock of this machine, seconds since the epoch.
    """

    status: int
    headers: Mapping[str, tuple[str, ...]]
    body: bytes
    is_cut: bool = False
    elapsed_s: float = 0.0
    received_at: float = 0.0
    _parsed: list[Any] = field(default_factory=list, compare=False, repr=False)

    def header(self, name: str) -> str | None:
        """Return the first value of a header, None where it is absent."""
        values = self.headers.get(name.lower())
        return values[0] if values else None

    @property
    def json(self) -> Any:
        """The body as JSON, `NOT_JSON` where it is none. Parsed once."""
        if not self._parsed:
            try:
                self._parsed.append(json.loads(self.body))
            except (ValueError, RecursionError):
                self._parsed.append(NOT_JSON)
        return self._parsed[0]


class _NotJson:
    """Stands for a body that is not JSON; false, and equal to itself only."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_JSON"


NOT_JSON = _NotJson()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request that left, with what came back.

    Attributes:
        number: place in the run, from 1, as the gate counted.
        phase: `relations`, `fuzz`, `limits`, `stateful` or `replay`.
        request: as planned.
        answer: None when the connection failed.
        failure: why there is no answer, in words; empty otherwise.
        started_at: wall clock of this machine, seconds since the epoch.
    """

    number: int
    phase: str
    request: Request
    answer: Answer | None
    failure: str = ""
    started_at: float = 0.0
