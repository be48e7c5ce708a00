"""Exchanges in words: what is shown, what is cut, and that nothing of a server's can do harm."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import Answer, Exchange
from contracts.report import html as module
from contracts.report.html import MAX_CHARACTERS, transcripts
from contracts.verdicts import Outcome
from fabricated import exchange, kept, report, verdict, violation


def told(made: Exchange) -> dict[str, Any]:
    """Tell one exchange that shows nothing."""
    (found,) = transcripts(kept(exchanges=(made,)))
    return found


def answered(body: bytes = b"{}", **changes: Any) -> Exchange:
    """Make an exchange whose answer is told in bytes."""
    given: dict[str, Any] = {"status": 200, "headers": {}, "body": body, **changes}
    return replace(exchange(1), answer=Answer(**given))


def test_an_exchange_is_told_from_end_to_end() -> None:
    made = exchange(7, 404, {"code": 404}, query=(("a", "1"), ("b", "x y"), ("a", "2")), credential="member")
    assert told(made) == {
        "number": 7,
        "phase": "relations",
        "operation": "getCampaignInfo",
        "method": "GET",
        "url": "/campaign-info?a=1&b=x+y&a=2",
        "credential": "member",
        "status": "404",
        "group": 4,
        "time": "12 ms",
        "text": "get /campaign-info?a=1&b=x+y&a=2 getcampaigninfo relations member 404",
        "sent": "",
        "failure": "",
        "headers": "content-type: application/json\nx-ratelimit-remaining-minute: 99",
        "body": '{\n  "code": 404\n}',
    }


def test_an_exchange_without_an_answer_says_why() -> None:
    found = told(exchange(1, None))
    assert {name: found[name] for name in ("status", "group", "time", "headers", "body", "failure")} == {
        "status": "none",
        "group": 0,
        "time": "",
        "headers": "",
        "body": "",
        "failure": "the connection was closed before an answer came",
    }


@pytest.mark.parametrize(
    "sent, shown",
    [
        ({}, ""),
        ({"sent": {"limit": 5}}, '{\n  "limit": 5\n}'),
        ({"sent": []}, "[]"),
        ({"sent": 0}, "0"),
        ({"sent": False}, "false"),
        ({"sent": ""}, '""'),
        ({"raw_body": b'{"a":'}, '{"a":'),
        ({"raw_body": b""}, ""),
        ({"raw_body": b"\xff\x00"}, "\ufffd\\u0000"),
        ({"raw_body": b"raw", "sent": {"not": "sent"}}, "raw"),
        ({"headers": (("X-One", "1"), ("x-one", "2"))}, "X-One: 1\nx-one: 2"),
        ({"headers": (("X-One", "1"),), "sent": 1}, "X-One: 1\n1"),
    ],
    ids=str,
)
def test_what_was_sent_is_shown_as_it_was_sent(sent: dict[str, Any], shown: str) -> None:
    assert told(exchange(1, **sent))["sent"] == shown


@pytest.mark.parametrize(
    "body, shown",
    [
        (b"", ""),
        (b"null", "null"),
        (b"0", "0"),
        (b"false", "false"),
        (b'{"a":[1,2]}', '{\n  "a": [\n    1,\n    2\n  ]\n}'),
        (b'"\\u00fc"', '"\u00fc"'),
        (b"<html>", "<html>"),
        (b'{"a": 1', '{"a": 1'),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_json_is_laid_out_and_other_bodies_are_shown_as_they_came(body: bytes, shown: str) -> None:
    assert told(answered(body))["body"] == shown


@pytest.mark.parametrize("status, group", [(100, 1), (200, 2), (302, 3), (429, 4), (599, 5)])
def test_statuses_are_grouped_by_their_class(status: int, group: int) -> None:
    assert told(answered(status=status))["group"] == group


@pytest.mark.parametrize("elapsed_s, time", [(0.0, "0 ms"), (0.0125, "12 ms"), (1.5, "1,500 ms"), (61.0, "61,000 ms")])
def test_the_time_is_in_milliseconds(elapsed_s: float, time: str) -> None:
    assert told(answered(elapsed_s=elapsed_s))["time"] == time


def test_a_repeated_header_is_a_line_each_time() -> None:
    assert told(answered(headers={"vary": ("a", "b"), "x": ()}))["headers"] == "vary: a\nvary: b"


@pytest.mark.parametrize("place", ["path", "query", "headers", "answer", "answer header", "failure"])
def test_control_characters_are_seen_and_not_obeyed(place: str) -> None:
    hostile = "\x1b[31m\u202e"
    made = {
        "path": lambda: exchange(1, path=f"/{hostile}"),
        "query": lambda: exchange(1, query=(("q", "\ud800"),)),
        "headers": lambda: exchange(1, headers=(("X", hostile),)),
        "answer": lambda: answered(json.dumps({"a": hostile}, ensure_ascii=False).encode()),
        "answer header": lambda: answered(headers={"x": (hostile,)}),
        "failure": lambda: replace(exchange(1, None), failure=hostile),
    }[place]()
    shown = json.dumps(told(made), ensure_ascii=False)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    shown.encode("utf-8")


def test_a_text_is_cut_with_the_number_of_characters_that_are_left_out() -> None:
    found = told(answered(b"x" * (MAX_CHARACTERS + 1234)))
    assert found["body"] == "x" * MAX_CHARACTERS + "\n… and 1,234 characters more"


@pytest.mark.parametrize("length", [MAX_CHARACTERS - 1, MAX_CHARACTERS])
def test_a_text_that_fits_is_whole(length: int) -> None:
    assert told(answered(b"x" * length))["body"] == "x" * length


@pytest.mark.parametrize("place", ["violations", "warnings"])
def test_what_shows_a_finding_is_shown_at_greater_length(place: str) -> None:
    shows = violation(exchanges=(1,))
    broken = verdict("auth.guard[a]", Outcome.BROKEN, violations=(shows,))
    changes: dict[str, Any] = {"verdicts": (broken,)} if place == "violations" else {"warnings": (shows,)}
    sent = tuple(exchange(number, body=b"x" * MAX_CHARACTERS * 9) for number in (1, 2))
    first, second = transcripts(kept(exchanges=sent, **changes))
    assert (len(first["body"]), "characters more" in second["body"]) == (MAX_CHARACTERS * 9, True)


def test_when_the_page_is_full_bodies_are_left_out_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SHOWN", 100)
    sent = tuple(exchange(number, body=b"x" * 80) for number in (1, 2, 3))
    bodies = [item["body"] for item in transcripts(kept(exchanges=sent))]
    assert bodies[0] == "x" * 80
    assert bodies[1] == "x" * 20 + "\n… and 60 characters more"
    assert bodies[2] == "\n… and 80 characters more"


def test_a_report_without_exchanges_tells_nothing() -> None:
    assert transcripts(report(exchanges=())) == []


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_whatever_a_server_sends_can_be_written_as_utf_8(bodies: list[bytes]) -> None:
    sent = tuple(exchange(number, body=body) for number, body in enumerate(bodies, start=1))
    found = transcripts(kept(exchanges=sent))
    assert [item["number"] for item in found] == list(range(1, len(bodies) + 1))
    json.dumps(found, ensure_ascii=False).encode("utf-8")
