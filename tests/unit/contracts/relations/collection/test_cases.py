"""What a collection is asked, by the rows it showed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answers import document, routine
from contracts.observations.cases import EXTRA_RANK, PlannedRequest
from contracts.observations.known_values import KnownValues, typical_values
from contracts.relations.collection import cases

LIST = "getCampaignInfo"
STATUSES = ("active", "inactive", "completed", "draft")


def known(*rows: dict[str, Any], total: int | None = None) -> KnownValues:
    users = tuple(dict.fromkeys(row["linkedin_user"]["linkedin_user_information_id"] for row in rows))
    return replace(
        typical_values(document()),
        rows={LIST: rows},
        totals={LIST: len(rows) if total is None else total},
        entities={"user": users},
    )


MANY = known(*(routine(number, campaign_status=STATUSES[number % 4]) for number in range(1, 25)))


def asked(made: KnownValues, *names: str) -> list[PlannedRequest]:
    """Return the core cases that give exactly these parameters."""
    return [case for case in cases(made) if set(case.request.parameters) == set(names) and case.priority < EXTRA_RANK]


def test_every_value_is_asked_for_and_one_in_both_forms() -> None:
    values = [case for case in cases(MANY) if "campaign_status" in case.request.parameters]
    assert {case.request.parameters["campaign_status"] for case in values} == set(STATUSES)
    alone = asked(MANY, "campaign_status")
    pairs = [(case.request.method, case.request.parameters["campaign_status"]) for case in alone]
    assert len({method for method, value in pairs if value == pairs[0][1]}) == 2


def test_single_entities_and_the_rest_of_them_make_all() -> None:
    lists = [
        case.request.parameters["linkedin_user_information_ids"]
        for case in asked(MANY, "linkedin_user_information_ids")
    ]
    flat = [value if isinstance(value, list) else [value] for value in lists]
    assert sorted(flat) == [["u0"], ["u1"], ["u1"]]


def test_the_term_has_its_case_changed() -> None:
    terms = {case.request.parameters["term"] for case in asked(MANY, "term")}
    assert terms == {"nAME", "name"}


def test_days_are_those_of_neighbouring_rows() -> None:
    (start,), (end,) = asked(MANY, "start_date"), asked(MANY, "end_date")
    assert start.request.parameters == {"start_date": "2025-05-13"}
    assert end.request.parameters == {"end_date": "2025-05-12"}
    assert len(asked(MANY, "start_date", "end_date")) == 2


def test_every_field_is_sorted_both_ways() -> None:
    served = {name for case in cases(MANY) for name in case.covers if name.startswith("collection.sorted")}
    assert len(served) == 14


def test_pages_are_walked_in_three_steps() -> None:
    walk = next(case for case in cases(MANY) if case.link and set(case.request.parameters) == {"limit"})
    assert (walk.request.parameters["limit"], walk.follows) == ("8", 2)


def test_a_collection_that_one_answer_cannot_hold_is_fetched_whole_if_it_is_not_too_large() -> None:
    large = replace(MANY, totals={LIST: 300})
    huge = replace(MANY, totals={LIST: 30_000})
    assert any(case.request.parameters.get("limit") == 300 for case in cases(large))
    assert max(int(case.request.parameters.get("limit", 0)) for case in cases(huge)) == 50


def test_an_empty_collection_is_asked_what_needs_no_rows() -> None:
    made = cases(known(total=0))
    assert {case.request.parameters.get("campaign_status") for case in made} >= set(STATUSES)
    assert not any(case.link for case in made)


def test_one_row_is_enough_to_ask() -> None:
    made = cases(known(routine(1)))
    assert any("combined" in name for case in made for name in case.covers)
    assert all(case.follows == 0 for case in made)


def limits(made: KnownValues) -> list[int]:
    return [int(case.request.parameters["limit"]) for case in cases(made) if "limit" in case.request.parameters]


def test_a_large_collection_is_walked_and_asked_for_whole_where_it_fits() -> None:
    assert {667, 2000} < set(limits(replace(MANY, totals={LIST: 2000})))


@pytest.mark.parametrize("fits", [1, 5, 30, 700, 1999])
def test_no_page_is_asked_for_that_would_be_cut(fits: int) -> None:
    assert max(limits(replace(MANY, totals={LIST: 2000}, fits={LIST: fits}))) <= fits
