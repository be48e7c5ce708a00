"""Requests and answers as frozen records: parameters, headers, bodies."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import CREDENTIALS, NOT_JSON, Answer, Request


def asked(*query: tuple[str, str], body: Any = None) -> Request:
    return Request(operation_id="getThings", method="GET", path="/things", query=query, body=body)


def answered(body: bytes = b"", **headers: tuple[str, ...]) -> Answer:
    return Answer(status=200, headers=headers, body=body)


@pytest.mark.parametrize(
    "query, parameters",
    [
        ((), {}),
        ((("a", "1"),), {"a": "1"}),
        ((("a", "1"), ("a", "2")), {"a": ["1", "2"]}),
        ((("a", "1"), ("b", "x"), ("a", "2"), ("a", "3")), {"a": ["1", "2", "3"], "b": "x"}),
        ((("a", ""), ("A", "")), {"a": "", "A": ""}),
        ((("", "1"),), {"": "1"}),
    ],
    ids=str,
)
def test_a_repeated_name_of_a_query_is_a_list(query: tuple[tuple[str, str], ...], parameters: dict[str, Any]) -> None:
    assert asked(*query).parameters == parameters


@pytest.mark.parametrize("body", [{}, {"a": 1}, {"a": [1, None], "b": {"c": True}}], ids=str)
def test_an_object_in_the_body_is_the_parameters(body: dict[str, Any]) -> None:
    assert asked(("a", "of the query"), body=body).parameters == body


@pytest.mark.parametrize("body", [None, [], ["a"], "text", 0, False], ids=repr)
def test_another_body_has_no_parameters(body: Any) -> None:
    assert asked(("a", "1"), body=body).parameters == {"a": "1"}


NAMES = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.tuples(NAMES, st.text(max_size=3)), max_size=12))
def test_no_value_of_a_query_is_lost_or_moved(query: list[tuple[str, str]]) -> None:
    found = asked(*query).parameters
    for name in {name for name, _ in query}:
        values = [value for key, value in query if key == name]
        assert found[name] == (values[0] if len(values) == 1 else values)
    assert list(found) == list(dict.fromkeys(name for name, _ in query))


@pytest.mark.parametrize(
    "name, value",
    [("retry-after", "1"), ("Retry-After", "1"), ("RETRY-AFTER", "1"), ("x-empty", None), ("other", None)],
)
def test_the_first_value_of_a_header_is_found_in_any_case(name: str, value: str | None) -> None:
    answer = Answer(status=200, headers={"retry-after": ("1", "2"), "x-empty": ()}, body=b"")
    assert answer.header(name) == value


@pytest.mark.parametrize(
    "body, value",
    [
        (b"{}", {}),
        (b"null", None),
        (b" [1, 2.5] ", [1, 2.5]),
        ('"\u00fc"'.encode(), "\u00fc"),
        ('"\u00fc"'.encode("utf-16"), "\u00fc"),
        (b"\xef\xbb\xbf{}", {}),
    ],
)
def test_a_body_is_read_as_json(body: bytes, value: Any) -> None:
    assert answered(body).json == value


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff", b"{'a': 1}", b"[1,]", b"[" * 100_000, b"1 2"])
def test_what_is_no_json_is_false_and_equal_to_itself_only(body: bytes) -> None:
    found = answered(body).json
    assert found is NOT_JSON
    assert not found
    assert found != answered(b"null").json
    assert repr(found) == "NOT_JSON"


def test_a_body_is_read_once() -> None:
    answer = answered(b'{"a": []}')
    assert answer.json is answer.json


def test_a_body_that_was_read_is_no_other_answer() -> None:
    first, second = answered(b"{}"), answered(b"{}")
    assert first.json == {}
    assert first == second
    assert "_parsed" not in repr(first)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda kids: st.lists(kids, max_size=3)))
def test_whatever_json_was_sent_is_read(value: Any) -> None:
    assert answered(json.dumps(value).encode()).json == value


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        asked().method = "POST"  # type: ignore[misc]


def test_the_callers_own_key_is_what_a_request_names_by_default() -> None:
    assert asked().credential == CREDENTIALS[0] == "key"
    assert len(set(CREDENTIALS)) == len(CREDENTIALS)
