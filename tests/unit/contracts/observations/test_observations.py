"""What a run has seen."""

from __future__ import annotations

import pytest

from answers import observed, page, routine, seen

LIST, POST = "getCampaignInfo", "postCampaignInfo"


def test_only_successes_with_an_object_are_successes() -> None:
    made = observed(
        seen(LIST, page(), number=1),
        seen(LIST, b"[]", number=2),
        seen(LIST, b"<html>", number=3),
        seen(LIST, {}, status=400, number=4),
    )
    assert [item.number for found in made.successes.values() for item in found] == [1]


def test_forms_are_one_family_in_the_order_of_sending() -> None:
    made = observed(seen(POST, page(), number=1), seen(LIST, page(), number=2))
    assert [item.number for item in made.of_operation(LIST)] == [1, 2]


def test_refusals_for_the_rate_are_not_judged_but_counted() -> None:
    made = observed(seen(LIST, page()), seen(LIST, {}, status=429, number=2))
    assert (len(made.judged), made.refused_share) == (1, 0.5)
    assert observed().refused_share == 0.0


def test_an_entity_is_learnt_wherever_its_scope_has_an_id() -> None:
    made = observed(seen(LIST, page(routine(1), routine(2))))
    assert made.entities("routine") == ("r1", "r2")
    assert made.entities("user") == ("u1", "u0")
    (told,) = made.entity_values["routine", "r1"]["name"]
    assert (told.value, told.pointer) == ("Name 1", "/data/campaign_info/0/linkedin_campaign_routine/campaign_name")


def test_a_collection_is_whole_once_every_item_was_seen() -> None:
    first = seen(LIST, page(routine(1), total=2), parameters={"limit": 1})
    second = seen(POST, page(routine(2), total=2), parameters={"limit": 1, "offset": 1}, number=2)
    assert observed(first).complete_listings == {}
    assert list(observed(first, second).complete_listings[LIST]) == ["r1", "r2"]


def test_what_passes_is_known_only_of_a_whole_collection() -> None:
    part = seen(LIST, page(routine(1), total=2))
    whole = seen(LIST, page(routine(1), routine(2, campaign_status="draft")))
    assert observed(part).passing(part) is None
    assert [row["member_count"] for row in observed(whole).passing(whole, {"campaign_status": "draft"}) or ()] == [2]


def test_a_filtered_answer_tells_no_total_of_all() -> None:
    assert observed(seen(LIST, page(total=1), parameters={"term": "x"})).total(LIST) is None


@pytest.mark.parametrize("total", ["1", True, None, 1.5])
def test_a_total_that_is_no_number_is_unknown(total: object) -> None:
    body = {"data": {"campaign_info": [], "total_campaign_routines_count": total}}
    assert seen(LIST, body).total is None


def test_items_that_are_no_list_are_none() -> None:
    assert seen(LIST, {"data": {"campaign_info": {}}}).items == []


def test_an_empty_list_of_values_filters_nothing() -> None:
    assert seen(LIST, page(), parameters={"linkedin_user_information_ids": [], "limit": 1}).filters == {}


def test_a_path_outside_the_document_has_no_rule() -> None:
    made = seen("", {}, status=404)
    assert (made.rule, made.parameters, made.annotations.fields) == (None, {}, set())
