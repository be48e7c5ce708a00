"""Patterns made strict."""

from __future__ import annotations

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oas.patterns import strict_pattern


@pytest.mark.parametrize(
    "pattern, strict",
    [
        ("^{a}$", r"^\{a}$"),
        (r"\'\"\@\_", "'\"@_"),
        (r"[\<\>{]", "[<>{]"),
        (r"\d{2,3}\{x\}", r"\d{2,3}\{x\}"),
        (r"\p{L}\u{41}", r"\p{L}\u{41}"),
        (r"[\]\-]{3}\/", r"[\]\-]{3}\/"),
        ("a{,3}", r"a\{,3}"),
        (r"[\w-.]-[a-z-\d]", r"[\w\-.]-[a-z\-\d]"),
        (r"(?=.)\d[\d-_]\W[\W]", r"(?=.)[0-9][0-9\-_][^A-Za-z0-9_][\W]"),
    ],
)
def test_a_pattern_is_written_as_the_strict_syntax_asks(pattern: str, strict: str) -> None:
    assert strict_pattern(pattern) == strict
    assert strict_pattern(strict) == strict


@pytest.mark.parametrize("pattern, text", [("^{a}$", "{a}"), (r"^\@\'$", "@'"), (r"^[\<]$", "<"), ("^a{,3}$", "a{,3}")])
def test_the_compiler_reads_what_it_would_refuse(pattern: str, text: str) -> None:
    assert jsonschema_rs.Draft202012Validator({"pattern": strict_pattern(pattern)}).is_valid(text)


@pytest.mark.parametrize("pattern", [r"^\d\w$", r"^(?=.)\d\w$", r"^(?<digits>\d)(?<!a)\w$", r"^(?=.)[\d][\w-.]$"])
def test_digits_and_letters_are_ascii_beside_every_other_construct(pattern: str) -> None:
    validator = jsonschema_rs.Draft202012Validator({"pattern": strict_pattern(pattern)})
    assert validator.is_valid("1_")
    assert not validator.is_valid("\u0661_")
    assert not validator.is_valid("1\u00e9")


@given(st.text("ab\\[]{}(),12?*-dwDW=!"))
def test_what_is_strict_stays_as_it_is(pattern: str) -> None:
    assert strict_pattern(strict_pattern(pattern)) == strict_pattern(pattern)
