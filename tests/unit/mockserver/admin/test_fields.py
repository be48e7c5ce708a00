"""Members of a control request are taken as declared, or refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admin.fields import RequestFields, read_object
from mockserver.admin.problem import Problem

#: 2025-05-11T09:00:00Z.
MOMENT = 1_746_954_000.0
MISSING = object()


def members(value: Any) -> RequestFields:
    return RequestFields({} if value is MISSING else {"m": value}, ["m"])


def refused(call: Callable[[], object], *words: str) -> None:
    """Hold that a call is refused with 400, in a text that has all the words."""
    with pytest.raises(Problem) as refusal:
        call()
    assert refusal.value.status == 400
    assert [word for word in words if word not in refusal.value.detail] == []


def test_an_unknown_name_is_refused_and_the_known_ones_are_told() -> None:
    refused(lambda: RequestFields({"a": 1, "c": 2}, ["a", "b"]), "`c`", "`a`, `b`")
    refused(lambda: RequestFields({"a": 1}, []), "none at all")


@pytest.mark.parametrize("name", ["x" * 10_000, "\ud800", "ключ\r\n", "a1b2c3d4e5f60718293a4b5c6d7e8f90"])
def test_a_clients_word_is_shown_short_plain_and_without_secrets(name: str) -> None:
    with pytest.raises(Problem) as refusal:
        RequestFields({name: 1}, ["a"])
    assert len(refusal.value.detail) < 400
    assert refusal.value.detail.isascii()
    assert refusal.value.detail.isprintable()
    assert "a1b2c3" not in refusal.value.detail


def test_a_null_member_is_there() -> None:
    assert ("m" in members(None), len(members(None))) == (True, 1)
    assert ("m" in members(MISSING), len(members(MISSING))) == (False, 0)


@pytest.mark.parametrize("value, expected", [("a", "a"), ("", ""), (MISSING, None)])
def test_a_text(value: Any, expected: str | None) -> None:
    assert members(value).text("m") == expected


@pytest.mark.parametrize("value", [None, 1, True, [], "x" * 201])
def test_what_is_no_text(value: Any) -> None:
    refused(lambda: members(value).text("m"), "`m` is wrong", "at most 200 characters")


@pytest.mark.parametrize("value", [None, 1, "c", [], {}, MISSING])
def test_what_is_no_choice(value: Any) -> None:
    assert members("b").choice("m", "a", "b") == "b"
    refused(lambda: members(value).choice("m", "a", "b"), '"a" or "b" was expected')


@pytest.mark.parametrize("value", [None, 0, 1, "true", MISSING])
def test_what_is_neither_true_nor_false(value: Any) -> None:
    assert (members(True).boolean("m"), members(False).boolean("m")) == (True, False)
    refused(lambda: members(value).boolean("m"), "true or false")


@pytest.mark.parametrize("value, expected", [(1, 1), (9, 9), ("5", 5), (MISSING, None)])
def test_a_whole_number(value: Any, expected: int | None) -> None:
    assert members(value).integer("m", 1, 9) == expected


@pytest.mark.parametrize("value", [None, True, 0, 10, 5.5, 1e300, "0", "", "5.0", " 5", "\u0665", "5" * 5000, []])
def test_what_is_no_such_whole_number(value: Any) -> None:
    refused(lambda: members(value).integer("m", 1, 9), "whole number from 1 to 9")


@pytest.mark.parametrize("value", [0, -1.5, 10**300, 2])
def test_a_number(value: float) -> None:
    assert members(value).number("m") == float(value)


@pytest.mark.parametrize("value", [None, True, "1", 10**400, float("nan"), float("inf"), [], MISSING])
def test_what_is_no_finite_number(value: Any) -> None:
    refused(lambda: members(value).number("m"), "a finite number was expected")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2025-05-11T09:00:00Z", MOMENT),
        ("2025-05-11t09:00:00z", MOMENT),
        ("2025-05-11T14:30:00+05:30", MOMENT),
        ("2025-05-11T09:00:00-00:00", MOMENT),
        ("2025-05-11T09:00:00.5Z", MOMENT + 0.5),
        ("2025-05-11T09:00:00.250000999999Z", MOMENT + 0.25),
        ("0001-01-01T00:00:00+23:59", -62_135_683_140.0),
    ],
)
def test_a_moment(text: str, expected: float) -> None:
    assert members(text).moment("m") == expected


@pytest.mark.parametrize(
    "value",
    [
        "2025-05-11",
        "2025-05-11T09:00:00",
        "2025-05-11 09:00:00Z",
        "2025-05-11T09:00Z",
        "2025-05-11T24:00:00Z",
        "2025-05-11T09:00:60Z",
        "2025-02-29T09:00:00Z",
        "0000-01-01T00:00:00Z",
        "2025-05-11T09:00:00+24:00",
        "2025-05-11T09:00:00.Z",
        "2025-05-11T09:00:00Z ",
        "٢٠٢٥-05-11T09:00:00Z",
        "",
        1,
        None,
    ],
)
def test_what_is_no_moment(value: Any) -> None:
    refused(lambda: members(value).moment("m"), "RFC 3339")


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert members(5.0).integer("m", 1, 9) == 5


def test_a_moment_out_of_range() -> None:
    with pytest.raises(Problem, match="out of range; 1970-01-01T00:00:00Z to") as caught:
        members("2025-05-11T09:00:01Z").moment("m", 0.0, MOMENT)
    assert caught.value.status == 422
    assert members(MISSING).moment("m") is None


@pytest.mark.parametrize(
    "body, word",
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b"\xff{}", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "-Infinity"),
        (b'{"a":1e999}', "too large"),
        (b'{"a":' + b"9" * 5000 + b"}", "too large"),
        (b'{"a":1,"a":1}', "twice"),
        (b"[]", "must be a JSON object"),
        (b"1", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"a":' * 4 + b"1" + b"}" * 4, "at most 3 levels"),
        (b'{"a":[[[]]]}', "at most 3 levels"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
def test_what_is_no_usable_object(body: bytes, word: str) -> None:
    refused(lambda: read_object(body, max_depth=3), word)


@pytest.mark.parametrize(
    "body", [b"{}", b'{"a":[[1,2]],"b":{"c":{}}}', '{"ключ":"\\ud800"}'.encode(), b' {"a": 1e308} ']
)
def test_an_object(body: bytes) -> None:
    assert read_object(body, max_depth=3) == json.loads(body)


@given(st.binary(max_size=60) | st.text('{}[]":,1eE+.-NaIfinity\\u0', max_size=60).map(str.encode))
def test_any_bytes_are_an_object_or_a_refusal(body: bytes) -> None:
    try:
        found: object = read_object(body, max_depth=8)
    except Problem as problem:
        found = {"status": problem.status}
    assert isinstance(found, dict)
