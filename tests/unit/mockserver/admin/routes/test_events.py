"""The journal as server-sent events."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

import pytest

from mockserver.admin.fields import RequestFields
from mockserver.admin.problem import Problem
from mockserver.admin.route import AdminRequest
from mockserver.admin.routes.events import HEARTBEAT_S, Events, EventStream
from mockserver.config import Config
from mockserver.live.server import LiveServer
from mockserver.state.events import Event
from mockserver.state.sessions import Session, Sessions
from oas.messages import Exchange, Request, Response

NOTHING = RequestFields({}, ())
SECRET = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
EXCHANGE = Exchange(
    "1", 0.0, 0.1, "listThings", "abc",
    Request("GET", "/things", f"key={SECRET}", {"authorization": "s3cret"}, b"{}"), Response(200, (), b"{}"),
)  # fmt: skip


@pytest.fixture
def session() -> Session:
    return Sessions(Config(), (), lambda key: key).default


def opened(events: Events, session: Session) -> EventStream:
    stream = events.stream_requests(AdminRequest(session, NOTHING, NOTHING)).stream
    assert isinstance(stream, EventStream)
    return stream


def read(part: bytes) -> list[tuple[str, Any]]:
    """Read events: kind and data of each."""
    blocks = [block.split("\n") for block in part.decode().split("\n\n") if block]
    return [(kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for kind, data in blocks]


def test_a_stream_says_hello_then_tells_each_exchange(session: Session) -> None:
    parts = iter(opened(Events(), session))
    assert next(parts).startswith(b": connected")
    session.journal.record(EXCHANGE)
    session.journal.record(replace(EXCHANGE, id="2"))
    events = read(next(parts))
    assert [(kind, data["id"], data["response"]) for kind, data in events] == [
        ("request", "1", {"status": 200}),
        ("request", "2", {"status": 200}),
    ]


def test_no_key_is_told(session: Session) -> None:
    parts = iter(opened(Events(), session))
    next(parts)
    session.journal.record(EXCHANGE)
    part = next(parts).decode()
    assert "listThings" in part
    assert SECRET not in part
    assert "s3cret" not in part


def test_a_cleared_journal_and_other_news_are_told(session: Session) -> None:
    parts = iter(opened(Events(), session))
    next(parts)
    session.journal.clear()
    session.journal.feed.publish(Event("reload", {"problem": "no"}))
    assert read(next(parts)) == [("cleared", {}), ("reload", {"problem": "no"})]


def test_a_slow_reader_is_told_what_it_lost(session: Session) -> None:
    parts = iter(opened(Events(), session))
    next(parts)
    for number in range(600):
        session.journal.record(replace(EXCHANGE, id=str(number)))
    events = read(next(parts))
    assert events[0] == ("lost", {"lost": 100})
    assert [data["id"] for _, data in events[1:]] == [str(number) for number in range(100, 600)]


def test_silence_is_filled_with_comments(session: Session) -> None:
    parts = iter(opened(Events(heartbeat_s=0.001), session))
    next(parts)
    assert next(parts) == next(parts) == b": still here\n\n"


def test_streams_are_bounded_and_give_their_place_back_once(session: Session) -> None:
    events = Events(max_streams=2)
    first, _ = opened(events, session), opened(events, session)
    with pytest.raises(Problem, match="2 streams") as caught:
        opened(events, session)
    assert (caught.value.status, dict(caught.value.headers)) == (503, {"Retry-After": "5"})
    first.close()
    first.close()
    opened(events, session)
    with pytest.raises(Problem):
        opened(events, session)


def test_a_stream_ends_with_its_feed(session: Session) -> None:
    stream = opened(Events(), session)
    parts = iter(stream)
    next(parts)
    session.journal.feed.close()
    assert [part for part in parts if part.startswith(b"event")] == []
    stream.close()


Connect = Callable[[str], tuple[http.client.HTTPConnection, http.client.HTTPResponse]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Send GETs to a server, each on a connection of its own."""
    with LiveServer(Config()) as server, ExitStack() as stack:

        def send(path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
            connection = stack.enter_context(closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)))
            connection.request("GET", path, headers={"Authorization": "your_api_key_here"})
            return connection, connection.getresponse()

        yield send


@pytest.mark.slow
def test_a_request_is_told_at_once_over_http(connect: Connect) -> None:
    _, stream = connect("/__admin/requests/events")
    assert stream.headers["Content-Type"] == "text/event-stream"
    assert stream.read1().startswith(b": connected")
    connect("/social_app/api/v1/third_party/user-campaign-filters")[1].read()
    ((kind, data),) = read(stream.read1())
    assert (kind, data["operationId"]) == ("request", "getUserCampaignFilters")


@pytest.mark.slow
def test_a_reader_that_goes_away_gives_its_place_back(connect: Connect) -> None:
    places = 64
    streams = [connect("/__admin/requests/events") for _ in range(places)]
    assert connect("/__admin/requests/events")[1].status == 503
    for connection, _ in streams:
        connection.close()
    # The other end is missed when the next comment cannot be sent.
    deadline = time.monotonic() + 4 * HEARTBEAT_S
    while connect("/__admin/requests/events")[1].status != 200:
        assert time.monotonic() < deadline, "no place came back"
        time.sleep(0.1)
