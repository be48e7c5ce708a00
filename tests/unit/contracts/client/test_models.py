"""Requests of a client as records: what they asked for, what makes two the same, what a verdict comes to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.client.models import ClientRequest, Expectation, Finding, MissedExpectation, Rule, Verdict, parsed

RULE = Rule("C101", "title", "meaning", "advice")


def sent(order: int = 1, **changes: Any) -> ClientRequest:
    return ClientRequest(order=order, at=float(order), **{"method": "GET", "path": "/things", **changes})


def finding(*orders: int, rule: Rule = RULE) -> Finding:
    return Finding(rule, "what happened", tuple(map(sent, orders)))


@pytest.mark.parametrize(
    "text, value",
    [
        ("{}", {}),
        ("null", None),
        ("[1]", [1]),
        ('"x"', "x"),
        ("", None),
        ("{", None),
        ("<html>", None),
        ("[" * 100_000, None),
        ("NaN", pytest.approx(float("nan"), nan_ok=True)),
    ],
    ids=range(9),
)
def test_a_body_is_read_as_json_or_not_at_all(text: str, value: Any) -> None:
    assert parsed(text) == value
    assert sent(answer_body=text).answer == value


@pytest.mark.parametrize(
    "query, body, parameters",
    [
        ("", "", {}),
        ("a=1", "", {"a": "1"}),
        ("a=1&a=2&b=", "", {"a": ["1", "2"], "b": ""}),
        ("a=%C3%BC&b=x+y", "", {"a": "ü", "b": "x y"}),
        ("a=1", '{"b": 2}', {"b": 2}),
        ("a=1", "[2]", {"a": "1"}),
        ("a=1", "{broken", {"a": "1"}),
        ("a", "", {"a": ""}),
    ],
    ids=range(8),
)
def test_what_was_asked_for_is_told_by_name(query: str, body: str, parameters: dict[str, Any]) -> None:
    assert sent(query=query, body=body).parameters == parameters


@pytest.mark.parametrize(
    "changes, target",
    [
        ({}, "/things"),
        ({"query": "a=1"}, "/things?a=1"),
        ({"origin": "https://x.example"}, "https://x.example/things"),
        ({"origin": "https://x.example", "query": "a"}, "https://x.example/things?a"),
    ],
    ids=range(4),
)
def test_a_target_has_its_origin_only_where_that_is_another(changes: dict[str, Any], target: str) -> None:
    assert sent(**changes).target == target


@pytest.mark.parametrize(
    "changes, is_same",
    [
        ({"order": 9}, True),
        ({"status": 500}, True),
        ({"headers": {"x": "y"}}, True),
        ({"answer_body": "x"}, True),
        ({"id": "9"}, True),
        ({"key_hash": "b"}, False),
        ({"method": "POST"}, False),
        ({"origin": "http://x"}, False),
        ({"path": "/other"}, False),
        ({"query": "a=1"}, False),
        ({"body": "{}"}, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_two_requests_are_the_same_where_they_ask_for_the_same(changes: dict[str, Any], is_same: bool) -> None:
    assert (sent(**changes).identity == sent().identity) is is_same


@pytest.mark.parametrize("rule_id", ["C101", "C999"])
def test_a_rule_is_found_in_the_documentation(rule_id: str) -> None:
    assert Rule(rule_id, "t", "m", "a").anchor.endswith(f"#{rule_id.lower()}")


@pytest.mark.parametrize(
    "expectation, orders, is_covered",
    [
        (Expectation("C101"), (5,), True),
        (Expectation("C102"), (5,), False),
        (Expectation("C101", 5), (5,), True),
        (Expectation("C101", 6), (5,), False),
        (Expectation("C101", 1, 5), (5,), True),
        (Expectation("C101", 1, 4), (5,), False),
        (Expectation("C101", 3, 4), (2, 5), False),
        (Expectation("C101", 3, 4), (2, 4, 6), True),
        (Expectation("C101", 6, None), (2, 9), True),
    ],
    ids=str,
)
def test_an_expectation_covers_what_one_of_its_requests_shows(
    expectation: Expectation, orders: tuple[int, ...], is_covered: bool
) -> None:
    assert expectation.covers(finding(*orders)) is is_covered


UNMET = MissedExpectation(Expectation("C101"), "it did not come")


@pytest.mark.parametrize(
    "verdict, word, code",
    [
        (Verdict(judged=3, total=3), "kept", 0),
        (Verdict(judged=3, total=3, accepted=(finding(1),)), "kept", 0),
        (Verdict(), "inconclusive", 4),
        (Verdict(judged=3, total=4), "inconclusive", 4),
        (Verdict((finding(1),), judged=3, total=3), "broken", 1),
        (Verdict((finding(1),), judged=3, total=4), "broken", 1),
        (Verdict(unmet=(UNMET,), judged=3, total=3), "broken", 1),
        (Verdict(unmet=(UNMET,)), "broken", 1),
    ],
    ids=range(8),
)
def test_a_verdict_is_never_green_without_having_seen_everything(verdict: Verdict, word: str, code: int) -> None:
    assert (verdict.word, verdict.exit_code, verdict.is_kept) == (word, code, word != "broken")


@given(st.integers(1, 20), st.integers(1, 20), st.none() | st.integers(1, 20))
def test_a_span_without_an_end_is_one_that_never_ends(order: int, first: int, last: int | None) -> None:
    covers = Expectation("C101", first, last).covers(finding(order))
    assert covers is (first <= order <= (last if last is not None else 10**9))
