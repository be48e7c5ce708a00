"""The journal: order, bounds, filters, WireMock's shape, and no secret in it."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import deque
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admin.journal_format import to_wiremock
from mockserver.state.journal import CUT_BYTES, ENTRY_BYTES, Journal, MemoryShelf
from oas.api_keys import mask_of
from oas.messages import DeliveryOptions, Exchange, Request, Response, Violation

HEX_KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
#: 2025-05-11T09:00:00Z.
MOMENT = 1_746_954_000.0


def exchange(number: int = 1, **changes: Any) -> Exchange:
    """Make an exchange whose request and response are GET /things and an empty 200, unless changed."""
    plain = Exchange(
        id=str(number),
        at=MOMENT + number,
        duration_ms=0.25,
        operation_id="listThings",
        key_hash="0123456789ab",
        request=Request("GET", "/things"),
        response=Response(200, (), b""),
    )
    return replace(plain, **changes)


def ids(found: list[Exchange]) -> list[str]:
    return [item.id for item in found]


def filled(*exchanges: Exchange, **bounds: int) -> Journal:
    journal = Journal(**bounds)  # type: ignore[arg-type]
    for item in exchanges or [exchange(number) for number in range(1, 6)]:
        journal.record(item)
    return journal


def test_the_newest_exchange_comes_first() -> None:
    assert ids(filled().entries()) == ["5", "4", "3", "2", "1"]


def test_the_oldest_exchanges_make_room() -> None:
    journal = filled(max_entries=3)
    assert ids(journal.entries()) == ["5", "4", "3"]
    assert (len(journal), journal.total) == (3, 5)


def test_an_exchange_is_found_by_its_id_until_it_is_dropped() -> None:
    journal = filled(max_entries=3)
    assert journal.get("3") == exchange(3)
    assert journal.get("2") is None


def test_clearing_forgets_entries_total_and_bytes() -> None:
    journal = filled()
    journal.clear()
    assert (journal.entries(), journal.total, journal.kept_bytes, len(journal)) == ([], 0, 0, 0)


@pytest.mark.parametrize(
    "wanted, expected",
    [
        ({}, ["4", "3", "2", "1"]),
        ({"since": MOMENT + 3}, ["4", "3"]),
        ({"operation": "other"}, ["2"]),
        ({"status": 429}, ["4"]),
        ({"key_hash": ""}, ["3"]),
        ({"limit": 2}, ["4", "3"]),
        ({"limit": 0}, []),
        ({"status": 200, "operation": "listThings", "limit": 1}, ["3"]),
    ],
)
def test_entries_are_filtered_by_everything_given(wanted: dict[str, Any], expected: list[str]) -> None:
    journal = filled(
        exchange(1),
        exchange(2, operation_id="other"),
        exchange(3, key_hash=""),
        exchange(4, response=Response(429, (), b"")),
    )
    assert ids(journal.entries(**wanted)) == expected


@pytest.mark.parametrize(
    "big",
    [
        {"request": Request("POST", "/x", body=b"x" * 10_000)},
        {"request": Request("GET", "/" + "x" * 10_000)},
        {"request": Request("GET", "/x", "q" * 10_000)},
        {"request": Request("GET", "/x", headers={"a": "x" * 10_000})},
        {"request": Request("GET", "/x", headers={"x" * 10_000: "a"})},
        {"response": Response(200, (), b"x" * 10_000)},
        {"violations": (Violation("body", "/" + "x" * 10_000, "type", ""),)},
        {"violations": (Violation("body", "", "type", "x" * 10_000),)},
        {"violations": (Violation("body", "", "type", ""),), "response": Response(400, (("A", "x" * 10_000),), b"")},
    ],
)
def test_everything_that_can_be_long_counts_towards_the_bytes(big: dict[str, Any]) -> None:
    journal = filled(exchange(1, **big), exchange(2, **big), max_bytes=50_000)
    assert 20_000 <= journal.kept_bytes - 2 * ENTRY_BYTES < 21_000


def test_bytes_of_dropped_exchanges_make_room() -> None:
    bodies = [exchange(number, response=Response(200, (), b"x" * 10_000)) for number in range(9)]
    journal = filled(*bodies, max_bytes=60_000)
    assert ids(journal.entries()) == ["8", "7", "6", "5"]
    assert journal.kept_bytes <= 60_000


@given(st.lists(st.integers(0, 30_000), max_size=40), st.integers(1, 8), st.integers(1, 60_000))
def test_neither_bound_is_ever_exceeded(sizes: list[int], max_entries: int, max_bytes: int) -> None:
    journal = Journal(max_entries, max_bytes)
    for number, size in enumerate(sizes):
        journal.record(exchange(number, response=Response(200, (), b"x" * size)))
        assert len(journal) <= max_entries
        assert journal.kept_bytes <= max_bytes
    assert ids(journal.entries()) == [str(len(sizes) - 1 - place) for place in range(len(journal))]


def test_one_huge_exchange_is_cut_and_leaves_the_others_in_place() -> None:
    huge = exchange(
        2,
        request=Request("POST", "/x", "q" * 900_000, {"h": "v" * 900_000, "k": "v"}, b"q" * 900_000),
        response=Response(200, (), b"x" * 9_000_000),
        violations=(Violation("body", "/p" * 9000, "type", "m" * 9000),) * 90,
    )
    journal = filled(exchange(1), huge, max_bytes=1 << 20)
    assert ids(journal.entries()) == ["2", "1"]
    assert journal.kept_bytes < 60_000
    kept = journal.entries()[0]
    assert kept.response.body == b"x" * CUT_BYTES + b"\n[cut by the journal: 4096 of 9000000 bytes kept]"
    assert kept.request.headers["k"] == "v"


def test_a_smaller_size_takes_effect_at_once() -> None:
    journal = filled()
    journal.resize(2 * (ENTRY_BYTES + 100))
    assert ids(journal.entries()) == ["5", "4"]


class Yielding(deque[tuple[int, Exchange]]):
    """A ring that lets another thread run in the middle of each record."""

    def popleft(self) -> tuple[int, Exchange]:
        time.sleep(0)
        return super().popleft()


def test_racing_threads_lose_no_exchange_and_no_byte() -> None:
    shelf, barrier = MemoryShelf(50, 1 << 20), threading.Barrier(4)
    shelf._entries = Yielding()
    journal = Journal(50, 1 << 20, shelf)

    def send(start: int) -> None:
        barrier.wait()
        for number in range(start, start + 200):
            journal.record(exchange(number))
            journal.entries(limit=1)

    threads = [threading.Thread(target=send, args=(1000 * number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (journal.total, len(journal)) == (800, 50)
    assert len(set(ids(journal.entries()))) == 50
    assert journal.kept_bytes == 50 * (ENTRY_BYTES + len("/things"))


def test_an_entry_has_the_shape_of_wiremock() -> None:
    headers = {"host": "127.0.0.1:4010", "accept": "*/*"}
    shown = to_wiremock(
        exchange(
            0,
            request=Request("POST", "/a b/ü", "q=1", headers, b'{"a":1}', "127.0.0.1"),
            response=Response(200, (("Content-Type", "application/json"), ("Link", "a"), ("Link", "b")), b"{}"),
            violations=(Violation("query", "/q", "undocumented", "not documented", "warning"),),
        )
    )
    assert shown["request"] == {
        "url": "/a%20b/%C3%BC?q=1",
        "absoluteUrl": "http://127.0.0.1:4010/a%20b/%C3%BC?q=1",
        "method": "POST",
        "clientIp": "127.0.0.1",
        "headers": headers,
        "cookies": {},
        "body": '{"a":1}',
        "bodyAsBase64": base64.b64encode(b'{"a":1}').decode(),
        "loggedDate": 1_746_954_000_000,
        "loggedDateString": "2025-05-11T09:00:00Z",
    }
    answer = {"status": 200, "headers": {"Content-Type": "application/json", "Link": ["a", "b"]}, "body": "{}"}
    assert shown["responseDefinition"] == answer
    assert shown["response"] == answer | {"bodyAsBase64": "e30="}
    assert {name: shown[name] for name in ("id", "wasMatched", "operationId", "keyHash", "durationMs", "applied")} == {
        "id": "0",
        "wasMatched": True,
        "operationId": "listThings",
        "keyHash": "0123456789ab",
        "durationMs": 0.25,
        "applied": "",
    }
    assert shown["violations"][0]["severity"] == "warning"


@pytest.mark.parametrize(
    "delivery, told",
    [
        (DeliveryOptions(1.5), {"fixedDelayMilliseconds": 1500}),
        (DeliveryOptions(fault="EMPTY_RESPONSE"), {"fixedDelayMilliseconds": 0, "fault": "EMPTY_RESPONSE"}),
        (
            DeliveryOptions(dribble_chunks=3, dribble_s=2.0),
            {"fixedDelayMilliseconds": 0, "chunkedDribbleDelay": {"numberOfChunks": 3, "totalDuration": 2000}},
        ),
    ],
    ids=["delay", "fault", "dribble"],
)
def test_an_answer_put_on_the_wire_in_an_unusual_way_says_so(delivery: DeliveryOptions, told: dict[str, Any]) -> None:
    shown = to_wiremock(exchange(response=Response(200, (), b"", delivery), is_deliberate=True))
    assert shown["responseDefinition"] == {"status": 200, "headers": {}, "body": "", **told}
    assert shown["deliberate"] is True


def test_a_request_without_an_operation_was_not_matched() -> None:
    assert to_wiremock(exchange(operation_id=None))["wasMatched"] is False


def test_bytes_that_are_no_text_stay_exact_in_base64() -> None:
    shown = to_wiremock(exchange(request=Request("POST", "/", body=bytes(range(256)))))
    assert base64.b64decode(shown["request"]["bodyAsBase64"]) == bytes(range(256))


def test_what_no_encoder_takes_is_replaced() -> None:
    broken = exchange(
        request=Request("GET", "/\ud800", "\udcff", {"h": "\ud800"}),
        violations=(Violation("body", "/\udfff", "type", "\ud800"),),
    )
    json.dumps(to_wiremock(broken), ensure_ascii=False).encode()


@pytest.mark.parametrize("name", ["authorization", "cookie", "x-api-key", "Set-Cookie"])
def test_a_secret_header_is_masked_whatever_it_holds(name: str) -> None:
    shown = to_wiremock(
        exchange(
            request=Request("GET", "/", headers={name: "s3cret"}), response=Response(200, ((name, "s3cret"),), b"")
        )
    )
    assert shown["request"]["headers"] == shown["response"]["headers"] == {name: mask_of("s3cret")}


def test_a_header_that_is_masked_already_stays() -> None:
    masked = Request("GET", "/", headers={"authorization": mask_of("s3cret")})
    assert to_wiremock(exchange(request=masked))["request"]["headers"]["authorization"] == mask_of("s3cret")


@pytest.mark.parametrize("plain", [HEX_KEY, "your_api_key_here"])
def test_a_key_is_shown_nowhere(plain: str) -> None:
    text = f'"{plain}"'
    shown = json.dumps(
        to_wiremock(
            exchange(
                request=Request("GET", f"/{plain}", f"key={plain}", {"x-note": text, "host": plain}, text.encode()),
                response=Response(200, (("Location", text),), text.encode()),
                violations=(Violation("query", f"/{plain}", "type", text),),
            )
        )
    )
    assert plain not in shown
    assert base64.b64encode(text.encode()).decode() not in shown
