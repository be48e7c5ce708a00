"""Bodies: JSON as RFC 8259 says it, and nothing that two readers would read differently."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oas.media import is_json, read_json


def code_of(body: bytes | str) -> tuple[str, str]:
    value, violation = read_json(body if isinstance(body, bytes) else body.encode(), 64)
    assert value is None
    assert violation is not None
    assert (violation.location, violation.pointer) == ("body", "")
    return violation.code, violation.message


def nested(depth: int, opening: str = "[") -> str:
    closing = "]" if opening == "[" else "}"
    inner = opening * depth if opening == "[" else '{"a":' * (depth - 1) + "{"
    return inner + closing * depth


@pytest.mark.parametrize(
    "value", [{}, [], None, True, 0, -1.5, "é", "\x00", "😀", {"a": [{"b": None}]}, 10**100, {"": ""}, "\ufeff"]
)
@pytest.mark.parametrize("is_ascii", [True, False])
def test_json_is_read(value: Any, is_ascii: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=is_ascii).encode(), 64) == (value, None)


@pytest.mark.parametrize("body, value", [(b" \n[1]\t", [1]), (b'"\\ud83d\\ude00"', "😀"), (b"1e-999", 0), (b"-0", 0)])
def test_odd_but_good_json_is_read(body: bytes, value: Any) -> None:
    assert read_json(body, 64) == (value, None)


@pytest.mark.parametrize("body, value", [(b"10.0", 10), (b"1e2", 100), (b"1e20", 10**20), (b"1.5", 1.5), (b"-0.0", 0)])
def test_a_number_that_the_schema_counts_as_an_integer_is_one(body: bytes, value: Any) -> None:
    found, _ = read_json(body, 64)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "body, says",
    [
        ("", "the body is not JSON"),
        (" ", "the body is not JSON"),
        ("{", "the body is not JSON"),
        ("{'a': 1}", "the body is not JSON"),
        ('{"a": 1,}', "the body is not JSON"),
        ("[1] [2]", "the body is not JSON"),
        ("// x\n{}", "the body is not JSON"),
        ("01", "the body is not JSON"),
        ('"a\nb"', "the body is not JSON"),
        ("\ufeff{}", "the body is not JSON"),
        ("limit=5", "the body is not JSON"),
        (b"\x00", "the body is not JSON"),
        (b'{"a": "\xff"}', "not UTF-8 (byte 7)"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (json.dumps({}).encode("utf-16"), "not UTF-8"),
        ("NaN", "NaN is not a JSON value"),
        ('{"limit": Infinity}', "Infinity is not a JSON value"),
        ("[-Infinity]", "-Infinity is not a JSON value"),
        ("1e999", "the number 1e999 is too large"),
        ("[-1e400]", "too large"),
        ("9" * 4001, "more than 4,000 digits"),
        ('{"a": 1, "b": 2, "a": 3}', "the member 'a' stands twice"),
        ('[{"b": {"a": 1, "\\u0061": 1}}]', "the member 'a' stands twice"),
        ('{"\\ud800": 1, "\\ud800": 1}', "stands twice"),
        ('"\\ud800"', "lone surrogate"),
        ('{"a": ["x\\udfffy"]}', "lone surrogate"),
        ('{"\\udc00\\ud800": 1}', "lone surrogate"),
    ],
)
def test_what_is_no_json_is_refused_in_words(body: bytes | str, says: str) -> None:
    code, message = code_of(body)
    assert code == "malformed"
    assert says in message
    message.encode()  # fit to be sent


@pytest.mark.parametrize("opening", ["[", "{"])
def test_the_limit_of_nesting_is_exact(opening: str) -> None:
    assert read_json(nested(64, opening).encode(), 64)[1] is None
    assert code_of(nested(65, opening)) == ("depth", "the body is nested deeper than 64")


@pytest.mark.parametrize("depth", [999, 10_000, 500_000])
@pytest.mark.parametrize("opening", ["[", "{"])
def test_nesting_beyond_any_stack_is_refused(depth: int, opening: str) -> None:
    assert code_of(nested(depth, opening))[0] == "depth"


def test_wide_bodies_are_not_taken_for_deep_ones() -> None:
    assert read_json(b"[" + b",".join([b"[{}]"] * 1000) + b"]", 3)[1] is None
    assert read_json(json.dumps("[{" * 100).encode(), 1)[1] is None


@pytest.mark.parametrize(
    "content_type, expected",
    [
        ("application/json", True),
        ("Application/JSON ; Charset=UTF-8", True),
        ('application/json; charset="utf8"', True),
        ("application/json;", True),
        ("application/json; odata=verbose", True),
        ("application/problem+json", True),
        ("application/json; charset=iso-8859-1", False),
        ("application/json; charset=utf-16", False),
        ("application/json, application/json", False),
        ("application/json; a=b, text/plain", False),
        ("text/json", False),
        ("text/x+json", False),
        ("application/jsonp", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("json", False),
        ("", False),
    ],
)
def test_only_json_in_utf8_is_announced_as_json(content_type: str, expected: bool) -> None:
    assert is_json(content_type) is expected
