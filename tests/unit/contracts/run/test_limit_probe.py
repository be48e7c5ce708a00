"""The burst that meets the limit."""

from __future__ import annotations

from answers import document
from apps.judging import Direct
from apps.right import Right
from contracts.errors import RequestRefused
from contracts.run.engine import burst
from contracts.run.sender import CaseSender
from documents import altered


def test_a_burst_ends_one_request_after_the_first_refusal() -> None:
    gate = Direct(Right())
    sending = CaseSender(gate, document())
    assert burst(sending) == ""
    statuses = [item.status for item in sending.seen]
    assert statuses[-3:] == [200, 429, 429]
    assert {item.exchange.phase for item in sending.seen} == {"limits"}


def test_a_burst_does_not_begin_without_room_for_its_end() -> None:
    gate = Direct(Right(), budget=101)
    assert burst(CaseSender(gate, document())) == "the budget has room for 101 requests, the burst needs 102"
    assert gate.sent == 0


def test_a_server_without_a_limit_ends_the_burst_in_the_end() -> None:
    class Endless(Right):
        def admit(self, left: tuple[int, int]) -> None:
            pass

    gate = Direct(Endless())
    assert burst(CaseSender(gate, document())) == ""
    assert gate.sent == 203


def test_what_the_gate_refuses_is_the_reason() -> None:
    def refuse(number: int) -> None:
        raise RequestRefused("not today")

    assert burst(CaseSender(Direct(Right(), before=refuse), document())) == "not today"


def test_without_limits_there_is_nothing_to_meet() -> None:
    free = altered(document(), limits=None)
    assert burst(CaseSender(Direct(Right()), free)) == "there is no operation to repeat"
