"""The organisation: its ids, its sums, its rows, and that the packaged one is what the samples need."""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson
import pytest

from mockserver.dataset.dataset import Dataset, generate, load
from mockserver.dataset.figures import ALWAYS, Figures, Span, day_of, pack_days, span_of
from mockserver.dataset.routines import STATUSES, TYPES, Organisation, Routine, User
from oas import package_data
from property.world import FIRST_DAY, default_dataset
from unit.mockserver.dataset.test_routines import routine

ORGANISATION = Organisation(123, "Example", 0, "active")
USERS = tuple(User(f"u{place}", f"User {place}", f"u{place}@example.com", "active") for place in range(3))


def dataset(*routines: Routine) -> Dataset:
    """Make an organisation of three users."""
    return Dataset(ORGANISATION, USERS, routines)


@pytest.fixture(scope="module")
def three_days() -> Dataset:
    """Two users with figures on three days, one without any."""
    return dataset(
        routine("a", 3, user=0, first_day=1, figures=pack_days([(4, 3, 2, 1, 0), (1, 1, 1, 1, 1)])),
        routine("b", 2, user=0, first_day=2, figures=pack_days([(1, 0, 0, 0, 0)]), type="friend_campaign"),
        routine("c", 1, user=2, first_day=3, figures=pack_days([(2, 2, 1, 2, 1)]), status="draft"),
    )


def test_ids_are_found_by_type_of_entity(three_days: Dataset) -> None:
    entities = three_days.entities
    assert "u1" in entities["user"]
    assert "a" in entities["routine"]
    assert 123 in entities["organisation"]
    assert "a" not in entities["user"]
    assert 124 not in entities["organisation"]


def test_a_routine_is_found_by_id(three_days: Dataset) -> None:
    assert three_days.routine(three_days.routine_row("b")).id == "b"


def test_an_unknown_routine_is_a_key_error(three_days: Dataset) -> None:
    with pytest.raises(KeyError):
        three_days.routine_row("nobody")


@pytest.mark.parametrize(
    "ids, places", [(None, [0, 1, 2]), ([], [0, 1, 2]), (["u2"], [2]), (["u2", "u0", "u2"], [0, 2])]
)
def test_users_are_selected_in_the_order_of_the_list(three_days: Dataset, ids: Any, places: list[int]) -> None:
    assert list(three_days.selected(ids)) == places


@pytest.mark.parametrize(
    "places, days",
    [([0, 1, 2], {1: 4, 2: 2, 3: 2}), ([0], {1: 4, 2: 2}), ([1], {}), ([2], {3: 2}), ([1, 2], {3: 2})],
)
def test_a_timeline_sums_the_days_of_users(three_days: Dataset, places: list[int], days: dict[int, int]) -> None:
    assert {day: one.members for day, one in three_days.timeline(places).daily()} == days


def test_the_total_of_a_user_obeys_the_span(three_days: Dataset) -> None:
    assert three_days.user_total(0, ALWAYS) == Figures(6, 4, 3, 2, 1)
    assert three_days.user_total(0, Span(2, 2)) == Figures(2, 1, 1, 1, 1)
    assert three_days.user_total(1, ALWAYS) == Figures()


def test_routines_are_counted_by_status_and_type(three_days: Dataset) -> None:
    counts = three_days.counts([0, 2])
    assert {name: count for name, count in counts.items() if count} == {
        "active": 2,
        "draft": 1,
        "smart_campaign": 2,
        "friend_campaign": 1,
    }
    assert counts.keys() == {*STATUSES, *TYPES}


def test_a_row_is_encoded_once_and_is_the_row(three_days: Dataset) -> None:
    encoded = three_days.row_json(0)
    assert encoded == orjson.dumps(three_days.row(0))
    assert three_days.row_json(0) is encoded


@pytest.mark.parametrize(
    "pointer",
    [
        "/linkedin_campaign_routine/id",
        "/linkedin_campaign_routine/campaign_name",
        "/linkedin_campaign_routine/campaign_status",
        "/linkedin_campaign_routine/campaign_type",
        "/linkedin_campaign_routine/created_at",
        "/linkedin_campaign_routine/source",
        "/linkedin_campaign_routine/metadata/target_industry",
        "/linkedin_user/linkedin_user_information_id",
        "/linkedin_user/status",
        "/member_count",
        "/message_sent_count",
        "/connection_percentage",
        "/response_rate",
    ],
)
def test_a_column_holds_what_the_pointer_finds_in_each_row(pointer: str) -> None:
    made = generate(40, 5, FIRST_DAY)
    right: list[Any] = [made.row(row) for row in range(40)]
    for token in pointer.split("/")[1:]:
        right = [value[token] for value in right]
    column = made.column(pointer)
    assert list(column) == right
    assert [column[row] for row in range(40)] == right


def test_a_column_of_nothing_says_so_when_it_is_read(three_days: Dataset) -> None:
    with pytest.raises(LookupError):
        list(three_days.column("/no/such/member"))


def test_an_organisation_without_routines_has_no_figures() -> None:
    empty = dataset()
    assert len(empty) == 0
    assert empty.timeline([0, 1, 2]).total() == Figures()
    assert set(empty.counts([0, 1, 2]).values()) == {0}


def test_the_packaged_organisation_has_every_type_in_every_status() -> None:
    packed = load(package_data.default_dataset(), FIRST_DAY)
    found = {(one.type, one.status) for one in map(packed.routine, range(len(packed)))}
    assert found == {(type_, status) for type_ in TYPES for status in STATUSES}
    assert [user.status for user in packed.users].count("inactive") == 1


@pytest.mark.parametrize("user_id", ["encrypted_id_string_1", "encrypted_id_string_2"])
def test_the_users_of_the_samples_have_figures_in_the_days_of_the_samples(user_id: str) -> None:
    packed = default_dataset()
    (place,) = packed.selected([user_id])
    assert packed.user_total(place, span_of("2025-05-01", "2025-05-10")).requests > 0


def test_the_last_thirty_days_of_the_packaged_organisation_are_never_empty() -> None:
    packed, today = default_dataset(), day_of(FIRST_DAY.isoformat())
    days = [day for day, _ in packed.timeline(range(len(packed.users))).daily(Span(today - 29, today))]
    assert len(days) == 30
    assert days[-1] == today


def test_nothing_of_an_organisation_can_be_replaced() -> None:
    with pytest.raises(AttributeError):
        default_dataset().organisation.name = "Other"  # type: ignore[misc]
    assert not dataclasses.is_dataclass(default_dataset())


@pytest.mark.parametrize(
    "routine_id, shown",
    [
        (
            "encrypted_id_string_1",
            {
                "created_at": "2025-05-08T10:15:30Z",
                "initial_activate_time": "2025-05-08T14:22:10Z",
                "last_activate_time": "2025-05-09T08:30:15Z",
                "campaign_duration_days": 3,
                "linkedin_user_information_id": "encrypted_id_string_1",
            },
        ),
        (
            "encrypted_id_string",
            {
                "created_at": "2025-05-01T10:15:30Z",
                "last_activate_time": "2025-05-02T08:30:15Z",
                "campaign_duration_days": 7,
                "linkedin_user_information_id": "encrypted_user_id",
            },
        ),
    ],
)
def test_the_routines_of_the_samples_are_as_the_samples_show_them(routine_id: str, shown: dict[str, Any]) -> None:
    row = default_dataset().row(default_dataset().routine_row(routine_id))
    flat = {**row, **row["linkedin_user"], **row["linkedin_campaign_routine"]}
    sample = {
        "campaign_name": "Q2 Sales Outreach",
        "campaign_status": "active",
        "campaign_type": "smart_campaign",
        "max_campaign_days": 7,
        "source": "manual",
        "member_count": 150,
        "friend_request_count": 100,
        "friend_accept_count": 75,
        "connection_percentage": 75.0,
        "message_sent_count": 80,
        "message_replied_count": 40,
        "response_rate": 50.0,
        "name": "John Doe",
        "email": "john.doe@example.com",
    }
    assert {name: flat[name] for name in sample | shown} == sample | shown
