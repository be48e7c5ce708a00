from __future__ import annotations

import random

import pytest

from contracts.allowance.ledger import Ledger, Wait
from contracts.allowance.rate_limiter import RateLimiter, Timing, WaitBudget
from contracts.allowance.storage import MemoryStorage
from contracts.errors import BudgetExhausted
from contracts.events import Waiting
from contracts.messages import Answer
from unit.contracts.upstream import NOON, Clock, Limited, Seen, surface


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Answer:
    named = {name.replace("_", "-").lower(): (value,) for name, value in headers.items()}
    return Answer(status=status, headers=named, body=body, received_at=NOON)


def lane(clock: Clock) -> RateLimiter:
    return RateLimiter(surface(), Ledger(surface().windows, MemoryStorage()), clock.timing)


def patience(clock: Clock, max_wait_s: float = 1000.0, heard: list[Waiting] | None = None) -> WaitBudget:
    return WaitBudget(max_wait_s, clock.timing, (heard if heard is not None else []).append)


def test_a_wait_is_told_every_second_and_at_its_end() -> None:
    clock, heard = Clock(), list[Waiting]()
    patience(clock, heard=heard).wait(2.5, "because")
    assert [event.seconds for event in heard] == pytest.approx([2.5, 1.5, 0.5, 0.0])
    assert clock.slept == pytest.approx([1.0, 1.0, 0.5])


def test_all_waits_of_a_run_together_are_bounded() -> None:
    clock = Clock()
    bounded = patience(clock, 60.0)
    bounded.wait(40.0, "one")
    with pytest.raises(BudgetExhausted, match=r"^two: 21 s more .* of the 60 s .*--max-wait.* 20 s are left$"):
        bounded.wait(21.0, "two")
    bounded.wait(20.0, "three")
    assert sum(clock.slept) == pytest.approx(60.0)


def test_a_skipped_wait_costs_nothing() -> None:
    clock, heard = Clock(), list[Waiting]()
    patience(clock, 0.0, heard).skip(Wait(43.0, "used up"))
    assert (clock.slept, heard) == ([], [Waiting(seconds=0.0, reason="used up; the mock's clock was put 43 s forward")])


@pytest.mark.parametrize(
    "refusal, waited",
    [
        (answer(429, Retry_After="30"), 30),
        (answer(429, b'{"data": {"retry_after": 45}}'), 45),
        (answer(429, Retry_After="999999999"), 60),
        (answer(429, Retry_After="-4"), 60),
        (answer(429), 60),
        (answer(503, Retry_After="7"), 7),
        (answer(200, Retry_After="7"), 0),
    ],
)
def test_a_refusal_is_waited_out(refusal: Answer, waited: float) -> None:
    clock = Clock()
    one = lane(clock)
    one.on_answer(one.acquire(patience(clock)), refusal, NOON)
    one.acquire(patience(clock))
    assert sum(clock.slept) == pytest.approx(waited, abs=1.1)


def test_a_refusal_for_the_day_is_waited_out_by_the_day() -> None:
    clock = Clock()
    one = lane(clock)
    refusal = answer(429, Date="Sun, 06 Nov 1994 23:00:00 GMT", X_RateLimit_Remaining_Day="0")
    one.on_answer(one.acquire(patience(clock)), refusal, NOON)
    with pytest.raises(BudgetExhausted, match=r"360[01] s more"):
        one.acquire(patience(clock))


def test_the_clock_of_the_server_is_learnt_from_its_dates() -> None:
    clock = Clock()
    one = lane(clock)
    one.on_answer(one.acquire(patience(clock)), answer(Date="Sun, 06 Nov 1994 08:49:37 GMT"), NOON)
    assert one.now().at == pytest.approx(784111777.0)


def test_a_forced_request_waits_for_nothing() -> None:
    clock = Clock()
    one = lane(clock)
    one.on_answer(one.acquire(patience(clock)), answer(429, Retry_After="30"), NOON)
    assert one.acquire(patience(clock), is_forced=True) == 2
    assert clock.slept == []


class Crowd:
    """Requests under way at once to a limited server, which arrive and are answered in any order."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = Clock(NOON + self.dice.random() * 200_000)
        ahead_s, odds = self.dice.uniform(-1e5, 1e5), (self.dice.random(), self.dice.random())
        self.server = Limited(self.clock, ahead_s=ahead_s, has_headers=odds[0] < 0.5, has_date=odds[1] < 0.7)
        self.latency_s = self.dice.choice([0.001, 0.05, 0.4, 1.5])
        self.width = self.dice.choice([1, 1, 4, 16])
        self.flying: list[tuple[int, float]] = []
        timing = Timing(self.clock.now, self.clock.now, self.sleep)
        self.lane = RateLimiter(surface(), Ledger(surface().windows, MemoryStorage()), timing)
        self.patience = WaitBudget(1e9, timing, lambda _event: None)

    def send(self) -> None:
        self.flying.append((self.lane.acquire(self.patience), self.clock.at))
        if len(self.flying) >= self.width:
            self.land(self.dice.randint(1, len(self.flying)))

    def land(self, count: int) -> None:
        self.dice.shuffle(self.flying)
        for ticket, sent in self.flying[:count]:
            self.clock.at += self.latency_s * self.dice.random() / 2
            reply = self.server(Seen("GET", "/", {}, b""))
            self.clock.at += self.latency_s * self.dice.random() / 2
            headers = {name.lower(): (value,) for name, value in reply.headers}
            got = Answer(status=reply.status, headers=headers, body=reply.body, received_at=self.clock.at)
            self.lane.on_answer(ticket, got, sent)
        del self.flying[:count]

    def sleep(self, seconds: float) -> None:
        self.land(len(self.flying))
        self.clock.sleep(seconds)


@pytest.mark.parametrize("seed", range(30))
def test_no_order_of_arrival_makes_a_server_that_keeps_the_contract_refuse(seed: int) -> None:
    crowd = Crowd(seed)
    for _ in range(300):
        crowd.send()
    assert crowd.server.refused == 0
    assert sum(crowd.clock.slept) <= 240
