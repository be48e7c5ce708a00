"""Journeys over the packaged document, answered by the mock's own application."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from answers import document
from contracts.load.journeys import MOST_OPENED, MOST_PAGES, MOST_REMEMBERED, Journeys, SeenValues, Step
from contracts.messages import Request
from judged import JudgedClient

Ask = Callable[[Request], Any]


@pytest.fixture
def ask(client: JudgedClient) -> Ask:
    """Send a request of a journey; None for anything but a success."""

    def send(request: Request) -> Any:
        answer = client.request(request.method, request.path, urlencode(request.query), json=request.body)
        assert answer.status == 200, (request, answer.body)
        return answer.json

    return send


def walked(ask: Ask, count: int, seed: int = 0, memory: SeenValues | None = None) -> list[list[Step]]:
    """Walk journeys, one after the other."""
    journeys = Journeys(document(), memory or SeenValues(), random.Random(seed))
    found = []
    for _ in range(count):
        steps, journey, body = [], journeys.steps(), None
        try:
            step = next(journey)
            while True:
                steps.append(step)
                body = ask(step.request)
                step = journey.send(body)
        except StopIteration:
            found.append(steps)
    return found


@pytest.mark.slow
def test_every_request_of_many_journeys_is_right(ask: Ask) -> None:
    kinds = Counter(step.kind for steps in walked(ask, 30) for step in steps)
    assert set(kinds) == {"list", "page", "open", "figures"}


def test_a_journey_lists_pages_opens_and_looks_at_figures_in_this_order(ask: Ask) -> None:
    for steps in walked(ask, 20):
        kinds = "".join(step.kind[0] for step in steps)
        assert kinds == "".join(sorted(kinds, key="lpof".index))
        assert kinds.count("l") == kinds.count("f") == 1
        assert kinds.count("p") <= MOST_PAGES
        assert kinds.count("o") <= MOST_OPENED


@pytest.mark.slow
def test_nothing_that_writes_is_asked(ask: Ask) -> None:
    writes = {operation.id for operation in document().operations if operation.is_write}
    asked = {step.request.operation_id for steps in walked(ask, 20) for step in steps}
    assert asked == {operation.id for operation in document().operations} - writes


@pytest.mark.slow
def test_filters_and_figures_ask_for_what_was_seen(ask: Ask) -> None:
    requests = [step.request for steps in walked(ask, 60) for step in steps if step.kind in ("list", "figures")]
    names = Counter(name for request in requests for name in request.parameters)
    assert {"campaign_status", "campaign_type", "term", "linkedin_user_information_ids", "start_date"} <= set(names)


def test_nothing_is_opened_before_something_was_listed() -> None:
    journey = Journeys(document(), SeenValues(), random.Random(1)).steps()
    first = next(journey)
    assert first.kind == "list"
    assert first.request.parameters.keys() == {"limit"}
    kinds = [first.kind, *(step.kind for step in journey)]  # none of which succeeds
    assert kinds == ["list", "figures"]


def test_the_same_seed_walks_the_same_way(ask: Ask) -> None:
    assert walked(ask, 5, seed=3) == walked(ask, 5, seed=3) != walked(ask, 5, seed=4)


def test_what_is_remembered_is_bounded() -> None:
    memory, operation = SeenValues(), document().by_id["getCampaignInfo"]
    for number in range(40):
        rows = [{"linkedin_campaign_routine": {"id": f"r{number} {row}"}} for row in range(100)]
        memory.note(operation, {"data": {"campaign_info": rows}})
    assert MOST_REMEMBERED <= len(memory.rows[operation.canonical_id]) < MOST_REMEMBERED + 100
    assert all(len(ids) < MOST_REMEMBERED + 100 for ids in memory.ids.values())


@pytest.mark.parametrize("body", [{}, [], "text", {"data": None}, {"data": {"campaign_info": [None, {}, 3]}}])
def test_a_body_without_rows_is_no_matter(body: Any) -> None:
    memory = SeenValues()
    for operation in document().operations:
        memory.note(operation, body)
    assert all(not ids for ids in memory.ids.values())
