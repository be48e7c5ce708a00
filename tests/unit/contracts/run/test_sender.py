"""Sending what is planned."""

from __future__ import annotations

from dataclasses import replace

from answers import document
from apps.judging import Direct
from apps.right import Right
from contracts.errors import RequestRefused
from contracts.messages import Exchange
from contracts.observations.cases import PlannedRequest, ask
from contracts.plan.ordering import Plan
from contracts.run.sender import CaseSender

LIST = document().by_id["getCampaignInfo"]
NEXT = "/data/pagination/next_page_url"


def case(limit: int, follows: int = 0) -> PlannedRequest:
    request = ask(LIST, {"limit": limit})
    return PlannedRequest(
        request=request, meaning="x", covers=(f"r{limit}",), follows=follows, link=NEXT if follows else ""
    )


def sending(gate: Direct) -> CaseSender:
    return CaseSender(gate, document())


def test_cases_are_sent_once_in_order() -> None:
    sender = sending(Direct(Right()))
    sender.send(Plan(cases=(case(2), case(3), case(2))))
    assert [item.parameters["limit"] for item in sender.seen] == [2, 3]
    assert sender.fresh([case(2), case(4)]) == [case(4)]


def test_links_are_followed_as_far_as_they_go() -> None:
    sender = sending(Direct(Right(count=5)))
    sender.send(Plan(cases=(case(2, follows=9),)))
    assert [item.parameters.get("offset", 0) for item in sender.seen] == [0, 2, 4]
    assert len({item.walk for item in sender.seen}) == 1


def test_nothing_is_sent_after_the_budget() -> None:
    gate = Direct(Right(), budget=1)
    sender = sending(gate)
    sender.send(Plan(cases=(case(2), case(3), case(4))))
    assert (gate.sent, sender.stopped) == (1, "the budget is spent")
    assert sender.skipped == {"r3": "the budget is spent", "r4": "the budget is spent"}


def test_a_refused_request_is_passed_over_with_its_reason() -> None:
    def refuse(number: int) -> None:
        if number == 1:
            raise RequestRefused("may change something")

    sender = sending(Direct(Right(), before=refuse))
    sender.send(Plan(cases=(case(2), case(3))))
    assert sender.skipped == {"r2": "may change something"}
    assert len(sender.seen) == 1


class Silent(Direct):
    """Answers nothing."""

    def send(self, request: object, phase: str, *, expects_429: bool = False, once: bool = False) -> Exchange:
        return Exchange(number=1, phase=phase, request=case(1).request, answer=None, failure="reset")


def test_a_request_without_an_answer_is_no_answer() -> None:
    sender = sending(Silent(Right()))
    sender.send(Plan(cases=(case(2),)))
    assert (sender.seen, sender.skipped) == ([], {"r2": "no answer: reset"})
    note = Exchange(number=1, phase="limits", request=case(3).request, answer=None, failure="reset")
    sender.note(case(3), note)
    assert sender.skipped["r3"] == "no answer: reset"


def test_a_second_look_is_no_part_of_what_was_seen() -> None:
    sender = sending(Direct(Right()))
    sender.send(Plan(cases=(case(2),)))
    again = sender.again(sender.seen[0])
    assert again is not None
    assert (again.number, len(sender.seen)) == (2, 1)


def test_a_mock_tells_its_clock() -> None:
    sender = sending(replace(Direct(Right()), is_mock=True))
    sender.send(Plan(cases=(case(2),)))
    assert sender.seen[0].now is not None
