from __future__ import annotations

from contracts.events import Event, ExchangeFinished, Waiting
from contracts.gate.exchange_log import ExchangeLog
from contracts.messages import Exchange
from unit.contracts.upstream import FILTERS


def exchange(number: int) -> Exchange:
    return Exchange(number=number, phase="fuzz", request=FILTERS, answer=None, failure="cut")


def test_exchanges_come_by_number_whatever_the_order_they_end_in() -> None:
    record = ExchangeLog(None)
    for number in (2, 1, 3):
        record.add(exchange(number), 3, {})
    assert [item.number for item in record.exchanges] == [1, 2, 3]


def test_the_listener_hears_what_is_left() -> None:
    heard: list[Event] = []
    record = ExchangeLog(heard.append)
    record.add(exchange(1), 1, {"minute": 7})
    record.notify(Waiting(seconds=1.0, reason="because"))
    assert heard == [
        ExchangeFinished(exchange=exchange(1), sent=1, remaining_minute=7, remaining_day=None),
        Waiting(seconds=1.0, reason="because"),
    ]


def test_a_listener_may_look_at_what_is_recorded() -> None:
    seen: list[int] = []
    record = ExchangeLog(lambda _event: seen.append(len(record.exchanges)))
    record.add(exchange(1), 1, {})
    assert seen == [1]
