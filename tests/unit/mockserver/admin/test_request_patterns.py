"""Request patterns: what each member finds, what is refused, and no expression that takes long."""

from __future__ import annotations

import time
from typing import Any

import jsonschema_rs
import pytest

from mockserver.admin.problem import Problem
from mockserver.admin.request_patterns import CONSTRAINTS, MEMBERS, compile_pattern
from oas.messages import Exchange, Request, Response

REQUEST = Request("GET", "/base/things", "owner=anna&owner=bo&empty=", {"accept": "application/json", "x-a": "1"})


def finds(pattern: dict[str, Any], request: Request = REQUEST) -> bool:
    """Whether a pattern finds a request; the pattern fits the schema that the description shows."""
    schema = {"type": "object", "properties": MEMBERS, "additionalProperties": False, **CONSTRAINTS}
    assert jsonschema_rs.is_valid(schema, pattern)
    return compile_pattern(pattern)(Exchange("1", 0.0, 0.1, "op", "", request, Response(200, (), b"")))


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ({}, True),
        ({"method": "GET"}, True),
        ({"method": "get"}, True),
        ({"method": "ANY"}, True),
        ({"method": "POST"}, False),
        ({"url": "/base/things?owner=anna&owner=bo&empty="}, True),
        ({"url": "/base/things"}, False),
        ({"urlPath": "/base/things"}, True),
        ({"urlPath": "/things"}, False),
        ({"urlPattern": r"/base/.*\?owner=anna.*"}, True),
        ({"urlPattern": "/base/things"}, False),
        ({"urlPathPattern": "/base/[a-z]+"}, True),
        ({"urlPathPattern": "/base"}, False),
        ({"urlPathPattern": "/base|/other/things"}, False),
        ({"queryParameters": {"owner": {"equalTo": "bo"}}}, True),
        ({"queryParameters": {"owner": {"equalTo": "b"}}}, False),
        ({"queryParameters": {"owner": {"contains": "nn"}}}, True),
        ({"queryParameters": {"owner": {"matches": "a.*a"}}}, True),
        ({"queryParameters": {"owner": {"matches": "nn"}}}, False),
        ({"queryParameters": {"owner": {"absent": True}}}, False),
        ({"queryParameters": {"page": {"absent": True}}}, True),
        ({"queryParameters": {"empty": {"equalTo": ""}}}, True),
        ({"queryParameters": {"owner": {"equalTo": "bo"}, "page": {"equalTo": "1"}}}, False),
        ({"headers": {"Accept": {"contains": "json"}}}, True),
        ({"headers": {"accept": {"equalTo": "json"}}}, False),
        ({"headers": {"X-B": {"absent": True}, "X-A": {"matches": r"\d"}}}, True),
        ({"method": "GET", "urlPath": "/base/things", "headers": {"x-a": {"equalTo": "2"}}}, False),
    ],
    ids=str,
)
def test_a_request_is_found_by_everything_given(pattern: dict[str, Any], expected: bool) -> None:
    assert finds(pattern) is expected


@pytest.mark.parametrize(
    "pattern, words",
    [
        ({"method": 1}, "`method`"),
        ({"url": None}, "`url`"),
        ({"url": "x" * 1001}, "1000 characters"),
        ({"url": "/a", "urlPath": "/a"}, "exclude each other"),
        ({"urlPattern": "("}, "regular expression"),
        ({"urlPattern": "a)(b"}, "regular expression"),
        ({"urlPattern": "(?=a)"}, "look-around"),
        ({"urlPattern": r"(a)\1"}, "back references"),
        ({"urlPattern": "(a{1000}){1000}"}, "moderate size"),
        ({"headers": []}, "`headers`"),
        ({"headers": {str(number): {"absent": True} for number in range(51)}}, "at most 50"),
        ({"headers": {"a": "b"}}, "`headers/a`"),
        ({"headers": {"a": {}}}, "`headers/a`"),
        ({"headers": {"a": {"equalTo": "b", "contains": "b"}}}, "`headers/a`"),
        ({"headers": {"a": {"equalTo": 1}}}, "`headers/a`"),
        ({"headers": {"a": {"absent": False}}}, '{"absent": true}'),
        ({"queryParameters": {"a\n\ud800": {"like": "b"}}}, r"`queryParameters/a\n\ud800`"),
    ],
    ids=lambda value: str(value)[:40].encode("unicode_escape").decode(),
)
def test_a_wrong_pattern_is_refused_with_its_place(pattern: dict[str, Any], words: str) -> None:
    with pytest.raises(Problem, match="expected") as caught:
        compile_pattern(pattern)
    assert caught.value.status == (422 if "regular" in caught.value.detail else 400)
    assert words in caught.value.detail
    assert caught.value.detail.isascii()


@pytest.mark.parametrize("expression", ["(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*a){12}b", "([a-z]+)*[A-Z]"])
def test_no_expression_takes_long(expression: str) -> None:
    started = time.perf_counter()
    assert finds({"urlPathPattern": f"/{expression}"}, Request("GET", "/" + "a" * 100_000)) is False
    assert time.perf_counter() - started < 2


def test_text_that_is_no_unicode_is_matched_like_any_other() -> None:
    assert finds({"headers": {"a": {"matches": ".."}}}, Request("GET", "/", headers={"a": "\ud800x"}))
