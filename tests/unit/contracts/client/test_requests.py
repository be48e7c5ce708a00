"""C1xx: each by a client that breaks exactly it and one that keeps it, on real answers, and its sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import MakeClient
from judged import JudgedClient
from unit.contracts.client.sending import Habit, breach, case, ids, judged, sent, sentence, verdict

FILTERS = "linkedin_user_information_ids"
DEEP = json.loads("[" * 80 + "]" * 80)


def get(path: str, query: Any = None, **more: Any) -> Habit:
    return lambda client: client.get(path, query, **more)


def post(path: str, json: Any = None, **more: Any) -> Habit:
    return lambda client: client.post(path, json, **more)


PAIRS = [
    case("unknown path", "C101", get("/campaign-infos"), get("/campaign-info")),
    case("unknown method", "C102", get("/create-api-key"), post("/create-api-key", {})),
    case(
        "unknown parameter", "C103", get("/campaign-info", {"start-date": "2025-05-01"}),
        get("/campaign-info", {"start_date": "2025-05-01"}),
    ),
    case("unknown member", "C103", post("/campaign-info", {"sortBy": "created_at"}), post("/campaign-info", {})),
    case("wrong type", "C104", get("/campaign-info", {"limit": "ten"}), get("/campaign-info", {"limit": 10})),
    case(
        "wrong choice", "C104", post("/campaign-info", {"sort_order": "up"}),
        post("/campaign-info", {"sort_order": "asc"}),
    ),
    case("twice", "C104", get("/campaign-info", "limit=1&limit=2"), get("/campaign-info", "limit=1&offset=2")),
    case(
        "bad escape", "C104", get("/campaign-info", "term=%zz"), get("/campaign-info", "term=%20")),
    case(
        "required", "C105", get("/optimized_routine_data"),
        get("/optimized_routine_data", {"linkedin_campaign_routine_id": "encrypted_id_string"}),
    ),
    case("needless body", "C106", get("/campaign-info", body=b"{}"), get("/campaign-info")),
    case(
        "content type", "C107", post("/dashboard-info", body=b"{}", headers={"Content-Type": "text/plain"}),
        post("/dashboard-info", body=b"{}", headers={"Content-Type": "application/json"}),
    ),
    case(
        "no JSON", "C107", post("/dashboard-info", body=b"{", headers={"Content-Type": "application/json"}),
        post("/dashboard-info", {}),
    ),
    case("too deep", "C107", post("/dashboard-info", {FILTERS: DEEP}),
         post("/dashboard-info", {FILTERS: []})),
    case("too large", "C107", post("/dashboard-info", {FILTERS: ["x" * (1 << 20)]}), post("/dashboard-info", {})),
    case(
        "reversed", "C108", get("/dashboard-info", {"start_date": "2025-05-10", "end_date": "2025-05-01"}),
        get("/dashboard-info", {"start_date": "2025-05-01", "end_date": "2025-05-01"}),
    ),
]  # fmt: skip


@pytest.mark.parametrize("rule, breaks, keeps", PAIRS)
def test_a_client_is_blamed_for_what_it_breaks_and_for_nothing_else(
    make_client: MakeClient, rule: str, breaks: Habit, keeps: Habit
) -> None:
    assert ids(judged(make_client(), breaks)) == [rule]
    assert judged(make_client(), keeps).is_kept


def test_a_thing_that_does_not_exist_is_blamed_on_demand_only(make_client: MakeClient) -> None:
    client = make_client()
    assert judged(client, get("/dashboard-info", {FILTERS: "nobody"})).is_kept
    assert ids(judged(client, get("/dashboard-info", {FILTERS: "encrypted_id_string"}), also=["C109"])) == ["C109"]


def test_every_wrong_value_of_a_request_is_told(make_client: MakeClient) -> None:
    def habit(client: JudgedClient) -> None:
        client.get("/campaign-info", {"limit": 0, "sort_order": "up"})

    found = judged(make_client(), habit)
    assert [finding.rule.id for finding in found.findings] == ["C104", "C104"]
    assert {"`limit`" in item.sentence or "`sort_order`" in item.sentence for item in found.findings} == {True}


def test_the_answers_of_rules_blame_nobody(make_client: MakeClient) -> None:
    habit = get("/campaign-info", headers={"Prefer": "code=500"})
    assert judged(make_client(), habit).is_kept


@pytest.mark.parametrize(
    "name, meant",
    [
        ("start-date", "start_date"),
        ("startDate", "start_date"),
        ("START_DATE", "start_date"),
        ("strat_date", "start_date"),
        ("offest", "offset"),
        ("campaignStatus", "campaign_status"),
        ("linkedin_user_information_ids[]", FILTERS),
        ("linkedin_user_information_id", FILTERS),
    ],
)
def test_a_near_miss_names_what_was_meant_and_what_there_is(make_client: MakeClient, name: str, meant: str) -> None:
    told = sentence(judged(make_client(), get("/campaign-info", {name: "1"})))
    assert told.startswith(f"`{name}` is not a parameter of getCampaignInfo; did you mean `{meant}`? It has `")
    assert "`sort_order`" in told


@pytest.mark.parametrize("name", ["page", "q", "x" * 3000])
def test_what_is_near_nothing_is_not_guessed(make_client: MakeClient, name: str) -> None:
    told = sentence(judged(make_client(), get("/campaign-info", {name: "1"})))
    assert "did you mean" not in told
    assert "; it has `" in told


def test_a_parameter_of_the_body_in_the_query_is_sent_to_the_body(make_client: MakeClient) -> None:
    told = sentence(judged(make_client(), lambda client: client.request("POST", "/campaign-info", {"limit": 1})))
    assert "`limit` is not a parameter of postCampaignInfo; did you mean `limit` in the body?" in told


def test_an_operation_without_parameters_says_so(make_client: MakeClient) -> None:
    told = sentence(judged(make_client(), get("/user-campaign-filters", {"limit": "1"})))
    assert told == "`limit` is not a parameter of getUserCampaignFilters; it has none"


def test_a_missing_parameter_that_was_sent_misspelt_is_recognised(make_client: MakeClient) -> None:
    told = sentence(judged(make_client(), get("/optimized_routine_data", {"linkedin-campaign-routine-id": "x"})))
    assert told.endswith("; `linkedin-campaign-routine-id` was sent: did you mean `linkedin_campaign_routine_id`?")


@pytest.mark.parametrize(
    "path, end",
    [
        ("/campaign_info", "; did you mean `/campaign-info`?"),
        ("/social_app/api/v2/third_party/campaign-info", "; `/campaign-info` is one, below the base path and without"),
        ("/campaign-info/", "; `/campaign-info` is one, below the base path and without"),
        ("/favicon.ico", "; it has `/user-campaign-filters`, `/create-api-key`,"),
    ],
)
def test_an_unknown_path_is_led_to_a_known_one(path: str, end: str) -> None:
    lost = sent(path=path, operation_id="", breaches=breach("path", "", "unknown-path"))
    assert sentence(verdict(lost)).startswith(f"GET {path} is not an operation of the API{end}")


def test_a_method_is_led_to_those_that_are_served() -> None:
    wrong = sent(
        method="PUT", operation_id="", breaches=breach("path", "", "unknown-method", "GET, HEAD, POST can be sent here")
    )
    assert sentence(verdict(wrong)) == (
        "PUT /campaign-info is not an operation of the API: GET, HEAD, POST can be sent here"
    )


def test_an_operation_of_another_document_is_judged_by_the_mocks_words_alone() -> None:
    foreign = sent(operation_id="listPets", breaches=breach("query", "/x", "undocumented", "x is not documented."))
    assert sentence(verdict(foreign)) == "listPets `x`: x is not documented"


def test_what_went_elsewhere_is_no_request_of_the_api() -> None:
    lost = sent(origin="http://127.0.0.1:9", key_hash="", breaches=breach("path", "", "unknown-path"))
    assert verdict(lost).is_kept
