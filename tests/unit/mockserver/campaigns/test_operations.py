"""What each operation answers, and that what can be kept is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from mockserver.campaigns.collection import Collection
from mockserver.campaigns.operations import (
    OPERATIONS,
    OperationCall,
    create_api_key,
    get_campaign_info,
    get_user_campaign_filters,
)
from mockserver.dataset.dataset import Dataset, generate
from mockserver.timestamps import iso_z
from property.world import FIRST_DAY, World, declared, default_dataset, spec

NOW = 1746973845.9  # 2025-05-11T14:30:45Z


@pytest.fixture(scope="module")
def world() -> World:
    """The packaged organisation."""
    return World.of(default_dataset())


def call(dataset: Dataset | None = None, **changes: Any) -> OperationCall:
    """Make a call on the packaged organisation that creates keys named after their description."""
    more: dict[str, Any] = {
        "parameters": {},
        "dataset": default_dataset() if dataset is None else dataset,
        "path": "/path",
        "now": NOW,
        "stamp": "stamp",
        "request_id": "req_1",
        "create_key": lambda description: f"key for {description}",
    }
    return OperationCall(**{**more, **changes})


def test_every_operation_that_is_no_body_form_has_a_function() -> None:
    operations = [operation for path in spec()["paths"].values() for operation in path.values()]
    assert OPERATIONS.keys() == {one["operationId"] for one in operations if "x-same-as" not in one}


def test_identifiers_list_users_routines_and_the_organisation(world: World) -> None:
    data = world.ask("getUserCampaignFilters")
    assert data["linkedin_users"][0] == {
        "linkedin_user_information_id": "encrypted_id_string",
        "name": "User Name",
        "email": "user@example.com",
        "status": "active",
    }
    assert data["campaign_routines"][-1] == {
        "linkedin_campaign_routine_id": "encrypted_id_string",
        "name": "Q2 Sales Outreach",
        "campaign_type": "smart_campaign",
        "campaign_status": "active",
        "created_at": "2025-05-01T10:15:30Z",
    }
    assert data["organisation"] == {
        "id": 123,
        "name": "Example Organization",
        "created_at": "2024-01-15T08:30:00Z",
        "subscription_status": "active",
    }


def test_a_created_key_is_shown_with_what_it_may_do() -> None:
    data = create_api_key(call(parameters={"organisation_id": 123, "description": "CRM"}))
    assert data == {
        "api_key": "key for CRM",
        "created_at": "2025-05-11T14:30:45Z",
        "description": "CRM",
        "organisation_id": 123,
        "organisation_name": "Example Organization",
        "expires_at": "2026-05-11T14:30:45Z",
        "permissions": ["read", "write"],
        "created_by": "admin@example.com",
    }


def test_a_key_without_a_description_is_described_by_its_moment() -> None:
    data = create_api_key(call())
    assert data["description"] == "API key created at 2025-05-11T14:30:45Z"
    assert data["api_key"] == f"key for {data['description']}"


def test_an_empty_description_is_a_description() -> None:
    assert create_api_key(call(parameters={"description": ""}))["description"] == ""


@pytest.mark.parametrize(
    "created, expires",
    [
        ("2024-02-29T12:00:00Z", "2025-02-28T12:00:00Z"),
        ("2024-02-28T12:00:00Z", "2025-02-28T12:00:00Z"),
        ("2023-03-01T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("1971-01-01T00:00:00Z", "1972-01-01T00:00:00Z"),
        ("9989-12-31T23:59:59Z", "9990-12-31T23:59:59Z"),
    ],
)
def test_a_key_expires_on_the_same_day_a_year_later(created: str, expires: str) -> None:
    data = create_api_key(call(now=datetime.fromisoformat(created).timestamp()))
    assert (data["created_at"], data["expires_at"]) == (created, expires)


@pytest.mark.parametrize("operation_id", ["getDashboardInfo", "getCampaignInfo"])
def test_stamp_and_id_are_those_of_the_call(world: World, operation_id: str) -> None:
    answers = [
        OPERATIONS[operation_id](call(collection=world.collection, stamp=stamp, request_id=request_id))
        for stamp, request_id in (("one", "req_1"), ("two", "req_2"))
    ]
    assert [(answer["timestamp"], answer["request_id"]) for answer in answers] == [("one", "req_1"), ("two", "req_2")]


@pytest.mark.parametrize("operation_id", ["getUserCampaignFilters", "getOptimizedRoutineData"])
def test_answers_whose_sample_has_no_stamp_have_none(world: World, operation_id: str) -> None:
    data = world.ask(operation_id, linkedin_campaign_routine_id="encrypted_id_string")
    assert not data.keys() & {"timestamp", "request_id"}


def test_what_is_added_to_an_answer_is_not_in_the_next() -> None:
    get_user_campaign_filters(call())["added"] = 1
    assert "added" not in get_user_campaign_filters(call())


@pytest.mark.parametrize(
    "operation_id, sent",
    [
        ("getUserCampaignFilters", {}),
        ("getDashboardInfo", {"linkedin_user_information_ids": ["encrypted_user_id"], "start_date": "2025-05-01"}),
        ("getOptimizedRoutineData", {"linkedin_campaign_routine_id": "encrypted_id_string", "end_date": "2025-05-03"}),
    ],
)
def test_an_answer_is_encoded_once(operation_id: str, sent: dict[str, Any]) -> None:
    dataset = generate(20, 0, FIRST_DAY)
    first, second = (OPERATIONS[operation_id](call(dataset, parameters=sent)) for _ in range(2))
    parts = [name for name in first if name not in ("timestamp", "request_id")]
    assert all(isinstance(first[name], orjson.Fragment) for name in parts)
    assert all(first[name] is second[name] for name in parts)


@pytest.mark.parametrize("change", [{"start_date": "2025-05-02"}, {"end_date": "2025-05-02"}])
@pytest.mark.parametrize("operation_id", ["getDashboardInfo", "getOptimizedRoutineData"])
def test_answers_for_other_days_are_kept_apart(world: World, operation_id: str, change: dict[str, str]) -> None:
    sent = {"linkedin_campaign_routine_id": "encrypted_id_string"}
    assert world.ask(operation_id, sent) != world.ask(operation_id, sent, **change)


def test_dashboards_of_other_users_are_kept_apart(world: World) -> None:
    ids = ["encrypted_id_string_1", "encrypted_id_string_2"]
    boards = [world.ask("getDashboardInfo", linkedin_user_information_ids=chosen) for chosen in (ids[:1], ids[1:], ids)]
    members = [board["campaign_member_info"]["total_member_count"] for board in boards]
    assert members[0] + members[1] == members[2]


def test_an_empty_list_of_users_is_everybody(world: World) -> None:
    assert world.ask("getDashboardInfo", linkedin_user_information_ids=[]) == world.ask("getDashboardInfo")


def test_the_sample_request_of_the_campaign_list_finds_the_sample_routine(world: World) -> None:
    sent = {
        "linkedin_user_information_ids": ["encrypted_id_string_1"],
        "start_date": "2025-05-01",
        "end_date": "2025-05-10",
        "limit": 10,
        "offset": 0,
        "campaign_status": "active",
        "sort_by": "created_at",
        "sort_order": "desc",
    }
    data = world.ask("getCampaignInfo", sent)
    assert [row["linkedin_campaign_routine"]["id"] for row in data["campaign_info"]] == ["encrypted_id_string_1"]
    assert data["filters_applied"] == {name: value for name, value in sent.items() if name not in ("limit", "offset")}


def test_a_page_of_the_campaign_list_has_fifty_rows() -> None:
    dataset = generate(60, 0, FIRST_DAY)
    data = get_campaign_info(call(dataset, collection=Collection(declared(), dataset)))
    assert (len(data["campaign_info"]), data["pagination"]["limit"]) == (50, 50)


@pytest.mark.parametrize("operation_id, missing", [("getCampaignInfo", "collection"), ("createApiKey", "create_key")])
def test_a_call_without_what_the_operation_needs_is_refused(operation_id: str, missing: str) -> None:
    with pytest.raises(TypeError, match="needs"):
        OPERATIONS[operation_id](call(**{missing: None}))


def test_identifiers_of_no_routines_are_an_empty_list() -> None:
    data = orjson.loads(orjson.dumps(get_user_campaign_filters(call(generate(0, 0, FIRST_DAY)))))
    assert data["campaign_routines"] == []
    assert data["organisation"]["created_at"] == iso_z(datetime(2024, 1, 15, 8, 30, tzinfo=UTC).timestamp())
