"""Forms of one operation, and repeated requests."""

from __future__ import annotations

from typing import Any

from answers import document, judge, page, routine, seen, titles
from contracts.observations.known_values import KnownValues, typical_values
from contracts.relations import same_as

EQUAL, REPEATED = "same_as.equal[postCampaignInfo]", "same_as.repeated[getCampaignInfo]"


def pair(left: dict[str, Any], right: dict[str, Any], **parameters: Any) -> list[Any]:
    first = seen("getCampaignInfo", left, parameters=parameters)
    return [first, seen("postCampaignInfo", right, parameters=parameters, number=2)]


def test_forms_with_the_same_parameters_answer_the_same() -> None:
    assert judge(EQUAL, *pair(page(routine(1)), page(routine(1)), limit=5)).checked == 1
    assert titles(EQUAL, *pair(page(routine(1)), page(routine(1)), limit=5)) == []


def test_a_difference_is_named_by_place_and_both_values() -> None:
    assert titles(EQUAL, *pair(page(routine(1)), page(routine(1, member_count=9)))) == [
        "/data/campaign_info/0/member_count differs: 1 by GET #1, 9 by POST #2"
    ]


def test_identity_moment_and_undocumented_members_of_an_answer_may_differ() -> None:
    left = page(request_id="req_1", timestamp="2025-05-11T14:30:45+05:30", took_ms=1)
    right = page(request_id="req_2", timestamp="2025-05-11T14:30:46+05:30", took_ms=2)
    assert titles(EQUAL, *pair(left, right)) == []


def test_links_are_the_same_whatever_the_order_of_their_parameters() -> None:
    left = page(pagination={"next_page_url": "/campaign-info?limit=1&offset=1"})
    right = page(pagination={"next_page_url": "/campaign-info?offset=1&limit=1"})
    assert titles(EQUAL, *pair(left, right)) == []


def test_forms_with_other_parameters_are_not_compared() -> None:
    first = seen("getCampaignInfo", page(), parameters={"limit": 1})
    assert judge(EQUAL, first, seen("postCampaignInfo", page(), number=2)).checked == 0


def test_an_empty_list_is_no_parameter() -> None:
    first = seen("getCampaignInfo", page())
    second = seen("postCampaignInfo", page(), parameters={"linkedin_user_information_ids": []}, number=2)
    assert judge(EQUAL, first, second).checked == 1


def test_a_repeated_request_is_answered_the_same() -> None:
    again = [seen("getCampaignInfo", page(routine(number)), number=number) for number in (1, 2)]
    assert judge(REPEATED, *again).violations
    assert judge(REPEATED, again[0]).reason == "no request was repeated"


def test_the_opening_needs_nothing_to_be_known() -> None:
    asked = [case for case in same_as.cases(KnownValues.nothing(document())) if case.repetition == 0]
    assert all(not case.request.parameters for case in asked)
    assert "getOptimizedRoutineData" not in {case.request.operation_id for case in asked}


def test_what_must_name_an_entity_is_asked_once_one_is_known() -> None:
    asked = {case.request.operation_id: case.request for case in same_as.cases(typical_values(document()))}
    assert asked["getOptimizedRoutineData"].parameters == {"linkedin_campaign_routine_id": "<routine 1>"}
