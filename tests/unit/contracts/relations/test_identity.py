"""Entities wherever they appear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from answers import document, judge, page, routine, seen, titles
from contracts.observations.known_values import KnownValues, typical_values
from contracts.relations import identity

LIST, DETAIL, DIRECTORY = "getCampaignInfo", "getOptimizedRoutineData", "getUserCampaignFilters"
OPENS = f"identity.opens[{DETAIL}:linkedin_campaign_routine_id]"


def detail(number: int, **metrics: Any) -> dict[str, Any]:
    details = {"id": f"r{number}", "name": f"Name {number}"}
    return {"data": {"campaign_details": details, "performance_metrics": {"member_count": number, **metrics}}}


def opened(number: int, body: dict[str, Any], **parameters: Any) -> Any:
    given = {"linkedin_campaign_routine_id": f"r{number}", **parameters}
    return seen(DETAIL, body, parameters=given, number=2)


def test_an_attribute_is_the_same_in_list_and_detail() -> None:
    listed = seen(LIST, page(routine(3)))
    assert titles("identity.same[routine:name]", listed, opened(3, detail(3))) == []
    assert titles("identity.same[routine:name]", listed, opened(3, detail(4) | detail(3))) == []


def test_another_value_is_named_with_both_places() -> None:
    listed = seen(LIST, page(routine(3)))
    (violation,) = judge("identity.same[routine:member_count]", listed, opened(3, detail(3, member_count=9))).violations
    assert violation.detail == f"{DETAIL} /data/performance_metrics/member_count"
    assert violation.exchanges == (1, 2)


def test_a_figure_that_the_range_cuts_is_not_compared() -> None:
    cut = opened(3, detail(3, member_count=1), start_date="2025-05-01")
    assert judge("identity.same[routine:member_count]", seen(LIST, page(routine(3))), cut).checked == 0


def test_a_whole_item_is_the_same_under_every_filter() -> None:
    first = seen(LIST, page(routine(3, campaign_duration_days=1)))
    other = seen("postCampaignInfo", page(routine(3, campaign_duration_days=2)), parameters={"limit": 1}, number=2)
    assert titles(f"identity.item[{LIST}]", first, other) == [
        "/campaign_duration_days of the item r3 is 1 in one answer and 2 in another"
    ]


def test_undocumented_members_of_an_item_may_change() -> None:
    first, other = (seen(LIST, page(routine(3, age_s=age)), number=age) for age in (1, 2))
    assert judge(f"identity.item[{LIST}]", first, other).checked == 1
    assert titles(f"identity.item[{LIST}]", first, other) == []


def test_a_listed_id_opens_as_itself() -> None:
    listed = seen(LIST, page(routine(3)))
    assert titles(OPENS, listed, opened(3, detail(3))) == []
    assert titles(OPENS, listed, opened(3, detail(4))) == ["/data/campaign_details/id is 'r4', asked for was 'r3'"]


def test_a_listed_id_that_is_refused_is_named() -> None:
    refused = seen(DETAIL, {}, status=404, parameters={"linkedin_campaign_routine_id": "r3"}, number=2)
    assert titles(OPENS, seen(LIST, page(routine(3))), refused) == ["the listed routine 'r3' was answered 404"]


def test_an_id_that_nobody_listed_need_not_open() -> None:
    assert judge(OPENS, opened(3, {}), seen(LIST, page(routine(4)))).checked == 0


def test_a_directory_lists_everyone_seen_elsewhere() -> None:
    name = f"identity.directory[{DIRECTORY}:user]"
    users = [{"linkedin_user_information_id": "u0", "name": "User 0"}]
    directory = seen(DIRECTORY, {"data": {"linkedin_users": users}}, number=2)
    assert titles(name, seen(LIST, page(routine(2))), directory) == []
    assert titles(name, seen(LIST, page(routine(1))), directory) == [
        "the user 'u1' of /data/campaign_info/0/linkedin_user/linkedin_user_information_id is not listed"
    ]


def known(*kinds: tuple[str, str]) -> KnownValues:
    ids = tuple(f"r{place}" for place in range(len(kinds)))
    attributes = {
        ("routine", identity): {"campaign_type": kind, "campaign_status": status, "name": identity}
        for identity, (kind, status) in zip(ids, kinds, strict=True)
    }
    return replace(typical_values(document()), entities={"routine": ids}, attributes=attributes)


def opened_by(made: KnownValues) -> list[str]:
    cases = identity.cases(made)
    return [case.request.parameters["linkedin_campaign_routine_id"] for case in cases]


def test_the_sample_covers_every_type_and_status_and_no_more() -> None:
    types = [(kind, status) for kind in "abc" for status in ("x", "y", "z")]
    sample = opened_by(known(*types))
    assert len(sample) == 3
    assert {types[int(name[1:])][0] for name in sample} == set("abc")
    assert {types[int(name[1:])][1] for name in sample} == set("xyz")


def test_of_equal_entities_three_are_opened() -> None:
    assert len(opened_by(known(*[("a", "x")] * 9))) == 3
    assert opened_by(known(("a", "x"))) == ["r0"]
    assert opened_by(known()) == []
