"""A fault changes exactly one thing of an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contracts.mutation.mutants import Mutant
from contracts.mutation.mutators import mutate_body, mutate_headers

BODY = {"data": {"items": [{"id": "a", "n": 1}, {"id": "b", "n": 2}], "day": "2025-05-31", "link": "/x?offset=10"}}


def fault(place: str, mutator: str, category: str, **more: Any) -> Mutant:
    return Mutant(
        operation_id="o", targets=frozenset(), status=200, place=place, mutator=mutator, category=category, **more
    )


@pytest.mark.parametrize(
    "mutant, read, expected",
    [
        (fault("/data/items/*/n", "plus one", "number"), lambda data: data["items"][0]["n"], 2),
        (fault("/data/items", "dropped", "array"), lambda data: [one["id"] for one in data["items"]], ["b"]),
        (fault("/data/items", "doubled", "array"), lambda data: [one["id"] for one in data["items"]], ["a", "a", "b"]),
        (fault("/data/items", "swapped", "array"), lambda data: [one["id"] for one in data["items"]], ["b", "a"]),
        (fault("/data/day", "day later", "date"), lambda data: data["day"], "2025-06-01"),
        (fault("/data/link", "other link", "link"), lambda data: data["link"], "/x?offset=11"),
        (fault("/data/items/*/id", "other id", "id", entity="t"), lambda data: data["items"][0]["id"], "b"),
        (fault("/data/items/*/n", "type changed", "number"), lambda data: data["items"][0]["n"], "1"),
        (fault("/data/day", "null", "date"), lambda data: data["day"], None),
    ],
    ids=lambda value: value.mutator if isinstance(value, Mutant) else "",
)
def test_a_fault_changes_its_place_and_not_the_original(
    mutant: Mutant, read: Callable[[Any], Any], expected: Any
) -> None:
    before = repr(BODY)
    after = mutate_body(mutant, BODY, {"t": ["a", "b"]})
    assert read(after["data"]) == expected
    assert repr(BODY) == before


@pytest.mark.parametrize("place", ["/data/nothing", "/data/items/*/nothing", "/data/day/*"])
def test_a_body_without_the_place_stays_as_it_is(place: str) -> None:
    assert mutate_body(fault(place, "null", "number"), BODY, {}) is BODY


def test_an_enum_takes_another_of_its_values() -> None:
    body = {"state": "on"}
    assert mutate_body(fault("/state", "other value", "enum", enum=("on", "off")), body, {}) == {"state": "off"}


def test_headers_are_dropped_or_counted_up() -> None:
    headers = {"x-left": "7"}
    assert mutate_headers(fault("X-Left", "plus one", "header"), headers)
    assert headers == {"x-left": "8"}
    assert mutate_headers(fault("X-Left", "dropped", "header"), headers)
    assert not mutate_headers(fault("X-Left", "dropped", "header"), headers)
