"""Links from page to page: where they lead, what they keep, and where they end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import document, judge, page, routine, seen, titles
from contracts.relations.collection.links import follow, same_link

LIST, POST = "getCampaignInfo", "postCampaignInfo"
NEXT, PREVIOUS = f"collection.next[{LIST}]", f"collection.previous[{LIST}]"
HOME = "http://host/base/campaign-info"


def answer(*, total: int = 10, operation: str = LIST, asked: dict[str, Any] | None = None, **links: Any) -> Any:
    """Make the answer to a page of 3 from the third item on; `next` and `prev` are its links."""
    given = {"limit": 3, "offset": 3} if asked is None else asked
    body = page(*(routine(number) for number in range(1, 4)), total=total)
    body["data"]["pagination"] = {"next_page_url": links.get("next"), "prev_page_url": links.get("prev")}
    return seen(operation, body, parameters=given)


def link(**parameters: Any) -> str:
    """Write a link as a right server does."""
    return HOME + "?" + "&".join(f"{name}={value}" for name, value in parameters.items())


def test_the_relations_stand_on_both_forms() -> None:
    for operation in (LIST, POST):
        assert judge(f"collection.next[{operation}]", answer(operation=operation)).checked == 1


@pytest.mark.parametrize(
    "asked, links",
    [
        ({"limit": 3, "offset": 3}, {"next": link(limit=3, offset=6), "prev": link(limit=3, offset=0)}),
        ({"limit": 3, "offset": 3}, {"next": link(offset=6, limit=3), "prev": link(offset=0, limit=3)}),
        ({"limit": 3, "offset": 3}, {"next": link(limit=3, offset=6), "prev": link(limit=3)}),  # 0 is the default
        ({"limit": 3}, {"next": link(limit=3, offset=3), "prev": None}),
        ({"limit": 3, "offset": 7}, {"next": None, "prev": link(limit=3, offset=4)}),
        ({"limit": 10}, {"next": None, "prev": None}),
        ({"offset": 0}, {"next": None, "prev": None}),
        # Neither the page before one that begins in the first, nor that of one past the end is told.
        ({"limit": 3, "offset": 2}, {"next": link(limit=3, offset=5), "prev": "anything"}),
        ({"limit": 3, "offset": 99}, {"next": None, "prev": 42}),
        (
            {"limit": 3, "campaign_status": "active"},
            {"next": link(limit=3, offset=3, campaign_status="active"), "prev": None},
        ),
        (
            {"limit": 3, "sort_by": "member_count"},
            {"next": link(limit=3, offset=3, sort_by="member_count", sort_order="desc"), "prev": None},
        ),
        ({"limit": 3, "sort_by": "created_at"}, {"next": link(limit=3, offset=3), "prev": None}),  # the default order
    ],
    ids=range(12),
)
def test_links_that_lead_to_the_neighbours_are_kept(asked: dict[str, Any], links: dict[str, Any]) -> None:
    made = answer(asked=asked, **links)
    assert (titles(NEXT, made), titles(PREVIOUS, made)) == ([], [])


@pytest.mark.parametrize(
    "asked, wrong, words",
    [
        ({"limit": 3}, None, "is None"),
        ({"limit": 3}, 5, "is 5"),
        ({"limit": 3}, "http://host/base/other?limit=3&offset=3", "leads elsewhere"),
        ({"limit": 3}, "", "leads elsewhere"),
        ({"limit": 3}, link(limit=3, offset=4), "has offset 4"),
        ({"limit": 3}, link(limit=3), "has offset 0"),
        ({"limit": 3}, link(limit=4, offset=3), "has limit 4"),
        ({"limit": 3}, link(offset=3), "has limit 50"),
        ({"limit": 3}, link(limit="x", offset=3), "has limit 'x'"),
        ({"limit": 3, "campaign_status": "active"}, link(limit=3, offset=3), "has campaign_status None"),
        (
            {"limit": 3, "campaign_status": "active"},
            link(limit=3, offset=3, campaign_status="draft"),
            "has campaign_status 'draft'",
        ),
        ({"limit": 3}, link(limit=3, offset=3, term="a"), "has term 'a'"),
        ({"limit": 3, "sort_order": "asc"}, link(limit=3, offset=3), "has sort_order 'desc'"),
        ({"limit": 3, "offset": 7}, link(limit=3, offset=10), "is 'http"),
        ({"limit": 10}, link(limit=10, offset=10), "is 'http"),
    ],
    ids=range(15),
)
def test_a_next_link_that_leads_elsewhere_is_named(asked: dict[str, Any], wrong: Any, words: str) -> None:
    (title,) = titles(NEXT, answer(asked=asked, next=wrong))
    assert words in title


@pytest.mark.parametrize(
    "asked, wrong, words",
    [
        ({"limit": 3}, link(limit=3), "is 'http"),
        ({"limit": 3, "offset": 3}, None, "is None"),
        ({"limit": 3, "offset": 3}, link(limit=3, offset=3), "has offset 3"),
        ({"limit": 3, "offset": 6}, link(limit=3, offset=0), "has offset 0"),
    ],
    ids=range(4),
)
def test_a_previous_link_that_leads_elsewhere_is_named(asked: dict[str, Any], wrong: Any, words: str) -> None:
    (title,) = titles(PREVIOUS, answer(asked=asked, prev=wrong))
    assert words in title


@pytest.mark.parametrize(
    "asked", [{"limit": "x"}, {"limit": ["1", "2"]}, {"offset": "x"}, {"limit": 3, "offset": "1.5"}], ids=str
)
def test_where_nobody_knows_which_page_was_meant_nothing_is_blamed(asked: dict[str, Any]) -> None:
    # A lax server answers it all the same.
    made = answer(asked=asked)
    every = ("next", "previous", "size", "pages", "current", "page-echo", "default-limit", "past-end")
    found = {name: judge(f"collection.{name}[{LIST}]", made).violations for name in every}
    assert [name for name, violations in found.items() if violations] == ([] if "offset" in asked else ["page-echo"])


def test_a_page_of_nothing_has_no_neighbour_that_is_told() -> None:
    assert judge(NEXT, answer(asked={"limit": 0})).violations == ()


def test_an_answer_without_a_total_proves_nothing() -> None:
    assert judge(NEXT, seen(LIST, {"data": {"campaign_info": []}}, parameters={"limit": 3})).violations == ()


def test_without_an_answer_nothing_is_judged() -> None:
    assert judge(NEXT).reason == "no page was asked for"


@pytest.mark.parametrize(
    "url, query",
    [
        (link(limit=3, offset=6), (("limit", "3"), ("offset", "6"))),
        ("/campaign-info?limit=3", (("limit", "3"),)),
        ("/campaign-info", ()),
        ("https://elsewhere.example/v9/campaign-info?term=a%20b%26c&term=", (("term", ["a b&c", ""]),)),
    ],
)
def test_a_link_is_followed_as_the_request_that_it_stands_for(url: str, query: tuple[tuple[str, Any], ...]) -> None:
    request = follow(document().by_id[LIST], url)
    assert request is not None
    assert (request.method, request.path, request.parameters) == ("GET", "/campaign-info", dict(query))


@pytest.mark.parametrize("url", ["", "/", "?limit=3", "/campaign-infos", HOME + "/", "/dashboard-info?limit=1"])
def test_a_link_to_another_place_is_not_followed(url: str) -> None:
    assert follow(document().by_id[LIST], url) is None


def test_a_link_of_the_form_with_a_body_is_followed_with_a_body() -> None:
    request = follow(document().by_id[POST], "/campaign-info?limit=3&offset=6&linkedin_user_information_ids=u1&term=7")
    assert request is not None
    assert (request.method, request.query) == ("POST", ())
    assert request.body == {"limit": 3, "offset": 6, "linkedin_user_information_ids": ["u1"], "term": "7"}


@pytest.mark.parametrize(
    "first, second, is_same",
    [
        ("/a?x=1&y=2", "/a?y=2&x=1", True),
        ("http://one/a?x=1", "https://two/a?x=1", True),
        ("/a?x=%61", "/a?x=a", True),
        ("/a?x=1#top", "/a?x=1", True),
        ("/a?x=1", "/b?x=1", False),
        ("/a?x=1", "/a?x=2", False),
        ("/a?x=1", "/a?x=1&x=1", False),
        ("/a", None, False),
        (None, None, True),
        (1, 1, True),
        (1, "1", False),
    ],
    ids=range(11),
)
def test_links_are_the_same_where_they_lead_to_the_same(first: Any, second: Any, is_same: bool) -> None:
    assert (same_link(first, second), same_link(second, first)) == (is_same, is_same)


@given(total=st.integers(1, 40), limit=st.integers(1, 15), start=st.integers(0, 45))
def test_a_right_server_is_kept_on_every_page(total: int, limit: int, start: int) -> None:
    after = link(limit=limit, offset=start + limit) if start + limit < total else None
    before = link(limit=limit, offset=start - limit) if 0 < limit <= start < total else None
    made = answer(total=total, asked={"limit": limit, "offset": start}, next=after, prev=before)
    assert titles(NEXT, made) == []
    assert (start == 0 or limit <= start < total) is (judge(PREVIOUS, made).checked == 1)
    assert titles(PREVIOUS, made) == []
