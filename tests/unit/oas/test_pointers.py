"""JSON pointers against RFC 6901."""

from __future__ import annotations

from typing import Any

import pytest

from oas import pointers
from oas.pointers import MISSING

# The document and the pointers of RFC 6901 §5.
DOCUMENT: dict[str, Any] = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8,
}  # fmt: skip
FOUND = {
    "": DOCUMENT, "/foo": ["bar", "baz"], "/foo/0": "bar", "/": 0, "/a~1b": 1, "/c%d": 2, "/e^f": 3, "/g|h": 4,
    "/i\\j": 5, '/k"l': 6, "/ ": 7, "/m~0n": 8,
}  # fmt: skip


@pytest.mark.parametrize("pointer", FOUND)
def test_what_is_there_is_found(pointer: str) -> None:
    assert pointers.lookup(DOCUMENT, pointer) == pointers.get(DOCUMENT, pointer) == FOUND[pointer]
    assert pointers.join("", *pointers.tokens(pointer)) == pointer
    assert pointers.pointer_of(pointers.fragment_of(pointer)) == pointer


@pytest.mark.parametrize("pointer", ["/nope", "/foo/2", "/foo/00", "/foo/-", "/foo/x", "/foo/0/1", "/foo/\u0661"])
def test_what_is_not_there_raises_or_is_missing(pointer: str) -> None:
    assert pointers.get(DOCUMENT, pointer) is MISSING
    assert not MISSING
    with pytest.raises(LookupError):
        pointers.lookup(DOCUMENT, pointer)


def test_null_is_there() -> None:
    assert pointers.get({"a": None}, "/a") is None
    assert pointers.get({"a": None}, ("a",)) is None


@pytest.mark.parametrize("pointer", ["foo", "#/foo"])
def test_a_malformed_pointer_is_refused(pointer: str) -> None:
    with pytest.raises(ValueError, match="JSON pointer"):
        pointers.lookup(DOCUMENT, pointer)


@pytest.mark.parametrize("fragment", ["other.yaml#/a", "#anchor", ""])
def test_a_fragment_that_is_not_a_pointer_is_refused(fragment: str) -> None:
    with pytest.raises(ValueError, match="JSON pointer"):
        pointers.pointer_of(fragment)


def test_fragments_are_percent_encoded() -> None:
    assert pointers.fragment_of("/a b/~1p~1{id}") == "#/a%20b/~1p~1%7Bid%7D"
    assert pointers.pointer_of("#/a%20b/~1p~1%7Bid%7D") == "/a b/~1p~1{id}"


def test_objects_are_found_by_identity() -> None:
    wanted: dict[str, Any] = {}
    assert pointers.find({"a": [{}, {"b/c": wanted}]}, wanted) == "/a/1/b~1c"
    assert pointers.find({"a": {}}, wanted) is None


BODY = {"items": [{"id": 1, "tags": [5, 6]}, {"id": 2}], "n": {"*": 3}}


@pytest.mark.parametrize(
    "pattern, found",
    [
        ("", [("", BODY)]),
        ("/items/*/id", [("/items/0/id", 1), ("/items/1/id", 2)]),
        ("/items/*/tags/*", [("/items/0/tags/0", 5), ("/items/0/tags/1", 6)]),
        ("/nope/*", []),
        ("/n/*", []),
    ],
)
def test_patterns_name_every_item(pattern: str, found: list[tuple[str, Any]]) -> None:
    assert list(pointers.locate(BODY, pointers.tokens(pattern))) == found
    assert list(pointers.values(BODY, pointers.tokens(pattern))) == [value for _, value in found]


@pytest.mark.parametrize("pattern, scope", [("/a/*/b", "/a/*"), ("/a/*", "/a/*"), ("/a/b", ""), ("", "")])
def test_scope_is_the_innermost_item(pattern: str, scope: str) -> None:
    assert pointers.scope_of(pattern) == scope


def test_a_pattern_has_no_indexes() -> None:
    assert pointers.pattern_of("/items/12/id") == "/items/*/id"
