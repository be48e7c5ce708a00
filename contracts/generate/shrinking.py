"""The smallest request that still shows a finding: members taken away, then values made simpler, one at a time.

Works on requests, not on the choices that made them, so that it serves examples,
enumerated, random and replayed requests alike. Pure: the caller sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from contracts.messages import Request

__all__ = ["shrunk", "simpler"]

_SHORT = 8


def shrunk(request: Request, shows: Callable[[Request], bool | None], most_tries: int) -> Request:
    """Return the smallest request found that still shows what `request` shows.

    Args:
        request: shows it.
        shows: sends a request and says whether it shows the same; None where it could not be sent.
        most_tries: of sending, ≥ 0.
    """
    tries = 0
    best = request
    progress = True
    while progress:
        progress = False
        for candidate in simpler(best):
            if tries >= most_tries:
                return best
            tries += 1
            found = shows(candidate)
            if found is None:
                return best
            if found:
                best, progress = candidate, True
                break
    return best


def simpler(request: Request) -> Iterator[Request]:
    """Yield requests that are a little smaller or plainer, the boldest first."""
    if len(request.query) > 2:
        half = len(request.query) // 2
        yield replace(request, query=request.query[half:])
        yield replace(request, query=request.query[:half])
    for index in range(len(request.query)):
        yield replace(request, query=(*request.query[:index], *request.query[index + 1 :]))
    if isinstance(request.body, dict):
        for name in request.body:
            yield replace(request, body={key: value for key, value in request.body.items() if key != name})
    for index, (name, text) in enumerate(request.query):
        for value in _plainer(text):
            yield replace(request, query=(*request.query[:index], (name, value), *request.query[index + 1 :]))
    if isinstance(request.body, dict):
        for name, member in request.body.items():
            for value in _plainer(member):
                yield replace(request, body={**request.body, name: value})
    if request.headers:
        yield replace(request, headers=())


def _plainer(value: Any) -> Iterator[Any]:
    if isinstance(value, str) and not value.isascii():
        yield "".join(letter for letter in value if letter.isascii() and letter.isprintable())
    if isinstance(value, str | list) and len(value) > _SHORT:
        yield value[: len(value) // 2]
    if isinstance(value, list) and len(value) > 1:
        yield value[:1]
    if isinstance(value, dict) and value:
        yield {}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 1000:
        yield value // 1000
