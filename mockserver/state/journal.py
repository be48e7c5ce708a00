"""The journal: the latest exchanges of a session, bounded by number and by bytes.

The last stage of the pipeline records, the control API reads. What leaves
through `to_wiremock` is redacted once more, wherever a key may have been
written. May import `messages`, `keys` and `clock`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import quote

from mockserver.messages import Delivery, Exchange, Request
from mockserver.state.clock import iso_z
from mockserver.state.feed import Feed, News
from mockserver.state.keys import mask_of, redact
from mockserver.state.shelf import MemoryShelf, Shelf

#: What one entry costs beside its bodies and request headers: the records, and the answer's own short headers.
ENTRY_BYTES = 2048
#: What is left of each body of an exchange that would push too many others out.
CUT_BYTES = 4096
#: Headers that hold a secret whatever it looks like.
SECRET_HEADERS = frozenset(
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token"]
)
MASKED = "[redacted:"


class Journal:
    """The latest exchanges, the oldest dropped first.

    Args:
        max_entries: most exchanges kept, ≥ 1.
        max_bytes: most bytes of bodies and headers kept. The bodies of an
            exchange that alone is larger than a quarter of it are cut.
        shelf: where they are kept, made for these bounds; in memory by default.
        feed: of the shelf; by default one that hears of what this process records.

    Attributes:
        feed: tells readers of each new exchange (`request`) and of `cleared`.
    """

    __slots__ = ("_max_bytes", "_shelf", "feed")

    def __init__(
        self,
        max_entries: int = 1000,
        max_bytes: int = 16 << 20,
        shelf: Shelf | None = None,
        feed: Feed | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._shelf: Shelf = MemoryShelf(max_entries, max_bytes) if shelf is None else shelf
        self.feed = Feed() if feed is None else feed

    def record(self, exchange: Exchange) -> None:
        """Add the newest exchange, and drop the oldest ones that no longer fit."""
        size = _bytes_of(exchange)
        if size * 4 > self._max_bytes:
            exchange = _cut(exchange)
            size = _bytes_of(exchange)
        self._shelf.put(size, exchange)
        if self.feed.readers:
            self.feed.publish(News("request", exchange))

    def entries(
        self,
        *,
        since: float | None = None,
        operation: str | None = None,
        status: int | None = None,
        key_hash: str | None = None,
        limit: int | None = None,
    ) -> list[Exchange]:
        """List the kept exchanges that match everything given, the newest first.

        Args:
            since: earliest moment of arrival, seconds since the epoch on the mock's clock.
            operation: operationId.
            status: of the answer.
            key_hash: short hash of the key.
            limit: most exchanges returned, ≥ 0.
        """
        found = [
            exchange
            for exchange in reversed(self._shelf.kept())
            if (since is None or exchange.at >= since)
            and (operation is None or exchange.operation_id == operation)
            and (status is None or exchange.response.status == status)
            and (key_hash is None or exchange.key_hash == key_hash)
        ]
        return found[:limit]

    def get(self, exchange_id: str) -> Exchange | None:
        """Return a kept exchange by its id, or None."""
        return next((exchange for exchange in self._shelf.kept() if exchange.id == exchange_id), None)

    def clear(self) -> None:
        """Forget everything, the total too."""
        self._shelf.clear()
        self.feed.publish(News("cleared"))

    def resize(self, max_bytes: int) -> None:
        """Keep at most so many bytes from now on."""
        self._max_bytes = max_bytes
        self._shelf.resize(max_bytes)

    @property
    def total(self) -> int:
        """How many exchanges were recorded since the start or the last `clear`, kept or not."""
        return self._shelf.total

    @property
    def kept_bytes(self) -> int:
        """How many bytes the kept exchanges count for."""
        return self._shelf.kept_bytes

    def __len__(self) -> int:
        """Return how many exchanges are kept."""
        return len(self._shelf)


def to_wiremock(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange in the shape of WireMock's request journal, redacted, ready for JSON.

    `operationId`, `keyHash`, `violations`, `durationMs`, `applied` and `deliberate`
    are our own. Bodies are text, with replacement characters where they are not UTF-8;
    `bodyAsBase64` has the bytes.
    """
    response = exchange.response
    body, encoded = _body(response.body)
    answer = {"status": response.status, "headers": _response_headers(response.headers), "body": body}
    return {
        **_about(exchange),
        "request": _request(exchange),
        "responseDefinition": answer | _delivered(response.delivery),
        "response": answer | {"bodyAsBase64": encoded},
    }


def to_summary(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange in the same shape without headers and bodies: one line of a list."""
    request = exchange.request
    return {
        **_about(exchange),
        "request": {
            "url": _text(to_url(request)),
            "method": _text(request.method),
            "loggedDate": int(exchange.at * 1000),
            "loggedDateString": iso_z(exchange.at),
        },
        "response": {"status": exchange.response.status},
    }


def _about(exchange: Exchange) -> dict[str, Any]:
    return {
        "id": exchange.id,
        "wasMatched": exchange.operation_id is not None,
        "operationId": exchange.operation_id,
        "keyHash": exchange.key_hash,
        "violations": [{name: _text(value) for name, value in asdict(item).items()} for item in exchange.violations],
        "durationMs": round(exchange.duration_ms, 3),
        "applied": _text(exchange.applied),
        "deliberate": exchange.is_deliberate,
    }


def _delivered(delivery: Delivery | None) -> dict[str, Any]:
    """Say how an answer was put on the wire, by WireMock's names; nothing where it was sent at once and whole."""
    if delivery is None:
        return {}
    told: dict[str, Any] = {"fixedDelayMilliseconds": round(delivery.delay_s * 1000)}
    if delivery.fault:
        told["fault"] = delivery.fault
    if delivery.dribble_chunks:
        spread_ms = round(delivery.dribble_s * 1000)
        told["chunkedDribbleDelay"] = {"numberOfChunks": delivery.dribble_chunks, "totalDuration": spread_ms}
    return told


def _request(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    url = _text(to_url(request))
    body, encoded = _body(request.body)
    return {
        "url": url,
        "absoluteUrl": _text(f"http://{request.headers.get('host', 'localhost')}{url}"),
        "method": _text(request.method),
        "clientIp": request.client,
        "headers": {_text(name): _header(name, value) for name, value in request.headers.items()},
        "cookies": {},
        "body": body,
        "bodyAsBase64": encoded,
        "loggedDate": int(exchange.at * 1000),
        "loggedDateString": iso_z(exchange.at),
    }


def _response_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Join headers into an object; a repeated one becomes an array."""
    joined: dict[str, list[str]] = {}
    for name, value in headers:
        joined.setdefault(name, []).append(_header(name, value))
    return {name: values if len(values) > 1 else values[0] for name, values in joined.items()}


def _header(name: str, value: str) -> str:
    if name.lower() in SECRET_HEADERS and value and not value.startswith(MASKED):
        return mask_of(value)
    return _text(value)


def _body(body: bytes) -> tuple[str, str]:
    """Return a redacted body as text and in base64. Latin-1 takes every byte to a character and back."""
    clean = redact(body.decode("latin-1")).encode("latin-1")
    return clean.decode("utf-8", "replace"), base64.b64encode(clean).decode("ascii")


def _text(text: str) -> str:
    """Redact a text and replace lone surrogates, which JSON encoders refuse."""
    return redact(text).encode("utf-8", "replace").decode()


def to_url(request: Request) -> str:
    """Return path and query as a request line has them."""
    path = quote(request.path, safe="/:@!$&'()*+,;=~", errors="replace")
    return f"{path}?{request.query}" if request.query else path


def _bytes_of(exchange: Exchange) -> int:
    """Return what an exchange counts for; exact in what a client decides, a constant for the rest."""
    request, response = exchange.request, exchange.response
    headers = request.headers
    # One join costs half of adding up twenty lengths.
    size = ENTRY_BYTES + len(request.body) + len(response.body) + len("".join((*headers, *headers.values())))
    size += len(request.path) + len(request.query)
    if exchange.violations:
        size += sum(len(item.pointer) + len(item.message) for item in exchange.violations)
        size += sum(len(value) for _, value in response.headers)
    return size


def _cut(exchange: Exchange) -> Exchange:
    """Shorten the bodies of an exchange, and everything else of it that a client can make long."""
    request, response = exchange.request, exchange.response
    return replace(
        exchange,
        request=replace(
            request,
            path=request.path[:CUT_BYTES],
            query=request.query[:CUT_BYTES],
            headers=_cut_headers(request.headers),
            body=_cut_body(request.body),
        ),
        response=replace(response, body=_cut_body(response.body)),
        violations=tuple(
            replace(item, pointer=item.pointer[:400], message=item.message[:400]) for item in exchange.violations[:20]
        ),
    )


def _cut_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name[:80]: value[:400] for name, value in list(headers.items())[:50]}


def _cut_body(body: bytes) -> bytes:
    if len(body) <= CUT_BYTES:
        return body
    return body[:CUT_BYTES] + f"\n[cut by the journal: {CUT_BYTES} of {len(body)} bytes kept]".encode()
