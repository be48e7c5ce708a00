"""The relations against whole servers on real HTTP: right ones are never blamed, broken ones always, and rightly."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.broken import BROKEN
from apps.judging import DOCUMENT, judged
from apps.right import Right
from contracts.relations import rules
from contracts.verdicts import Outcome


@pytest.mark.parametrize(
    "count, users, days",
    [
        (13, 3, 4),
        (0, 3, 1),
        (1, 1, 1),
        (3, 2, 2),
        (70, 3, 3),
        pytest.param(2000, 6, 3, marks=pytest.mark.nightly),
        # All of it in one body would be longer than what is read of a body.
        pytest.param(2000, 3, 30, marks=pytest.mark.slow),
    ],
)
def test_a_right_server_is_not_blamed(tmp_path: Path, count: int, users: int, days: int) -> None:
    report = judged(Right(count, users, days), tmp_path)
    assert report.violations == ()


# In the first half of a minute, and so that the next one begins while the relations are asked.
@pytest.mark.parametrize("second", [20.0, 59.6])
def test_of_a_right_server_every_relation_of_the_plan_is_kept(tmp_path: Path, second: float) -> None:
    report = judged(Right(second=second), tmp_path, phases=("relations", "limits"))
    assert report.violations == ()
    undecided = [verdict for verdict in report.verdicts if verdict.outcome is Outcome.INCONCLUSIVE]
    assert undecided == []


def test_a_right_server_costs_at_most_ninety_requests_and_refuses_none(tmp_path: Path) -> None:
    report = judged(Right(), tmp_path)
    statuses = [exchange.answer.status for exchange in report.exchanges if exchange.answer]
    assert report.sent <= 90
    assert 429 not in statuses


def test_the_allowance_of_a_right_server_is_real(tmp_path: Path) -> None:
    report = judged(Right(), tmp_path, phases=("relations", "limits"))
    limits = [verdict for verdict in report.verdicts if verdict.relation.kind == "limits"]
    assert report.violations == ()
    assert {verdict.outcome for verdict in limits} == {Outcome.KEPT}


def test_undocumented_members_are_warnings(tmp_path: Path) -> None:
    places = {warning.detail for warning in judged(Right(), tmp_path).warnings}
    assert "/data/not_documented" in places


def test_every_kind_and_pattern_of_a_relation_has_a_server_that_breaks_it() -> None:
    ids = [rule.relation.id for rule in rules(DOCUMENT)]
    families = {name.partition("[")[0] for name in ids}
    broken = {
        name.partition("[")[0]
        for begin in (one for each in BROKEN.values() for one in each.breaks)
        for name in ids
        if name.startswith(begin)
    }
    assert families - broken == set()


#: The first broken server of each kind of relation; the others are left to the slow tests.
SAMPLE = {broken.breaks[0].partition(".")[0]: name for name, broken in reversed([*BROKEN.items()])}.values()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.slow) for name in BROKEN]
)
def test_a_broken_server_is_blamed_for_what_it_breaks_and_for_nothing_else(tmp_path: Path, name: str) -> None:
    broken = BROKEN[name]
    report = judged(broken.server(), tmp_path, phases=(broken.phase,))
    blamed = {violation.relation_id for violation in report.violations}
    missed = [wanted for wanted in broken.breaks if not any(found.startswith(wanted) for found in blamed)]
    assert missed == []
    assert [found for found in sorted(blamed) if not found.startswith(broken.breaks)] == []
