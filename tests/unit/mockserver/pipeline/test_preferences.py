"""`Prefer` and its twins: what they say, and that nothing of ours is ever ignored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.pipeline.preferences import preference_of
from mockserver.scenarios.models import FAULTS, Delay, PlannedAnswer
from oas.messages import Request


def asked(query: str = "", prefer: str | None = None) -> Request:
    return Request("GET", "/campaign-info", query, {} if prefer is None else {"prefer": prefer})


@pytest.mark.parametrize(
    "prefer, answer",
    [
        ("code=429", PlannedAnswer(status=429)),
        ("Code=429", PlannedAnswer(status=429)),
        ("code = 404 , example=day", PlannedAnswer(status=404, example="day")),
        ('example="a, \\"b\\""', PlannedAnswer(example='a, "b"')),
        ("dynamic=true, seed=7", PlannedAnswer(is_dynamic=True, seed=7)),
        ("delay=1500", PlannedAnswer(delay=Delay("fixed", 1500))),
        ("fault=EMPTY_RESPONSE", PlannedAnswer(fault="EMPTY_RESPONSE")),
        ("respond-async, code=500", PlannedAnswer(status=500)),
        ('wait=10; foo="code=404", code=500; strict', PlannedAnswer(status=500)),
        ("code=404, code=500", PlannedAnswer(status=404)),
    ],
)
def test_the_header_is_read_by_rfc_7240(prefer: str, answer: PlannedAnswer) -> None:
    _, preference = preference_of(asked(prefer=prefer))
    assert preference is not None
    assert (preference.answer, preference.problems) == (answer, ())


@pytest.mark.parametrize("prefer", ["respond-async", "handling=lenient", "", "return=minimal; code=500"])
def test_other_preferences_are_left_alone(prefer: str) -> None:
    request = asked("limit=5", prefer)
    assert preference_of(request) == (request, None)


@pytest.mark.parametrize(
    "query, rest, answer",
    [
        ("__code=429", "", PlannedAnswer(status=429)),
        ("limit=5&__code=429&offset=2", "limit=5&offset=2", PlannedAnswer(status=429)),
        ("__delay=20&a=%20", "a=%20", PlannedAnswer(delay=Delay("fixed", 20))),
        ("__example=a%20b", "", PlannedAnswer(example="a b")),
        ("__fault=RANDOM_DATA_THEN_CLOSE&x", "x", PlannedAnswer(fault="RANDOM_DATA_THEN_CLOSE")),
        ("__seed=3&__dynamic=true", "", PlannedAnswer(is_dynamic=True, seed=3)),
        ("__c%6Fde=429", "", PlannedAnswer(status=429)),
        ("__dynamic=false", "", PlannedAnswer()),
        ("__seed=1000000000&__delay=60000", "", PlannedAnswer(seed=10**9, delay=Delay("fixed", 60_000))),
        ("__code=599", "", PlannedAnswer(status=599)),
        (f"__example={'x' * 200}", "", PlannedAnswer(example="x" * 200)),
    ],
)
def test_the_twins_leave_the_query(query: str, rest: str, answer: PlannedAnswer) -> None:
    request, preference = preference_of(asked(query))
    assert preference is not None
    assert (request.query, preference.answer) == (rest, answer)


def test_the_header_counts_where_both_name_a_word() -> None:
    _, preference = preference_of(asked("__code=404&__delay=5", "code=500"))
    assert preference is not None
    assert preference.answer == PlannedAnswer(status=500, delay=Delay("fixed", 5))


@pytest.mark.parametrize("query", ["limit=5", "a__code=5", "__cod=5", "__", "__code_=1"])
def test_what_is_no_twin_stays(query: str) -> None:
    request = asked(query)
    assert preference_of(request) == (request, None)


@pytest.mark.parametrize(
    "word, value",
    [
        ("code", "abc"),
        ("code", "600"),
        ("code", "99"),
        ("code", ""),
        ("code", "\N{ARABIC-INDIC DIGIT FOUR}"),
        ("dynamic", "yes"),
        ("seed", "-1"),
        ("seed", "1000000001"),
        ("delay", "60001"),
        ("delay", "1.5"),
        ("fault", "empty_response"),
        ("example", ""),
        ("example", "x" * 201),
    ],
)
def test_a_wrong_value_is_a_problem_that_says_what_was_expected(word: str, value: str) -> None:
    _, preference = preference_of(asked(f"__{word}={value}"))
    assert preference is not None
    ((location, text),) = preference.problems
    assert location == "query"
    assert f"{word}=" in text
    assert "was expected" in text
    assert "x" * 61 not in text


def test_every_fault_is_known() -> None:
    for fault in FAULTS:
        _, preference = preference_of(asked(prefer=f"fault={fault}"))
        assert preference is not None
        assert preference.answer.fault == fault


@given(st.text(max_size=60))
def test_any_header_is_read_without_a_failure(header: str) -> None:
    preference_of(asked("", header))


@given(st.text(alphabet="_code=delay&%5F;a1", max_size=60))
def test_any_query_is_read_without_a_failure_and_loses_nothing_but_twins(query: str) -> None:
    request, preference = preference_of(asked(query))
    if preference is None:
        assert request.query == query
