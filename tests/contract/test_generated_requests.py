"""Generated requests on a right server that shares nothing with the mock: no false alarm, whatever its data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from apps.judging import DOCUMENT, Direct
from apps.right import Right
from contracts.generate.phase import FuzzOptions, fetch_listings, fuzz
from contracts.generate.sequence_context import SequenceContext
from contracts.generate.sequences import explore
from contracts.messages import Exchange, Request
from contracts.verdicts import Outcome


class Unlimited(Right):
    """Tells the documented limits, and keeps none."""

    limits = (10**9, 10**9)


@dataclass
class Way(Direct):
    """Sends no body where there is none."""

    def send(self, request: Request, phase: str, *, expects_429: bool = False, once: bool = False) -> Exchange:
        has_none = request.body is None and request.raw_body is None
        return super().send(replace(request, raw_body=b"") if has_none else request, phase, expects_429=expects_429)


SHAPES = [(13, 3, 4), (0, 3, 1), (70, 3, 3)]


def hold_blameless(shape: tuple[int, int, int], seed: int, requests: int) -> None:
    found = fuzz(DOCUMENT, Way(Unlimited(*shape), budget=10**6), FuzzOptions(requests=requests, seed=seed))
    assert [item for verdict in found.verdicts for item in verdict.violations if "ledger" not in item.relation_id] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed, shape", list(enumerate(SHAPES, 1)))
def test_a_right_server_is_not_blamed_for_what_is_generated(seed: int, shape: tuple[int, int, int]) -> None:
    hold_blameless(shape, seed, requests=150)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_nor_for_many_requests_of_any_seed(shape: tuple[int, int, int], seed: int) -> None:
    hold_blameless(shape, seed, requests=600)


@pytest.mark.parametrize("shape", [(13, 3, 4), (0, 3, 1)])
def test_a_right_server_is_what_it_was_whatever_the_order(shape: tuple[int, int, int]) -> None:
    way = Way(Unlimited(*shape), budget=10**6)
    known = fetch_listings(DOCUMENT, way, "stateful")
    assert (
        explore(SequenceContext(DOCUMENT, way, known, 60, "Authorization"), 1, may_write=True).outcome is Outcome.KEPT
    )
