"""Pages and the links between them."""

from __future__ import annotations

from typing import Any

import pytest

from answers import document, judge, page, routine, seen, titles
from contracts.relations.collection.links import follow, same_link

LIST, POST = "getCampaignInfo", "postCampaignInfo"
PATH = "/base/campaign-info"


def paged(count: int, total: int, number: int = 1, first: int = 1, **given: Any) -> Any:
    """Make a page of `count` items, the rest of `given` being figures of the page, but for parameters and walk."""
    walk, operation = given.pop("walk", ""), given.pop("operation", LIST)
    asked = {name: given.pop(name) for name in ("limit", "offset", "campaign_status", "term") if name in given}
    body = page(*(routine(first + place) for place in range(count)), total=total, pagination=given)
    return seen(operation, body, parameters=asked, number=number, walk=walk)


@pytest.mark.parametrize(
    "count, total, asked, holds",
    [
        (2, 5, {"limit": 2}, True),
        (1, 5, {"limit": 2, "offset": 4}, True),
        (0, 5, {"limit": 2, "offset": 5}, True),
        (3, 3, {}, True),
        (3, 5, {"limit": 2}, False),
        (1, 5, {"limit": 2}, False),
        (50, 51, {}, True),
        (51, 51, {}, False),
    ],
)
def test_a_page_holds_as_many_items_as_limit_offset_and_total_say(
    count: int, total: int, asked: dict[str, int], holds: bool
) -> None:
    assert (titles(f"collection.size[{LIST}]", paged(count, total, **asked)) == []) is holds


@pytest.mark.parametrize(
    "relation, figures, holds",
    [
        ("pages", {"total_pages": 3}, True),
        ("pages", {"total_pages": 2}, False),
        ("current", {"current_page": 2}, True),
        ("current", {"current_page": 1}, False),
        ("page-echo", {"limit": 2, "offset": 2}, True),
    ],
)
def test_the_figures_of_a_page_follow_from_the_request(relation: str, figures: dict[str, int], holds: bool) -> None:
    body = page(total=5, pagination=figures)
    answer = seen(LIST, body, parameters={"limit": 2, "offset": 2})
    assert (titles(f"collection.{relation}[{LIST}]", answer) == []) is holds


def test_the_default_limit_is_the_documented_one() -> None:
    answer = seen(LIST, page(pagination={"limit": 20, "offset": 0}))
    assert titles(f"collection.default-limit[{LIST}]", answer) == ["/data/pagination/limit is 20"]


def test_nothing_comes_past_the_end() -> None:
    assert titles(f"collection.past-end[{LIST}]", paged(1, 5, offset=5)) == ["1 items came with an offset past the end"]
    assert judge(f"collection.past-end[{LIST}]", paged(0, 5, offset=5)).checked == 1
    assert judge(f"collection.past-end[{LIST}]", paged(0, 0, offset=5)).checked == 0


def test_a_walk_meets_every_item_once() -> None:
    pages = [paged(2, 3, walk="w", limit=2), paged(1, 3, number=2, first=3, walk="w", limit=2, offset=2)]
    assert titles(f"collection.walk[{LIST}]", *pages) == []


@pytest.mark.parametrize(
    "second, title",
    [
        ({"first": 2}, "an item is on page 1 and on page 2"),
        ({"first": 3, "total": 4}, "the total changes from 3 to 4 between pages"),
        ({"first": 3, "count": 0}, "2 pages hold 2 items, the total is 3"),
    ],
)
def test_a_walk_that_goes_wrong_is_named(second: dict[str, int], title: str) -> None:
    given = {"count": 1, "total": 3, **second}
    pages = [paged(2, 3, walk="w", limit=2), paged(number=2, walk="w", limit=2, offset=2, **given)]
    assert titles(f"collection.walk[{LIST}]", *pages) == [title]


def test_a_walk_that_did_not_reach_the_end_need_not_be_complete() -> None:
    pages = [paged(2, 9, walk="w", limit=2), paged(2, 9, number=2, first=3, walk="w", limit=2, offset=2)]
    assert titles(f"collection.walk[{LIST}]", *pages) == []


@pytest.mark.parametrize(
    "link",
    [
        f"{PATH}?offset=2&limit=2&campaign_status=draft",
        f"https://x.example{PATH}?campaign_status=draft&limit=2&offset=2&sort_order=desc&sort_by=created_at",
    ],
)
def test_a_next_link_keeps_filters_in_any_order_with_or_without_defaults(link: str) -> None:
    answer = paged(2, 5, limit=2, campaign_status="draft", next_page_url=link)
    assert titles(f"collection.next[{LIST}]", answer) == []


@pytest.mark.parametrize(
    "link, title",
    [
        (None, "/data/pagination/next_page_url is None"),
        (f"{PATH}?offset=2&limit=2", "/data/pagination/next_page_url has campaign_status None"),
        (f"{PATH}?offset=3&limit=2&campaign_status=draft", "/data/pagination/next_page_url has offset 3"),
        (f"{PATH}?offset=2&campaign_status=draft", "/data/pagination/next_page_url has limit 50"),
        (f"{PATH}?offset=2&limit=2&campaign_status=draft&term=x", "/data/pagination/next_page_url has term 'x'"),
        ("/elsewhere?offset=2", "/data/pagination/next_page_url leads elsewhere"),
    ],
)
def test_a_next_link_that_leads_astray_is_named(link: str | None, title: str) -> None:
    answer = paged(2, 5, limit=2, campaign_status="draft", next_page_url=link)
    assert titles(f"collection.next[{LIST}]", answer) == [title]


@pytest.mark.parametrize("total, offset", [(4, 2), (0, 0), (4, 9)])
def test_there_is_no_next_link_at_the_end(total: int, offset: int) -> None:
    answer = paged(0, total, limit=2, offset=offset, next_page_url=f"{PATH}?offset=4&limit=2")
    assert len(titles(f"collection.next[{LIST}]", answer)) == 1


@pytest.mark.parametrize(
    "offset, link, holds",
    [
        (0, None, True),
        (0, f"{PATH}?offset=0&limit=2", False),
        (2, f"{PATH}?offset=0&limit=2", True),
        (2, f"{PATH}?limit=2", True),
        (2, None, False),
        (4, f"{PATH}?offset=0&limit=2", False),
        (1, f"{PATH}?offset=0&limit=1", True),
        (9, None, True),
    ],
)
def test_a_previous_link_leads_one_page_back(offset: int, link: str | None, holds: bool) -> None:
    answer = paged(0, 5, limit=2, offset=offset, prev_page_url=link)
    assert (titles(f"collection.previous[{LIST}]", answer) == []) is holds


def test_a_followed_link_is_a_request_like_any_other() -> None:
    request = follow(document().by_id[LIST], f"{PATH}?limit=2&linkedin_user_information_ids=a%2Bb")
    assert request is not None
    assert request.query == (("limit", "2"), ("linkedin_user_information_ids", "a+b"))
    assert follow(document().by_id[LIST], "/elsewhere") is None


def test_the_link_of_a_body_form_is_read_in_its_types() -> None:
    request = follow(document().by_id[POST], f"{PATH}?limit=2&linkedin_user_information_ids=a&term=x")
    assert request is not None
    assert request.body == {"limit": 2, "linkedin_user_information_ids": ["a"], "term": "x"}


def test_links_are_compared_by_where_they_lead() -> None:
    assert same_link(f"{PATH}?a=1&b=2", f"{PATH}?b=2&a=1")
    assert not same_link(f"{PATH}?a=1", f"{PATH}?a=2")
    assert same_link(None, None)
    assert not same_link(None, PATH)
