"""JSON pointers and patterns."""

from __future__ import annotations

import pytest

from oas.pointers import MISSING, get, join, locate, pattern_of, scope_of, tokens

BODY = {"a/b": {"~": 1}, "rows": [{"id": 1, "days": [{"n": 2}, {"n": 3}]}, {"id": None}], "0": "zero"}


@pytest.mark.parametrize(
    "pointer, value",
    [("", BODY), ("/a~1b/~0", 1), ("/rows/0/id", 1), ("/rows/1/id", None), ("/0", "zero")],
)
def test_a_pointer_names_a_value(pointer: str, value: object) -> None:
    assert get(BODY, pointer) == value


@pytest.mark.parametrize("pointer", ["/none", "/rows/2", "/rows/x", "/rows/0/id/deeper", "/rows/-1"])
def test_a_pointer_to_nothing_is_missing_and_no_null(pointer: str) -> None:
    assert get(BODY, pointer) is MISSING
    assert not MISSING
    assert repr(MISSING) == "MISSING"


def test_a_pattern_names_every_item_with_its_pointer() -> None:
    assert list(locate(BODY, tokens("/rows/*/days/*/n"))) == [("/rows/0/days/0/n", 2), ("/rows/0/days/1/n", 3)]


def test_a_pattern_passes_over_what_is_no_array() -> None:
    assert list(locate(BODY, tokens("/a~1b/*"))) == []


def test_pointers_are_escaped_when_joined() -> None:
    assert join("/x", "a/b", "~", 0) == "/x/a~1b/~0/0"


def test_a_pattern_is_the_same_for_every_index() -> None:
    assert pattern_of("/rows/12/days/0/n") == "/rows/*/days/*/n"


@pytest.mark.parametrize(
    "pattern, scope",
    [("/rows/*/days/*/n", "/rows/*/days/*"), ("/rows/*/id", "/rows/*"), ("/ids/*", "/ids/*"), ("/total", "")],
)
def test_the_scope_is_the_innermost_item(pattern: str, scope: str) -> None:
    assert scope_of(pattern) == scope
