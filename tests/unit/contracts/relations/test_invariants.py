"""The rules of x-invariants on single instances."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.relations.invariants import CHECKS, SLACK_S, InvariantFailure, RequestFacts

SUM = {"of": ["/days/*/n"], "equals": ["/total"]}
RATIO = {"of": "/part", "to": "/whole", "equals": "/rate", "scale": 100, "decimals": 1}
BELOW = {"value": "/low", "limit": "/high"}
KEYED = {"items": "/days", "key": "/date"}
WITHIN = {**KEYED, "from": "start", "to": "end"}


def days(*dates: str) -> dict[str, Any]:
    return {"days": [{"date": day} for day in dates]}


@pytest.mark.parametrize(
    "rule, terms, instance",
    [
        ("sum", SUM, {"days": [{"n": 1}, {"n": 2}], "total": 3}),
        ("sum", SUM, {"days": [], "total": 0}),
        ("sum", {"of": ["/a", "/b"], "equals": ["/c"]}, {"a": 0.1, "b": 0.2, "c": 0.3}),
        ("ratio", RATIO, {"part": 1, "whole": 3, "rate": 33.3}),
        ("ratio", RATIO, {"part": 1, "whole": 16, "rate": 6.3}),
        ("ratio", RATIO, {"part": 1, "whole": 16, "rate": 6.2}),
        ("ratio", RATIO, {"part": 0, "whole": 0, "rate": 0}),
        ("at-most", BELOW, {"low": 3, "high": 3}),
        ("at-most", BELOW, {"low": "2025-05-01T10:00:00.900Z", "high": "2025-05-01T10:00:01Z"}),
        ("unique-by", KEYED, days("2025-05-01", "2025-05-02")),
        ("ordered-by", KEYED, days("2025-05-01", "2025-05-01", "2025-05-02")),
    ],
)
def test_a_rule_holds(rule: str, terms: dict[str, Any], instance: Any) -> None:
    assert CHECKS[rule](terms)(instance, RequestFacts()) is True


@pytest.mark.parametrize(
    "rule, terms, instance, title",
    [
        ("sum", SUM, {"days": [{"n": 1}], "total": 3}, "/days/*/n is 1, /total is 3"),
        ("sum", SUM, {"days": [], "total": 3}, "/days/*/n is 0, /total is 3"),
        ("ratio", RATIO, {"part": 1, "whole": 3, "rate": 33.4}, "/rate is 33.4, /part of /whole is 1 of 3"),
        ("ratio", RATIO, {"part": 1, "whole": 3, "rate": 33.33}, "/rate is 33.33, /part of /whole is 1 of 3"),
        ("ratio", RATIO, {"part": 0, "whole": 0, "rate": 1}, "/rate is 1, /part of /whole is 0 of 0"),
        ("at-most", BELOW, {"low": 4, "high": 3}, "/low is 4, /high is 3"),
        ("unique-by", KEYED, days("2025-05-01", "2025-05-01"), "two of /days have the /date '2025-05-01'"),
        (
            "ordered-by",
            KEYED,
            days("2025-05-02", "2025-05-01"),
            "/date falls from '2025-05-02' to '2025-05-01' in /days",
        ),
    ],
)
def test_a_rule_is_broken(rule: str, terms: dict[str, Any], instance: Any, title: str) -> None:
    broken = CHECKS[rule](terms)(instance, RequestFacts())
    assert isinstance(broken, InvariantFailure)
    assert broken.title == title


@pytest.mark.parametrize(
    "rule, terms, instance",
    [
        ("sum", SUM, {"days": [{"n": 1}], "total": None}),
        ("sum", SUM, {"days": [{"n": "1"}], "total": 1}),
        ("sum", SUM, {"days": [{}], "total": 1}),
        ("sum", SUM, {"total": 1}),
        ("ratio", RATIO, {"part": 1, "whole": None, "rate": 1}),
        ("at-most", BELOW, {"low": None, "high": "2025-05-01T10:00:01Z"}),
        ("at-most", BELOW, {"low": True, "high": 0}),
        ("at-most", BELOW, {"low": "soon", "high": "later"}),
        ("unique-by", KEYED, days("2025-05-01")),
        ("ordered-by", KEYED, {}),
        ("within", WITHIN, days("2025-05-01")),
        ("now", {"value": "/made"}, {"made": "2025-05-01T10:00:00Z"}),
    ],
)
def test_a_rule_does_not_apply_where_a_figure_is_null_missing_or_alone(
    rule: str, terms: dict[str, Any], instance: Any
) -> None:
    assert CHECKS[rule](terms)(instance, RequestFacts()) is False


@pytest.mark.parametrize(
    "asked, holds",
    [
        ({"start": "2025-05-01"}, True),
        ({"end": "2025-05-03"}, True),
        ({"start": "2025-05-01", "end": "2025-05-03"}, True),
        ({"start": "2025-05-02"}, False),
        ({"end": "2025-05-02"}, False),
    ],
)
def test_days_lie_within_the_range_that_was_asked_for_ends_included(asked: dict[str, str], holds: bool) -> None:
    outcome = CHECKS["within"](WITHIN)(days("2025-05-01", "2025-05-03"), RequestFacts(asked))
    assert (outcome is True) is holds


@pytest.mark.parametrize(
    "made, holds",
    [
        ("2025-05-01T10:00:00Z", True),
        ("2025-05-01T15:32:00+05:30", True),
        ("2025-05-01T10:02:01Z", False),
        ("2025-04-30T10:00:00Z", False),
        ("2030-01-01T00:00:00Z", True),
        (None, False),
    ],
)
def test_a_moment_is_that_of_the_answer_by_any_clock_that_the_target_may_have(made: str | None, holds: bool) -> None:
    clocks = (datetime(2025, 5, 1, 10, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
    assert (CHECKS["now"]({"value": "/made"})({"made": made}, RequestFacts(clocks=clocks)) is True) is holds


def test_what_is_not_now_is_told_with_the_nearest_clock() -> None:
    asked = RequestFacts(clocks=(datetime(2025, 5, 1, 10, tzinfo=UTC),))
    broken = CHECKS["now"]({"value": "/made"})({"made": "2025-05-01T11:00:00Z"}, asked)
    assert isinstance(broken, InvariantFailure)
    assert broken.title == "/made is '2025-05-01T11:00:00Z', 3600 s from the target's clock"
    assert broken.expected == f"a moment within {SLACK_S:.0f} s of 2025-05-01T10:00:00+00:00"
