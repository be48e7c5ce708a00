"""Numbers and texts within bounds."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oas.sampling.scalars import integer, number, scalar_schema, text
from oas.sampling.seeded_random import Budget, SampleImpossible, SeededRandom


def dice(seed: object = 7) -> SeededRandom:
    return SeededRandom(str(seed), Budget(50_000))


def is_valid(shape: Any, value: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(scalar_schema(shape), validate_formats=True).is_valid(value)


def write(shape: Any, seed: object = 7) -> str:
    return text(shape, dice(seed), lambda proposal: is_valid(shape, proposal))


BOUNDS = [
    *({}, {"minimum": 5}, {"maximum": -5}, {"minimum": 5, "maximum": 5}, {"exclusiveMinimum": 5, "maximum": 6}),
    *(
        {"minimum": 5, "exclusiveMaximum": 6},
        {"multipleOf": 7},
        {"multipleOf": 7, "exclusiveMinimum": 7, "maximum": 14},
    ),
    *({"minimum": -(2**63), "maximum": 2**63 - 1}, {"minimum": 10**40, "maximum": 10**40 + 3}, {"minimum": 0}),
    *({"exclusiveMinimum": 0}, {"exclusiveMaximum": 0}, {"minimum": 2, "exclusiveMinimum": 5}, {"multipleOf": 2.5}),
]


@pytest.mark.parametrize("shape", BOUNDS, ids=str)
def test_an_integer_keeps_its_bounds(shape: Any) -> None:
    found = [integer(shape, dice(seed)) for seed in range(30)]
    assert all(type(value) is int and is_valid(shape, value) for value in found)


@pytest.mark.parametrize(
    "shape",
    [
        *(*BOUNDS[:9], {"minimum": 0.1, "maximum": 0.11}, {"exclusiveMinimum": 0, "exclusiveMaximum": 1e-9}),
        *({"multipleOf": 0.01, "minimum": 5, "maximum": 6}, {"minimum": 1e300}, {"multipleOf": 0.25, "maximum": -1}),
    ],
    ids=str,
)
def test_a_number_keeps_its_bounds(shape: Any) -> None:
    found = [number(shape, dice(seed)) for seed in range(30)]
    assert all(is_valid(shape, value) for value in found)


def test_a_number_has_two_decimals_where_that_fits() -> None:
    assert all(value == round(value, 2) for value in (number({}, dice(seed)) for seed in range(30)))


@pytest.mark.parametrize("make", [integer, number])
def test_a_wide_choice_has_both_signs(make: Any) -> None:
    found = [make({}, dice(seed), True) for seed in range(30)]
    assert min(found) < 0 < max(found)


def test_multiples_divide_evenly_in_binary_too() -> None:
    found = [number({"multipleOf": 0.01, "minimum": 19, "maximum": 20}, dice(seed)) for seed in range(50)]
    assert all((value / 0.01).is_integer() for value in found)


def test_the_range_of_a_type_says_nothing_about_what_to_expect() -> None:
    assert 1 <= integer({"minimum": -(2**31), "maximum": 2**31 - 1}, dice()) <= 1_000


@pytest.mark.parametrize(
    "shape",
    [
        {"minimum": 5, "maximum": 4},
        {"exclusiveMinimum": 5, "exclusiveMaximum": 6},
        {"multipleOf": 10, "minimum": 11, "maximum": 19},
    ],
)
def test_where_no_integer_lies_none_is_found(shape: Any) -> None:
    with pytest.raises(SampleImpossible):
        integer(shape, dice())


@pytest.mark.parametrize(
    "shape",
    [
        *({"minimum": 5, "maximum": 4}, {"exclusiveMinimum": 5, "maximum": 5}, {"minimum": 10**400}),
        {"multipleOf": 10, "minimum": 11, "maximum": 19},
    ],
    ids=lambda shape: str(shape)[:40],
)
def test_where_no_number_lies_none_is_found(shape: Any) -> None:
    with pytest.raises(SampleImpossible):
        number(shape, dice())


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6), st.integers(1, 50), st.text())
def test_an_integer_is_found_wherever_one_lies(low: int, span: int, step: int, seed: str) -> None:
    assume(low // step != (low + span) // step or low % step == 0)
    shape = {"minimum": low, "maximum": low + span, "multipleOf": step}
    assert is_valid(shape, integer(shape, dice(seed)))


@pytest.mark.parametrize(
    "shape",
    [
        *({}, {"minLength": 50}, {"maxLength": 3}, {"minLength": 4, "maxLength": 4}, {"maxLength": 0}),
        *({"patterns": ("^[a-z]+$",), "minLength": 80}, {"patterns": ("^[a-z]+$", "x"), "maxLength": 9}),
        *({"patterns": ("^a+b*$",), "minLength": 40, "maxLength": 44}, {"patterns": ("(a+)+$",), "minLength": 1_000}),
        *({"format": "uuid", "patterns": ("^a",)}, {"format": "email", "maxLength": 8}, {"format": "house-format"}),
        *({"format": "date", "patterns": (r"^\d{4}-\d\d-\d\d$",)}, {"format": "uri", "minLength": 200}),
    ],
    ids=str,
)
def test_a_text_keeps_its_rules(shape: Any) -> None:
    assert all(is_valid(shape, write(shape, seed)) for seed in range(5))


@pytest.mark.parametrize(
    "shape",
    [
        {"minLength": 10**9},
        {"minLength": 5, "maxLength": 4},
        {"patterns": ("^a$",), "minLength": 2},
        {"patterns": ("a^",)},
    ],
)
def test_where_no_text_fits_none_is_found(shape: Any) -> None:
    with pytest.raises(SampleImpossible):
        write(shape)


def test_a_format_goes_before_a_pattern_that_says_less() -> None:
    assert write({"format": "date", "patterns": (".*",)})[:4] == "2025"


def test_the_schema_of_a_shape_judges_scalars_only() -> None:
    shape = {
        "types": ("string", "null"),
        "patterns": ("a", "b"),
        "maxLength": 3,
        "enum": [1],
        "properties": {},
        "examples": [],
    }
    expected = {"type": ["string", "null"], "maxLength": 3, "allOf": [{"pattern": "a"}, {"pattern": "b"}]}
    assert scalar_schema(shape) == expected
