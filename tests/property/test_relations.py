"""No relation stumbles over what a lax server accepted, nor over what it answered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answers import document, observed, page, routine, rules, seen
from contracts.relations.relation_check import CheckResult
from contracts.verdicts import Violation

LISTS = [operation.id for operation in document().operations if operation.collection]
EVERY = [operation.id for operation in document().operations]
BODY = page(*(routine(number) for number in range(1, 4)), total=3)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(["u1", "asc"])
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
)


def judgements(*bodies: Any, operation: str, parameters: list[dict[str, Any]]) -> list[CheckResult]:
    plain = seen(operation, bodies[0])
    asked = [
        seen(operation, body, parameters=given, number=number)
        for number, (body, given) in enumerate(zip(bodies, parameters, strict=True), 2)
    ]
    observations = observed(plain, *asked, *asked)
    return [rule(observations) for rule in rules().values()]


NAMES = sorted({parameter.name for name in LISTS for parameter in document().by_id[name].parameters})
accepted = st.dictionaries(st.sampled_from(NAMES), anything, min_size=1, max_size=2)


@pytest.mark.parametrize("operation", LISTS)
@settings(max_examples=40)
@given(first=accepted, second=accepted)
def test_any_parameter_may_have_been_accepted(operation: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    found = judgements(BODY, BODY, operation=operation, parameters=[first, second])
    assert all(isinstance(each, Violation) for one in found for each in one.violations)


@pytest.mark.parametrize("operation", EVERY)
@settings(max_examples=40)
@given(data=st.data())
def test_any_value_may_stand_anywhere_in_an_answer(operation: str, data: st.DataObject) -> None:
    body: dict[str, Any] = page(*(routine(number) for number in range(1, 4)), total=3)
    place: Any = body
    while isinstance(place, dict | list) and place:
        name = data.draw(st.sampled_from(range(len(place)) if isinstance(place, list) else sorted(place)))
        if data.draw(st.booleans()) or not isinstance(place[name], dict | list):
            place[name] = data.draw(anything)
            break
        place = place[name]
    found = judgements(body, body, operation=operation, parameters=[{}, {}])
    assert all(isinstance(each, Violation) for one in found for each in one.violations)
