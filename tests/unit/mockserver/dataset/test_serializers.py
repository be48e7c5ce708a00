"""How a routine looks in the campaign list, and how its steps share what it did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.dataset.figures import Figures, pack_days
from mockserver.dataset.routines import FRIEND_REQUEST, MESSAGE, STEPS, Metadata, Routine, Step, User
from mockserver.dataset.serializers import campaign_item, stamp, step_items, user_item

USER = User("u", "Jane", "jane@example.com", "inactive")
ROUTINE = Routine(
    id="r",
    name="Name",
    user=0,
    type="smart_campaign",
    status="active",
    created_at=0,
    initial_activate_time=60,
    last_activate_time=None,
    max_campaign_days=7,
    source="api",
    metadata=Metadata("Technology", ("CTO", "COO"), "goals"),
    steps=STEPS["connector_campaign"],
    first_day=1,
    figures=pack_days([(5, 4, 3, 2, 1), (0, 0, 0, 0, 0), (1, 1, 0, 1, 1)]),
)


def processed(steps: tuple[Step, ...], figures: Figures) -> list[int]:
    return [item["processed_count"] for item in step_items(ROUTINE._replace(steps=steps), figures)]


def test_a_row_counts_the_whole_life_of_its_routine() -> None:
    item = campaign_item(ROUTINE, USER)
    assert (item["member_count"], item["friend_request_count"], item["friend_accept_count"]) == (6, 5, 3)
    assert (item["message_sent_count"], item["message_replied_count"]) == (3, 2)
    assert (item["connection_percentage"], item["response_rate"]) == (60.0, 66.7)


def test_a_day_without_figures_is_no_day_of_the_row() -> None:
    item = campaign_item(ROUTINE, USER)
    assert [day["date"] for day in item["daily_stats"]] == ["1970-01-02", "1970-01-04"]
    assert item["campaign_duration_days"] == 2


def test_a_day_shows_its_five_counts() -> None:
    assert campaign_item(ROUTINE, USER)["daily_stats"][0] == {
        "date": "1970-01-02",
        "member_count": 5,
        "friend_request_count": 4,
        "friend_accept_count": 3,
        "message_sent_count": 2,
        "message_replied_count": 1,
    }


def test_the_routine_of_a_row_has_its_stamps_and_metadata() -> None:
    shown = campaign_item(ROUTINE, USER)["linkedin_campaign_routine"]
    assert (shown["created_at"], shown["initial_activate_time"]) == ("1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z")
    assert shown["metadata"] == {
        "target_industry": "Technology",
        "target_positions": ("CTO", "COO"),
        "campaign_goals": "goals",
    }


def test_a_moment_that_has_not_come_is_null() -> None:
    assert stamp(None) is None
    assert campaign_item(ROUTINE, USER)["linkedin_campaign_routine"]["last_activate_time"] is None


def test_a_row_shows_its_user() -> None:
    shown = {"linkedin_user_information_id": "u", "name": "Jane", "email": "jane@example.com", "status": "inactive"}
    assert user_item(USER) == campaign_item(ROUTINE, USER)["linkedin_user"] == shown


def test_steps_are_numbered_from_one() -> None:
    items = step_items(ROUTINE, Figures())
    assert [(item["step"], item["type"], item["delay_days"]) for item in items] == [
        (1, FRIEND_REQUEST, 0),
        (2, MESSAGE, 1),
    ]


@pytest.mark.parametrize("sent, shares", [(6, [2, 2, 2]), (7, [3, 2, 2]), (8, [3, 3, 2]), (1, [1, 0, 0])])
def test_messages_share_what_was_sent_the_earlier_first(sent: int, shares: list[int]) -> None:
    assert processed((Step(MESSAGE, 0),) * 3, Figures(sent=sent)) == shares


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 7), st.integers(0, 7))
def test_steps_add_up_to_requests_and_messages(requests: int, sent: int, messages: int, place: int) -> None:
    steps = [Step(MESSAGE, 0)] * messages
    steps.insert(place, Step(FRIEND_REQUEST, 0))
    shares = processed(tuple(steps), Figures(requests=requests, sent=sent))
    assert sum(shares) == requests + sent
    assert shares[min(place, messages)] == requests


def test_a_routine_without_steps_has_none_to_show() -> None:
    assert processed((), Figures()) == []
