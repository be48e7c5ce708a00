"""The journal live: server-sent events, one stream for each reader. Source: WHATWG HTML, Server-sent events.

An event is a line of JSON under its kind: `request`, a new exchange without
headers and bodies; `cleared`, the journal was emptied; `lost`, how many older
events this reader missed because it was too slow; `reload`, what came of a
changed file. A comment every few seconds keeps the connection, and finds out
that the other end is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mockserver.admin.journal_format import to_summary
from mockserver.admin.problem import Problem
from mockserver.admin.route import AdminRequest, AdminResponse, Route
from mockserver.state.events import Event, Subscription
from oas.messages import Exchange

MEDIA_TYPE = "text/event-stream"
#: Each stream takes a thread of the server.
MAX_STREAMS = 64
HEARTBEAT_S = 5.0

_HELLO = b": connected\nretry: 1000\n\n"
_HEARTBEAT = b": still here\n\n"


class Events:
    """The operation that streams.

    Args:
        max_streams: most streams open at once, ≥ 1.
        heartbeat_s: seconds of silence after which a comment is sent, > 0.
    """

    def __init__(self, max_streams: int = MAX_STREAMS, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._places = threading.Semaphore(max_streams)
        self._max_streams = max_streams
        self._heartbeat_s = heartbeat_s

    def operations(self) -> tuple[Route, ...]:
        """List them."""
        answer = {"type": "string"}
        return (
            Route(
                "GET", "/requests/events", self.stream_requests, answer=answer, media_type=MEDIA_TYPE, problems=(503,)
            ),
        )

    def stream_requests(self, call: AdminRequest) -> AdminResponse:
        """Tell what happens in the session's journal from now on, as server-sent events."""
        if not self._places.acquire(blocking=False):
            text = f"{self._max_streams} streams are open already; close one, or try again in {self._heartbeat_s:g} s."
            raise Problem(503, text, (("Retry-After", str(max(1, round(self._heartbeat_s)))),))
        return AdminResponse(
            {}, stream=EventStream(call.session.journal.feed.subscribe(), self._heartbeat_s, self._places)
        )


class EventStream:
    """One stream: the parts of its answer, and the place that it takes until it is closed.

    Args:
        reader: of the feed.
        heartbeat_s: seconds of silence after which a comment is sent.
        places: gets one back at the end.
    """

    def __init__(self, reader: Subscription, heartbeat_s: float, places: threading.Semaphore) -> None:
        self._reader = reader
        self._heartbeat_s = heartbeat_s
        self._places = places
        self._holds_place = True

    def __iter__(self) -> Iterator[bytes]:
        """Give a comment at once, then events until the reader is closed."""
        yield _HELLO
        while not self._reader.is_closed:
            batch = self._reader.take(self._heartbeat_s)
            parts = [_event("lost", {"lost": batch.lost})] if batch.lost else []
            parts += map(_told, batch.news)
            yield b"".join(parts) or _HEARTBEAT

    def close(self) -> None:
        """Leave the feed and give the place back, once."""
        self._reader.close()
        if self._holds_place:
            self._holds_place = False
            self._places.release()


def _told(news: Event) -> bytes:
    subject = news.subject
    if isinstance(subject, Exchange):
        return _event(news.kind, to_summary(subject))
    return _event(news.kind, subject if isinstance(subject, Mapping) else {})


def _event(kind: str, data: Mapping[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps(data))
