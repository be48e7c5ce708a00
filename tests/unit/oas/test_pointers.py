"""JSON pointers: both directions, and what is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oas import pointers

#: The document and the table of RFC 6901 §5.
DOCUMENT: dict[str, Any] = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, " ": 7, "m~n": 8}
TABLE = [("", DOCUMENT), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/m~0n", 8)]


@pytest.mark.parametrize("pointer, expected", TABLE)
def test_a_pointer_names_what_the_rfc_says(pointer: str, expected: Any) -> None:
    assert pointers.lookup(DOCUMENT, pointer) == expected


@pytest.mark.parametrize("pointer", ["/nothing", "/foo/2", "/foo/01", "/foo/-", "/foo/x", "/foo/0/x", "/foo/²"])
def test_what_is_not_there_is_a_lookup_error(pointer: str) -> None:
    with pytest.raises(LookupError):
        pointers.lookup(DOCUMENT, pointer)


def test_a_pointer_without_its_slash_is_refused() -> None:
    with pytest.raises(ValueError, match="begin with '/'"):
        pointers.lookup(DOCUMENT, "foo")


@given(st.lists(st.text()))
def test_what_is_joined_is_split_again(names: list[str]) -> None:
    assert pointers.tokens(pointers.join("", *names)) == tuple(names)


@given(st.text())
def test_an_escaped_name_has_no_slash_and_comes_back(name: str) -> None:
    escaped = pointers.escape(name)
    assert "/" not in escaped
    assert pointers.unescape(escaped) == name


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_a_fragment_leads_back_to_its_pointer(names: list[str]) -> None:
    pointer = pointers.join("", *names)
    assert pointers.pointer_of(pointers.fragment_of(pointer)) == pointer


def test_a_fragment_is_percent_decoded() -> None:
    assert pointers.pointer_of("#/paths/~1pets~1%7Bid%7D") == "/paths/~1pets~1{id}"


@pytest.mark.parametrize("reference", ["other.yaml#/a", "http://host/x", "#anchor", "", "/a"])
def test_a_reference_that_is_no_fragment_with_a_pointer_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match="no JSON pointer into this document"):
        pointers.pointer_of(reference)


def test_an_object_is_found_by_identity_not_by_equality() -> None:
    document: dict[str, Any] = {"a": [{}, {}], "b": {"c/d": {}}}
    assert pointers.find(document, document["a"][1]) == "/a/1"
    assert pointers.find(document, document["b"]["c/d"]) == "/b/c~1d"
    assert pointers.find(document, {}) is None
