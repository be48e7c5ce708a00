"""The log of exchanges of a run, with a listener."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from contracts.events import Event, ExchangeFinished, Listener
from contracts.messages import Exchange, Request
from oas.redaction import Redactor

__all__ = ["ExchangeLog", "redacted"]


class ExchangeLog:
    """Keeps exchanges by number. Safe for threads; the listener receives one event at a time.

    Args:
        listener: receives every event; None for none.
    """

    def __init__(self, listener: Listener | None) -> None:
        self._listener = listener
        self._exchanges: dict[int, Exchange] = {}
        # A listener may look at what is recorded.
        self._lock = threading.RLock()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All of them, by number."""
        with self._lock:
            return tuple(self._exchanges[number] for number in sorted(self._exchanges))

    def add(self, exchange: Exchange, sent: int, remaining: Mapping[str, int]) -> None:
        """Keep an exchange and tell of it.

        Args:
            exchange: redacted.
            sent: requests that left so far.
            remaining: name of a window → what its answer said is left.
        """
        with self._lock:
            self._exchanges[exchange.number] = exchange
            left = {name: remaining.get(name) for name in ("minute", "day")}
            self.notify(
                ExchangeFinished(
                    exchange=exchange, sent=sent, remaining_minute=left["minute"], remaining_day=left["day"]
                )
            )

    def notify(self, event: Event) -> None:
        """Pass an event to the listener."""
        if self._listener is not None:
            with self._lock:
                self._listener(event)


def redacted(request: Request, redactor: Redactor) -> Request:
    """Return a planned request without secrets."""
    return replace(
        request,
        path=redactor.text(request.path),
        query=tuple((redactor.text(name), redactor.text(value)) for name, value in request.query),
        headers=redactor.headers(request.headers),
        body=redactor.value(request.body),
        raw_body=None if request.raw_body is None else redactor.data(request.raw_body),
        content_type=redactor.text(request.content_type),
    )
