from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from contracts.config import Config
from contracts.errors import BudgetExhausted, ConfigInvalid, RequestRefused
from contracts.events import Event, ExchangeFinished
from contracts.gate.credentials import CredentialMissing
from contracts.gate.gate import Gate
from contracts.messages import Request
from oas.redaction import marker
from unit.contracts.upstream import (
    CREATE,
    FILTERS,
    KEY,
    NOON,
    Clock,
    Limited,
    RawUpstream,
    Reply,
    Seen,
    Upstream,
    gate_to,
    read_head,
    surface,
)

MADE = "made-5f0c1d-key-31b7"


def in_threads(count: int, act: Callable[[], object]) -> None:
    threads = [threading.Thread(target=act) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def drain(gate: Gate) -> None:
    """Send until the budget is spent."""
    while True:
        try:
            gate.send(FILTERS, "fuzz")
        except BudgetExhausted:
            return


class Dawdler(Clock):
    """Gives the other threads time whenever it is asked for the time; knows how many sleep at once."""

    asleep = most_asleep = 0

    def now(self) -> float:
        threading.Event().wait(0.0005)
        return super().now()

    def sleep(self, seconds: float) -> None:
        self.asleep += 1
        self.most_asleep = max(self.most_asleep, self.asleep)
        threading.Event().wait(0.0005)
        super().sleep(seconds)
        self.asleep -= 1


@pytest.mark.parametrize("budget", [1, 10, 50])
def test_no_request_beyond_the_budget_leaves_from_whatever_thread(budget: int) -> None:
    with Upstream() as upstream, gate_to(upstream.url, Dawdler(), budget=budget) as gate:
        in_threads(16, lambda: drain(gate))
        assert len(upstream.seen) == gate.sent == budget
        assert [exchange.number for exchange in gate.exchanges] == list(range(1, budget + 1))


def once_and_no_more(connection: socket.socket) -> None:
    """Answer one request, keep the connection open, and hang up on the next without a byte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    read_head(connection)


def test_a_read_on_a_connection_that_died_is_sent_again_and_counts_again() -> None:
    with RawUpstream(once_and_no_more) as upstream, gate_to(upstream.url, budget=7) as gate:
        answers = [gate.send(FILTERS, "fuzz").answer for _ in range(4)]
        assert [answer.status for answer in answers if answer] == [200] * 4
        assert gate.sent == 7
        assert [bool(exchange.answer) for exchange in gate.exchanges] == [True, False, True, False, True, False, True]
        with pytest.raises(BudgetExhausted):
            gate.send(FILTERS, "fuzz")


def test_a_write_is_never_sent_again_by_itself() -> None:
    with RawUpstream(once_and_no_more) as upstream, gate_to(upstream.url) as gate:
        gate.send(FILTERS, "relations")
        exchange = gate.send(CREATE, "relations")
        assert (exchange.answer, gate.sent) == (None, 2)


@pytest.mark.parametrize("has_date", [True, False])
@pytest.mark.parametrize("has_headers", [True, False])
@pytest.mark.parametrize("ahead_s", [0.0, 31.7, -4000.25])
@pytest.mark.parametrize("latency_s", [0.02, 0.7])
def test_a_server_that_keeps_the_contract_never_answers_429(
    has_date: bool, has_headers: bool, ahead_s: float, latency_s: float
) -> None:
    clock = Clock()
    limited = Limited(clock, ahead_s=ahead_s, has_headers=has_headers, has_date=has_date)

    def slowly(seen: Seen) -> Reply:
        clock.at += latency_s / 2
        reply = limited(seen)
        clock.at += latency_s / 2
        return reply

    with Upstream(slowly) as upstream, gate_to(upstream.url, clock, max_wait_s=1e5) as gate:
        for _ in range(250):
            gate.send(FILTERS, "relations")
    assert limited.refused == 0
    assert sum(clock.slept) <= 125


def test_nor_when_eight_threads_ask_at_once() -> None:
    clock = Dawdler(NOON + 50)
    limited = Limited(clock, ahead_s=17.5)
    with Upstream(limited) as upstream, gate_to(upstream.url, clock, budget=320, max_wait_s=1e5) as gate:
        in_threads(8, lambda: drain(gate))
    assert (limited.refused, len(upstream.seen)) == (0, 320)
    assert (clock.most_asleep, sum(clock.slept) <= 4 * 62) == (1, True)


def test_nor_under_live_in_two_runs_that_share_a_ledger(tmp_path: Path) -> None:
    clock = Clock()
    limited = Limited(clock, ahead_s=12.5)
    ledger = tmp_path / "ledger.json"
    with Upstream(limited) as upstream:
        for _ in range(2):
            with gate_to(upstream.url, clock, is_live=True, budget=90, ledger=ledger) as gate:
                drain(gate)
    assert (limited.refused, len(upstream.seen)) == (0, 180)
    assert 0 < sum(clock.slept) <= 62


def test_what_others_used_of_the_allowance_is_left_alone() -> None:
    clock = Clock()
    limited = Limited(clock, minute=40)
    with Upstream(limited) as upstream, gate_to(upstream.url, clock) as gate:
        for _ in range(90):
            gate.send(FILTERS, "relations")
    assert limited.refused == 0


@pytest.mark.parametrize("has_retry_after", [True, False])
def test_an_early_refusal_is_waited_out_and_the_request_sent_once_more(has_retry_after: bool) -> None:
    clock = Clock()
    limited = Limited(clock, minute=3, has_headers=False, has_retry_after=has_retry_after)
    with Upstream(limited) as upstream, gate_to(upstream.url, clock) as gate:
        statuses = [gate.send(FILTERS, "fuzz").answer.status for _ in range(5)]  # type: ignore[union-attr]
        assert statuses == [200] * 5
        assert gate.sent == len(upstream.seen) == 6


def test_a_request_to_be_sent_once_is_not_repeated_after_a_refusal() -> None:
    clock = Clock()
    limited = Limited(clock, minute=3, has_headers=False)
    with Upstream(limited) as upstream, gate_to(upstream.url, clock) as gate:
        statuses = [gate.send(FILTERS, "fuzz", once=True).answer.status for _ in range(4)]  # type: ignore[union-attr]
        assert statuses == [200, 200, 200, 429]
        assert gate.sent == len(upstream.seen) == 4


def test_an_expected_refusal_is_neither_avoided_nor_repeated() -> None:
    clock = Clock()
    limited = Limited(clock)
    with Upstream(limited) as upstream, gate_to(upstream.url, clock) as gate:
        answers = [gate.send(FILTERS, "limits", expects_429=True).answer for _ in range(101)]
        assert [answer.status for answer in answers if answer] == [200] * 100 + [429]
        assert clock.slept == []
        gate.send(FILTERS, "limits")
    assert limited.refused == 1
    assert len(upstream.seen) == 102


@pytest.mark.parametrize(
    "headers",
    [
        (("X-RateLimit-Remaining-Minute", "-5"), ("X-RateLimit-Remaining-Day", "none")),
        (("X-RateLimit-Remaining-Minute", "9" * 30), ("Retry-After", "9" * 30)),
        (("Date", "yesterday"), ("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT")),
    ],
)
def test_headers_that_make_no_sense_neither_stop_nor_free_a_run(headers: tuple[tuple[str, str], ...]) -> None:
    clock = Clock()
    with Upstream(lambda _seen: Reply(headers=headers)) as upstream, gate_to(upstream.url, clock) as gate:
        for _ in range(150):
            gate.send(FILTERS, "fuzz")
    assert 0 < sum(clock.slept) <= 62


def test_a_day_that_is_used_up_ends_the_run_and_says_what_was_needed() -> None:
    clock = Clock()
    limited = Limited(clock, day=5)
    with Upstream(limited) as upstream, gate_to(upstream.url, clock) as gate:
        for _ in range(4):
            gate.send(FILTERS, "relations")
        with pytest.raises(BudgetExhausted, match=r"the day's allowance is used up: \d{4,5} s more"):
            gate.send(FILTERS, "relations")
        assert (len(upstream.seen), limited.refused, clock.slept) == (4, 0, [])


@pytest.mark.parametrize("path", ["/create-api-key", "/create%2Dapi-key", "/nowhere"])
def test_a_live_target_gets_no_write_unless_it_may(tmp_path: Path, path: str) -> None:
    write = Request(operation_id="", method="POST", path=path, body={})
    ledger = tmp_path / "ledger.json"
    with Upstream() as upstream:
        with gate_to(upstream.url, is_live=True, ledger=ledger) as gate, pytest.raises(RequestRefused):
            gate.send(write, "fuzz")
        assert upstream.seen == []
        with gate_to(upstream.url, is_live=True, allow_writes=True, ledger=ledger) as gate:
            gate.send(write, "fuzz")
        assert len(upstream.seen) == 1


def created(_seen: Seen) -> Reply:
    return Reply(body=json.dumps({"code": 200, "data": {"api_key": MADE, "note": MADE.upper()}}).encode())


def test_a_created_key_works_and_is_never_shown() -> None:
    with Upstream(created) as upstream, gate_to(upstream.url) as gate:
        answer = gate.send(CREATE, "relations").answer
        assert answer is not None
        assert answer.json["data"] == {"api_key": marker(MADE), "note": marker(MADE)}
        gate.send(Request(operation_id="", method="GET", path="/x", credential="created"), "relations")
        assert upstream.seen[-1].headers["authorization"] == MADE
        assert MADE not in repr(gate.exchanges)


def test_a_credential_that_is_missing_costs_no_request() -> None:
    member = Request(operation_id="", method="GET", path="/x", credential="member")
    with Upstream() as upstream, gate_to(upstream.url) as gate:
        assert not gate.has("member")
        assert gate.has("elsewhere")
        with pytest.raises(CredentialMissing):
            gate.send(member, "relations")
        assert (upstream.seen, gate.sent) == ([], 0)


def test_the_key_stands_in_the_header_that_was_chosen_and_nowhere_else() -> None:
    with Upstream() as upstream, gate_to(upstream.url, header_name="X-Own-Key") as gate:
        gate.send(FILTERS, "relations")
        seen = upstream.seen[0]
        assert {name for name, value in seen.headers.items() if KEY in value} == {"x-own-key"}
        assert KEY not in seen.target


def echo(seen: Seen) -> Reply:
    key = seen.headers.get("authorization", "")
    forms = [key, key.swapcase(), quote(key, safe=""), base64.b64encode(b"key:" + key.encode()).decode()]
    text = json.dumps({"data": {"error": forms, "path": seen.target}})
    return Reply(400, text.encode(), (("Set-Cookie", f"k={key}"), ("X-Note", key), ("Location", f"/?k={key}")))


@pytest.mark.parametrize("credential", ["key", "truncated", "lengthened", "other-case", "elsewhere"])
def test_a_server_that_echoes_the_key_leaks_nothing(credential: str) -> None:
    events: list[Event] = []
    planned = Request(operation_id="", method="GET", path="/x", query=(("k", KEY[2:14]),), credential=credential)
    with Upstream(echo) as upstream, gate_to(upstream.url, hear=events.append) as gate:
        exchange = gate.send(planned, "fuzz")
        shown = repr((exchange, events, gate.exchanges, gate.redactor)).lower()
    assert [KEY[at : at + 8] for at in range(len(KEY) - 7) if KEY[at : at + 8].lower() in shown] == []
    assert base64.b64encode(KEY[:9].encode()).decode().lower() not in shown


def test_a_redirect_is_an_answer_and_the_key_goes_nowhere_else() -> None:
    with Upstream() as other:
        moved = Reply(302, b"", (("Location", other.url),))
        with Upstream(lambda _seen: moved) as upstream, gate_to(upstream.url) as gate:
            answer = gate.send(FILTERS, "relations").answer
        assert answer is not None
        assert (answer.status, other.seen) == (302, [])


def test_a_failing_connection_is_an_exchange_and_counts() -> None:
    with RawUpstream(lambda _connection: None) as upstream, gate_to(upstream.url, timeout_s=1) as gate:
        exchange = gate.send(FILTERS, "relations")
        assert (exchange.answer, gate.sent) == (None, 1)
        assert exchange.failure == "the connection was closed before the answer was complete"


def test_a_slow_server_is_left_in_time() -> None:
    with RawUpstream(once_and_no_more) as upstream, gate_to(upstream.url, timeout_s=0.1) as gate:
        upstream.act = read_head
        assert gate.send(FILTERS, "relations").failure == "no whole answer within 0.1 s"


def test_a_huge_body_is_cut_and_said_to_be() -> None:
    with Upstream(lambda _seen: Reply(body=bytes(20 * 1024 * 1024))) as upstream, gate_to(upstream.url) as gate:
        answer = gate.send(FILTERS, "relations").answer
    assert answer is not None
    assert (answer.is_cut, len(answer.body)) == (True, 8 * 1024 * 1024)


def test_the_first_request_is_a_read_with_the_key_that_was_given() -> None:
    with Upstream() as upstream, gate_to(upstream.url) as gate:
        exchange = gate.open()
        assert exchange.request.operation_id == "getUserCampaignFilters"
        assert upstream.seen[0].target == "/api/v1/user-campaign-filters"
        assert upstream.seen[0].headers["authorization"] == KEY
        assert not gate.is_mock


def test_without_a_key_the_first_request_has_none() -> None:
    with Upstream() as upstream, gate_to(upstream.url, api_key=None) as gate:
        assert gate.open().request.credential == "none"
        assert "authorization" not in upstream.seen[0].headers
        assert not gate.has("key")


def test_every_exchange_is_told_with_what_is_left() -> None:
    events: list[Event] = []
    headers = (("X-RateLimit-Remaining-Minute", "98"), ("X-RateLimit-Remaining-Day", "4000"))
    with Upstream(lambda _seen: Reply(headers=headers)) as upstream, gate_to(upstream.url, hear=events.append) as gate:
        exchange = gate.send(FILTERS, "fuzz")
    assert events == [ExchangeFinished(exchange=exchange, sent=1, remaining_minute=98, remaining_day=4000)]


def test_a_closed_gate_sends_nothing() -> None:
    with Upstream() as upstream, gate_to(upstream.url) as gate:
        gate.close()
        with pytest.raises(BudgetExhausted, match="the run is over"):
            gate.send(FILTERS, "fuzz")
        assert upstream.seen == []


def test_a_gate_needs_a_base_url() -> None:
    with pytest.raises(ConfigInvalid, match="BASE_URL"):
        Gate(Config(), surface())
