from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.allowance.rate_headers import RateLimitInfo, read_notice
from contracts.messages import Answer
from unit.contracts.upstream import NOON, surface


def notice(status: int = 429, data: Any = None, **headers: str) -> RateLimitInfo:
    named = {name.replace("_", "-").lower(): (value,) for name, value in headers.items()}
    body = json.dumps({"data": data}).encode()
    return read_notice(surface(), Answer(status=status, headers=named, body=body, received_at=NOON))


def test_headers_tell_what_is_left() -> None:
    found = notice(200, X_RateLimit_Remaining_Minute="7", X_RateLimit_Remaining_Day="4000")
    assert found == RateLimitInfo(remaining={"minute": 7, "day": 4000})


def test_the_body_of_a_refusal_tells_it_where_headers_are_silent() -> None:
    data = {"retry_after": 45, "rate_limit_info": {"remaining_minute": 0, "remaining_day": 3250}}
    found = notice(data=data)
    assert found == RateLimitInfo(remaining={"minute": 0, "day": 3250}, retry_after_s=45, is_refusal=True)
    assert found.exhausted == "minute"


def test_the_longer_exhausted_window_counts() -> None:
    assert notice(X_RateLimit_Remaining_Minute="0", X_RateLimit_Remaining_Day="0").exhausted == "day"


@pytest.mark.parametrize("value", ["-1", "1.5", "ten", "", "9" * 40, "0x10", "१"])
def test_a_figure_that_is_no_whole_number_is_passed_over(value: str) -> None:
    assert notice(200, X_RateLimit_Remaining_Minute=value).remaining == {}


@pytest.mark.parametrize(
    "header, body, seconds",
    [
        ("30", None, 30),
        ("30", 45, 45),
        ("1000000000", 45, 45),
        ("0", None, None),
        ("-5", "x", None),
        ("1000000000", -3, None),
        ("soon", True, None),
    ],
)
def test_the_longest_wait_within_a_day_counts(header: str, body: Any, seconds: float | None) -> None:
    assert notice(data={"retry_after": body}, Retry_After=header).retry_after_s == seconds


def test_a_date_to_wait_for_is_measured_by_the_servers_own() -> None:
    found = notice(Retry_After="Sun, 06 Nov 1994 08:50:07 GMT", Date="Sun, 06 Nov 1994 08:49:37 GMT")
    assert found.retry_after_s == 30


@pytest.mark.parametrize("status, seconds", [(200, None), (503, 30), (404, None)])
def test_only_a_refusal_and_an_outage_ask_to_wait(status: int, seconds: float | None) -> None:
    assert notice(status, Retry_After="30").retry_after_s == seconds
