"""The burst that meets the limit."""

from __future__ import annotations

from typing import Any

import pytest

from answers import NOON, document, judge, seen, titles
from contracts.relations.limits import burst_case, most_requests, rules
from documents import altered

MIDDLE = NOON - NOON % 60 + 30
EARLY, LATE, AGREES, WAIT = (f"limits.{name}[minute]" for name in ("early", "late", "agrees", "wait"))
CODE = "limits.refusal[minute]"


def sent(left: int, status: int = 200, number: int = 1, at: float = MIDDLE, **data: Any) -> Any:
    info = {"limit_minute": 100, "remaining_minute": left, "limit_day": 5000, "remaining_day": 4000}
    headers = {
        "x-ratelimit-limit-minute": "100",
        "x-ratelimit-remaining-minute": str(left),
        "x-ratelimit-limit-day": "5000",
        "x-ratelimit-remaining-day": "4000",
        **data.pop("headers", {}),
    }
    refusal = {"error_code": "RATE_LIMIT_EXCEEDED", "retry_after": 30, "rate_limit_info": info, **data}
    body = {"data": refusal} if status == 429 else {"data": {}}
    return seen("getUserCampaignFilters", body, status=status, number=number, headers=headers, phase="limits", at=at)


def test_a_refusal_after_the_last_request_is_kept() -> None:
    burst = [sent(1), sent(0, number=2), sent(0, 429, number=3), sent(0, 429, number=4)]
    for name in (EARLY, LATE, AGREES, WAIT, CODE):
        assert titles(name, *burst) == []
        assert judge(name, *burst).checked


def test_a_refusal_with_allowance_left_is_early() -> None:
    assert titles(EARLY, sent(3), sent(2, number=2), sent(0, 429, number=3)) == [
        "refused although 2 requests were left"
    ]


def test_other_clients_of_the_key_may_have_taken_the_rest() -> None:
    assert titles(EARLY, sent(9), sent(5, number=2), sent(0, 429, number=3)) == []


def test_an_answer_with_nothing_left_is_late() -> None:
    assert titles(LATE, sent(0), sent(0, number=2, at=MIDDLE + 1)) == [
        "answered 200 although nothing was left of the minute"
    ]


def test_an_answer_in_the_next_window_is_not_late() -> None:
    assert judge(LATE, sent(0), sent(99, number=2, at=MIDDLE + 40)).checked == 0


def test_a_server_that_never_refuses_is_found() -> None:
    burst = [sent(50, number=number) for number in range(1, 203)]
    assert titles(LATE, *burst) == ["202 requests at once, none refused"]


@pytest.mark.parametrize(
    "relation, data, title",
    [
        (CODE, {"error_code": "SLOW_DOWN"}, "/data/error_code is 'SLOW_DOWN'"),
        (WAIT, {"retry_after": 61}, "/data/retry_after is 61"),
        (WAIT, {"retry_after": -1}, "/data/retry_after is -1"),
        (WAIT, {"retry_after": "30"}, "/data/retry_after is '30'"),
        (WAIT, {"headers": {"retry-after": "29"}}, "Retry-After is 29, /data/retry_after is 30"),
    ],
)
def test_a_refusal_that_is_wrong_is_named(relation: str, data: dict[str, Any], title: str) -> None:
    assert titles(relation, sent(0, 429, **data)) == [title]


def test_the_body_tells_the_same_as_the_headers() -> None:
    assert titles(AGREES, sent(0, 429, headers={"x-ratelimit-remaining-day": "1"})) == [
        "/data/rate_limit_info/remaining_day is 4000, X-RateLimit-Remaining-Day is 1"
    ]


def test_the_burst_repeats_the_simplest_read() -> None:
    case = burst_case(document())
    assert case is not None
    assert case.request.operation_id == "getUserCampaignFilters"
    assert most_requests(document()) == 203


def test_without_limits_there_is_no_burst() -> None:
    free = altered(document(), limits=None)
    assert burst_case(free) is None
    assert most_requests(free) == 0
    assert rules(free) == ()
