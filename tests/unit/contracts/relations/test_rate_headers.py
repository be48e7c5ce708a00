"""Headers that tell the allowance."""

from __future__ import annotations

from typing import Any

import pytest

from answers import NOON, judge, seen, titles
from contracts.observations.observations import Observation

COUNTS, STRANGERS = "ledger.counts[minute]", "ledger.strangers[minute]"
REMAINING, LIMIT = "X-RateLimit-Remaining-Minute", "X-RateLimit-Limit-Minute"
#: A moment in the middle of a minute.
MIDDLE = NOON - NOON % 60 + 30


def answers(*left: int, step_s: float = 0.1, **given: Any) -> list[Observation]:
    return [
        seen(
            "getUserCampaignFilters",
            headers={REMAINING.lower(): str(number), LIMIT.lower(): "100"},
            number=place + 1,
            at=MIDDLE + place * step_s,
            **given,
        )
        for place, number in enumerate(left)
    ]


def test_falling_by_one_is_kept() -> None:
    assert judge(COUNTS, *answers(9, 8, 7)).checked == 2
    assert titles(COUNTS, *answers(9, 8, 7)) == []


@pytest.mark.parametrize("left, words", [((9, 9), "stayed the same"), ((9, 12), "rose by 3")])
def test_what_is_left_never_stays_or_rises_inside_a_window(left: tuple[int, ...], words: str) -> None:
    assert titles(COUNTS, *answers(*left)) == [f"{REMAINING} {words} with a request"]


def test_other_clients_of_the_key_may_take_more() -> None:
    assert titles(COUNTS, *answers(90, 85, 84, 70, 66, 50)) == []


def test_never_by_exactly_one_is_no_matter_of_other_clients() -> None:
    assert titles(COUNTS, *answers(90, 88, 86, 84, 82, 80)) == [f"{REMAINING} never falls by exactly one"]


def test_a_new_window_may_begin_between_two_answers() -> None:
    assert titles(COUNTS, *answers(9, 99, step_s=40)) == []
    assert titles(COUNTS, *answers(9, 99, step_s=29)) == []


def test_a_fall_tells_as_much_where_a_new_window_may_have_begun() -> None:
    assert judge(COUNTS, *answers(9, 8, 99, step_s=29)).checked == 1
    assert judge(COUNTS, *answers(9, 9, step_s=40)).checked == 0


def test_at_nothing_left_a_refusal_takes_nothing() -> None:
    assert titles(COUNTS, *answers(1, 0, 0)) == []


def test_strangers_are_counted_for_themselves() -> None:
    mixed = [*answers(9, 8), *answers(50, 50, credential="unknown", status=401)]
    assert titles(COUNTS, *mixed) == []
    assert titles(STRANGERS, *mixed) == [f"{REMAINING} stayed the same with a request"]


def test_a_wrong_key_that_is_taken_is_no_stranger() -> None:
    body: Any = {"data": {}}
    taken = [seen("getUserCampaignFilters", body, credential="empty", headers={REMAINING.lower(): "5"}) for _ in (1, 2)]
    assert judge(STRANGERS, *taken).checked == 0


@pytest.mark.parametrize("headers", [{}, {REMAINING.lower(): "9"}, {REMAINING.lower(): "-1", LIMIT.lower(): "100"}])
def test_both_headers_are_whole_numbers_on_every_answer(headers: dict[str, str]) -> None:
    assert judge("ledger.present[minute]", seen("", status=404, headers=headers)).violations


def test_the_limit_is_the_documented_one() -> None:
    answer = seen("getCampaignInfo", headers={LIMIT.lower(): "60"})
    assert titles("ledger.limit[minute]", answer) == [f"{LIMIT} is 60"]
    assert judge("ledger.limit[minute]", seen("getCampaignInfo")).checked == 0


def test_what_strangers_cost_rests_on_an_assumption() -> None:
    assert judge(STRANGERS, *answers(5, 5, credential="none", status=401)).violations[0].assumed
