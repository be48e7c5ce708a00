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
    ],
)
def test_a_pattern_is_written_as_the_strict_syntax_asks(pattern: str, strict: str) -> None:
    assert strict_pattern(pattern) == strict
    assert strict_pattern(strict) == strict


@pytest.mark.parametrize("pattern, text", [("^{a}$", "{a}"), (r"^\@\'$", "@'"), (r"^[\<]$", "<"), ("^a{,3}$", "a{,3}")])
def test_the_compiler_reads_what_it_would_refuse(pattern: str, text: str) -> None:
    assert jsonschema_rs.Draft202012Validator({"pattern": strict_pattern(pattern)}).is_valid(text)


@given(st.text("ab\\[]{}(),12?*"))
def test_what_is_strict_stays_as_it_is(pattern: str) -> None:
    assert strict_pattern(strict_pattern(pattern)) == strict_pattern(pattern)
