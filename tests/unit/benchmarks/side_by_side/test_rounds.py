from __future__ import annotations

from typing import Any, cast

import pytest

from side_by_side.cases import Case, WrongAnswer
from side_by_side.rounds import Sample, Schedule, Spread, judge, take
from side_by_side.running import Running
from side_by_side.wrk import Figures

CASES = (Case(name="page", title="page", target="/page"), Case(name="no", title="400", target="/no", status=400))


def test_every_peer_is_timed_in_every_round_and_the_order_turns() -> None:
    asked: list[tuple[Any, str, int]] = []

    def time(peer: Any, case: Case, connections: int) -> Sample:
        asked.append((peer, case.name, connections))
        return Sample(len(asked), 0, 0, 0)

    peers = cast(dict[str, Running], {"a": "A", "b": "B"})
    samples = take(peers, Schedule(cases=CASES, connections=(1, 32), rounds=2), time)
    assert [peer for peer, _, _ in asked] == ["A", "B"] * 4 + ["B", "A"] * 4
    assert set(samples) == {(peer, case, number) for peer in "ab" for case in ("page", "no") for number in (1, 32)}
    assert all(len(found) == 2 for found in samples.values())


@pytest.mark.parametrize("values, expected", [([3], (3, 3, 3)), ([5, 1, 2], (2, 1, 5)), ([1, 2, 3, 10], (2.5, 1, 10))])
def test_a_spread_is_the_median_between_the_extremes(values: list[float], expected: tuple[float, ...]) -> None:
    spread = Spread.of(values)
    assert (spread.median, spread.least, spread.most) == expected


@pytest.mark.parametrize(
    "case, requests, refused, lost, is_right",
    [
        pytest.param(CASES[0], 10, 0, 0, True, id="all succeed"),
        pytest.param(CASES[0], 10, 1, 0, False, id="a success is refused"),
        pytest.param(CASES[0], 10, 0, 1, False, id="one is lost"),
        pytest.param(CASES[0], 0, 0, 0, False, id="no answer at all"),
        pytest.param(CASES[1], 10, 10, 0, True, id="all are refused"),
        pytest.param(CASES[1], 10, 9, 0, True, id="the first of a day is let in"),
        pytest.param(CASES[1], 10, 8, 0, False, id="two are let in"),
    ],
)
def test_answers_under_load_are_of_the_kind_that_is_timed(
    case: Case, requests: int, refused: int, lost: int, is_right: bool
) -> None:
    figures = Figures(requests, 1_000_000, refused, lost, 1, 1)
    if is_right:
        judge("peer", case, figures)
    else:
        with pytest.raises(WrongAnswer, match="under load"):
            judge("peer", case, figures)
