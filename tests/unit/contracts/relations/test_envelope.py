"""What every answer says of itself."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from answers import NOON, judge, seen, titles

LIST = "getCampaignInfo"
DATE = format_datetime(datetime.fromtimestamp(NOON, UTC), usegmt=True)


def stamped(offset_s: float, **given: Any) -> Any:
    stamp = datetime.fromtimestamp(NOON + offset_s, UTC).isoformat()
    return seen(LIST, {"data": {"timestamp": stamp}}, **given)


def test_the_code_repeats_the_status() -> None:
    assert titles("envelope.code[/code]", seen(LIST, {"code": 400}, status=400)) == []
    assert titles("envelope.code[/code]", seen(LIST, {"code": 200}, status=400)) == ["/code is 200 in a 400 answer"]


@pytest.mark.parametrize(
    "status, flag, holds", [(200, True, True), (404, False, True), (404, True, False), (200, 1, False)]
)
def test_the_flag_tells_success(status: int, flag: Any, holds: bool) -> None:
    assert (titles("envelope.flag[/status]", seen(LIST, {"status": flag}, status=status)) == []) is holds


def test_answers_without_the_member_are_passed_over() -> None:
    assert judge("envelope.code[/code]", seen(LIST, b"no json")).checked == 0


@pytest.mark.parametrize(
    "stamp, holds",
    [
        ("2025-05-11T14:30:45+05:30", True),
        ("2025-05-11T14:30:45.123+05:30", True),
        ("2025-05-11T09:00:45Z", False),
        (5, False),
    ],
)
def test_stamps_are_in_the_documented_zone(stamp: Any, holds: bool) -> None:
    answer = seen(LIST, {"data": {"timestamp": stamp}})
    assert (titles("envelope.zone[/data/timestamp]", answer) == []) is holds


@pytest.mark.parametrize("offset_s, holds", [(0, True), (-119, True), (121, False), (-3600, False)])
def test_stamps_are_near_the_date_of_the_answer(offset_s: float, holds: bool) -> None:
    answer = stamped(offset_s, headers={"date": DATE}, at=0)
    assert (titles("envelope.now[/data/timestamp]", answer) == []) is holds


def test_without_a_readable_date_the_clock_of_this_machine_stands_in() -> None:
    assert titles("envelope.now[/data/timestamp]", stamped(5, headers={"date": "yesterday"})) == []


def test_an_identity_is_never_given_twice() -> None:
    first, second = (seen(LIST, {"data": {"request_id": "req_1"}}, number=number) for number in (1, 2))
    (violation,) = judge("envelope.fresh[/data/request_id]", first, second).violations
    assert violation.exchanges == (1, 2)


def test_one_answer_alone_proves_no_freshness() -> None:
    assert judge("envelope.fresh[/data/request_id]", seen(LIST, {"data": {"request_id": "x"}})).checked == 0
