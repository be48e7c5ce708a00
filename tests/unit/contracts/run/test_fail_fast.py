from __future__ import annotations

from typing import Any

from apps.broken import BROKEN
from apps.judging import DOCUMENT, Direct
from apps.right import Right
from contracts import relations
from contracts.observations.cases import PlannedRequest, ask
from contracts.plan.ordering import Plan
from contracts.run.fail_fast import STOPPED, FailFast
from contracts.run.sender import CaseSender

LIST = DOCUMENT.by_id["getCampaignInfo"]
TERM = "collection.subset[getCampaignInfo:term]"
RULES = relations.rules(DOCUMENT)


def case(number: int, *serves: str, **parameters: object) -> PlannedRequest:
    return PlannedRequest(request=ask(LIST, dict(parameters)), meaning=f"{number}", covers=serves, repetition=number)


def watched(server: Right, *cases: PlannedRequest) -> CaseSender:
    sending = CaseSender(Direct(server), DOCUMENT)
    sending.watch = FailFast(DOCUMENT, RULES, sending)
    sending.send(Plan(cases=cases))
    return sending


def test_nothing_stops_on_a_right_server() -> None:
    sending = watched(Right(), case(1, limit=5), case(2, TERM, term="o"))
    assert (sending.stopped, len(sending.seen)) == ("", 2)


def test_what_one_answer_shows_stops_the_rest() -> None:
    server = BROKEN["one page too many"].server()
    sending = watched(server, case(1, limit=5), case(2, TERM, term="o"))
    assert (sending.stopped, len(sending.seen)) == (STOPPED, 1)
    assert sending.skipped == {TERM: STOPPED}


def test_what_compares_answers_waits_for_the_last_of_them() -> None:
    server = BROKEN["another name in detail"].server()
    name, detail = "identity.same[routine:name]", DOCUMENT.by_id["getOptimizedRoutineData"]
    request = ask(detail, {"linkedin_campaign_routine_id": server.rows[0].id})
    opened = PlannedRequest(request=request, meaning="opened", covers=(name,))
    sending = watched(server, opened, case(2, name), case(3, limit=9))
    assert (sending.stopped, len(sending.seen)) == (STOPPED, 2)


def test_what_is_gone_at_the_second_look_stops_nothing() -> None:
    class Renamed(Right):
        """Changes a name between the two first answers, and never again."""

        def detail(self, given: dict[str, Any]) -> dict[str, Any]:
            data = super().detail(given)
            data["campaign_details"]["name"] += "" if self.answered > 1 else "!"
            return data

    server, name = Renamed(), "identity.same[routine:name]"
    request = ask(DOCUMENT.by_id["getOptimizedRoutineData"], {"linkedin_campaign_routine_id": server.rows[0].id})
    sending = watched(
        server, PlannedRequest(request=request, meaning="opened", covers=(name,)), case(2, name), case(3, limit=9)
    )
    assert (sending.stopped, len(sending.seen)) == ("", 3)
