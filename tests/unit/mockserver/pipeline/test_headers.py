"""Headers that an answer carries beside its body, and how it is put on the wire."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import __version__
from mockserver.pipeline.context import Decision, RequestContext
from mockserver.pipeline.envelopes import MARKS, answer_headers, delivery_of
from mockserver.scenarios.models import FAULTS, ChosenAnswer, Delay, PlannedAnswer
from mockserver.state.rate_limits import RateLimitStatus
from mockserver.state.session import Session
from oas.messages import BuiltResponse, DeliveryOptions, Request, Violation
from oas.vocabulary import RateLimitWindow

NOTHING = RateLimitStatus((), (), None, 0)
WINDOWS = (
    RateLimitWindow("minute", 60, 100, "X-Limit", "X-Left"),
    RateLimitWindow("day", 86_400, 5000, "X-Day", "X-Day-Left"),
)
ARRIVAL = RequestContext(Request("GET", "/"), cast(Session, None), None, None, 0.0, "req_1", "stamp")
OWN = (("Content-Type", "application/json"),)


def headers(**outcome: Any) -> list[tuple[str, str]]:
    """Return the headers of an empty answer."""
    made = Decision(BuiltResponse(200, b""), **{"allowance": NOTHING, **outcome})
    return list(answer_headers(OWN, made, ARRIVAL))


def chosen(by: str = "rule:1", preference: str = "", **answer: Any) -> ChosenAnswer:
    return ChosenAnswer(PlannedAnswer(**answer), by, 0.5, preference)


def delivered(choice: ChosenAnswer | None) -> DeliveryOptions | None:
    return delivery_of(Decision(BuiltResponse(200, b""), NOTHING, choice=choice))


def test_a_plain_answer_says_what_it_is_and_whose() -> None:
    assert headers() == [*OWN, *MARKS, ("X-Mock-Request-Id", "req_1")]
    assert ("X-Mock-Version", __version__) in MARKS
    assert ("X-Content-Type-Options", "nosniff") in MARKS


def test_limits_are_told_window_by_window_in_their_order() -> None:
    found = headers(allowance=RateLimitStatus(WINDOWS, (7, 0), WINDOWS[1], 9))
    told = [pair for pair in found if pair[0] in ("X-Limit", "X-Left", "X-Day", "X-Day-Left")]
    assert told == [("X-Limit", "100"), ("X-Left", "7"), ("X-Day", "5000"), ("X-Day-Left", "0")]


def test_violations_are_told_as_json() -> None:
    found = dict(headers(violations=(Violation("query", "/limit", "minimum", "too small"),)))
    (told,) = json.loads(found["X-Mock-Violations"])
    assert (told["location"], told["pointer"], told["code"], told["message"]) == (
        "query",
        "/limit",
        "minimum",
        "too small",
    )


@pytest.mark.parametrize(
    "choice, told",
    [
        (chosen("rule:1"), {"X-Mock-Applied": "rule:1"}),
        (
            chosen("prefer:code=500", "code=500"),
            {"X-Mock-Applied": "prefer:code=500", "Preference-Applied": "code=500"},
        ),
        (chosen("key:ü/\x1b1\r\nX: y"), {"X-Mock-Applied": "key:?/?1??X: y"}),
        (chosen("x" * 5000), {"X-Mock-Applied": "x" * 1000}),
    ],
    ids=range(4),
)
def test_what_was_applied_is_told_in_characters_of_a_header(choice: ChosenAnswer, told: dict[str, str]) -> None:
    found = dict(headers(choice=choice))
    assert {name: value for name, value in found.items() if name.endswith("Applied")} == told


@given(st.text(), st.text())
def test_no_text_breaks_out_of_its_header(by: str, preference: str) -> None:
    for _, value in headers(choice=chosen(by, preference)):
        value.encode("ascii")
        assert value.isprintable()


@pytest.mark.parametrize(
    "choice, delivery",
    [
        (None, None),
        (chosen(), None),
        (chosen(status=500), None),
        (chosen(delay=Delay("fixed", 0.0)), None),
        (chosen(delay=Delay("fixed", 1500.0)), DeliveryOptions(1.5)),
        (chosen(delay=Delay("uniform", 100.0, 300.0)), DeliveryOptions(0.2)),
        (chosen(delay=Delay("fixed", 10**9)), DeliveryOptions(60.0)),
        (chosen(dribble_chunks=5, dribble_s=2.0), DeliveryOptions(0.0, "", 5, 2.0)),
        *((chosen(fault=fault), DeliveryOptions(0.0, fault)) for fault in FAULTS),
        (chosen(fault=FAULTS[0], delay=Delay("fixed", 50.0), dribble_chunks=2), DeliveryOptions(0.05, FAULTS[0], 2)),
    ],
    ids=range(9 + len(FAULTS)),
)
def test_how_an_answer_is_put_on_the_wire(choice: ChosenAnswer | None, delivery: DeliveryOptions | None) -> None:
    assert delivered(choice) == delivery
