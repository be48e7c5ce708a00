from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contracts.generate.shrinking import shrunk, simpler
from contracts.messages import Request


def asked(**query: str) -> Request:
    return Request(operation_id="list", method="GET", path="/things", query=tuple(query.items()))


def posted(**body: Any) -> Request:
    return Request(operation_id="list", method="POST", path="/things", body=body)


LONG = asked(a="1", b="2", term="é" * 40 + "x" * 40, limit="99999", d="4")


@pytest.mark.parametrize(
    "start, shows, smallest",
    [
        (LONG, lambda request: "b" in request.parameters, asked(b="2")),
        (LONG, lambda request: len(dict(request.query).get("term", "")) > 20, asked(term="x" * 40)),
        (posted(a=1, b=[1, 2, 3], c="x"), lambda request: "b" in request.body, posted(b=[1])),
        (posted(n=123456), lambda request: request.body.get("n", 0) > 99, posted(n=123)),
        (posted(deep={"a": {"b": 1}}), lambda request: "deep" in request.body, posted(deep={})),
        (asked(a="1"), lambda request: False, asked(a="1")),
    ],
)
def test_what_is_not_needed_is_taken_away(start: Request, shows: Callable[[Request], bool], smallest: Request) -> None:
    assert shrunk(start, shows, 100) == smallest


def test_the_number_of_tries_is_kept() -> None:
    tried: list[Request] = []

    def shows(request: Request) -> bool:
        tried.append(request)
        return False

    shrunk(LONG, shows, 5)
    assert len(tried) == 5


def test_what_cannot_be_sent_ends_it() -> None:
    tried: list[Request] = []

    def shows(request: Request) -> None:
        tried.append(request)

    assert shrunk(LONG, shows, 100) == LONG
    assert len(tried) == 1


@pytest.mark.parametrize("request_", [asked(), Request(operation_id="", method="POST", path="/", raw_body=b"x" * 99)])
def test_what_is_as_small_as_it_gets_has_nothing_simpler(request_: Request) -> None:
    assert list(simpler(request_)) == []


def test_headers_are_taken_away_last() -> None:
    request = Request(operation_id="", method="GET", path="/", headers=(("A", "1"),), query=(("a", "1"),))
    assert list(simpler(request))[-1].headers == ()
