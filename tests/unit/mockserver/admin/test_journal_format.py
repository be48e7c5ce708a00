"""Exchanges in the shape of WireMock: URLs, headers, lists of one line each, and nothing that JSON cannot hold."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admin.journal_format import SECRET_HEADERS, to_summary, to_url, to_wiremock
from oas.api_keys import mask_of
from oas.messages import DeliveryOptions, Exchange, Headers, Request, Response, Violation

HEX_KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
MOMENT = 1_746_954_000.75  # 2025-05-11T09:00:00.75Z


def exchange(request: Request | None = None, response: Response | None = None, **changes: Any) -> Exchange:
    given_: dict[str, Any] = {
        "id": "req_1",
        "at": MOMENT,
        "duration_ms": 1.23456,
        "operation_id": "getThings",
        "key_hash": "abc",
        **changes,
    }
    return Exchange(request=request or Request("GET", "/things"), response=response or Response(200, (), b""), **given_)


@pytest.mark.parametrize(
    "path, query, url",
    [
        ("/things", "", "/things"),
        ("/things", "a=1&b=%20", "/things?a=1&b=%20"),
        ("/a b", "", "/a%20b"),
        ("/ü", "", "/%C3%BC"),
        ("/a?b#c", "x", "/a%3Fb%23c?x"),
        ("/a%2Fb", "", "/a%252Fb"),
        ("/~user:@!$&'()*+,;=", "", "/~user:@!$&'()*+,;="),
        ("/\ud800", "", "/%3F"),
        ("/a\nb", "", "/a%0Ab"),
    ],
    ids=range(9),
)
def test_a_url_is_as_the_request_line_had_it(path: str, query: str, url: str) -> None:
    assert to_url(Request("GET", path, query)) == url


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_path_comes_back_from_its_url(path: str) -> None:
    url = to_url(Request("GET", "/" + path))
    assert url.isascii()
    assert "?" not in url
    assert unquote(url) == "/" + path


def test_a_line_of_a_list_has_neither_headers_nor_bodies() -> None:
    violation = Violation("query", "/x", "undocumented", "unknown", "warning")
    request = Request("POST", "/things", "a=1", {"accept": "*/*"}, b"body")
    made = exchange(request, Response(404, (("X", "y"),), b"answer"), violations=(violation,), applied="rule:1")
    assert to_summary(made) == {
        "id": "req_1",
        "wasMatched": True,
        "operationId": "getThings",
        "keyHash": "abc",
        "violations": [
            {"location": "query", "pointer": "/x", "code": "undocumented", "message": "unknown", "severity": "warning"}
        ],
        "durationMs": 1.235,
        "applied": "rule:1",
        "deliberate": False,
        "request": {
            "url": "/things?a=1",
            "method": "POST",
            "loggedDate": 1_746_954_000_750,
            "loggedDateString": "2025-05-11T09:00:00Z",
        },
        "response": {"status": 404},
    }


def test_a_line_of_a_list_says_the_same_as_the_whole() -> None:
    made = exchange(operation_id=None, is_deliberate=True)
    whole, line = to_wiremock(made), to_summary(made)
    parts = {name: {key: whole[name][key] for key in line[name]} for name in ("request", "response")}
    assert {**{name: whole[name] for name in line}, **parts} == line
    assert (line["wasMatched"], line["deliberate"]) == (False, True)


@pytest.mark.parametrize(
    "headers, joined",
    [
        ((), {}),
        ((("X", "1"),), {"X": "1"}),
        ((("X", "1"), ("Y", "2"), ("X", "3")), {"X": ["1", "3"], "Y": "2"}),
        ((("X", "1"), ("x", "2")), {"X": "1", "x": "2"}),
        ((("Set-Cookie", "a=b"),), {"Set-Cookie": mask_of("a=b")}),
        ((("X", HEX_KEY),), {"X": mask_of(HEX_KEY)}),
    ],
    ids=range(6),
)
def test_headers_of_an_answer_become_an_object(headers: Headers, joined: dict[str, Any]) -> None:
    whole = to_wiremock(exchange(response=Response(200, headers, b"")))
    assert whole["response"]["headers"] == whole["responseDefinition"]["headers"] == joined


@pytest.mark.parametrize("name", sorted(SECRET_HEADERS))
@pytest.mark.parametrize(
    "value, shown", [("s3cret", mask_of("s3cret")), ("", ""), ("[redacted:abc]", "[redacted:abc]")]
)
def test_a_secret_header_of_a_request_shows_its_hash_at_most(name: str, value: str, shown: str) -> None:
    assert to_wiremock(exchange(Request("GET", "/", "", {name: value})))["request"]["headers"] == {name: shown}


@pytest.mark.parametrize(
    "delivery, told",
    [
        (None, {}),
        (DeliveryOptions(0.25), {"fixedDelayMilliseconds": 250}),
        (DeliveryOptions(0.0, "EMPTY_RESPONSE"), {"fixedDelayMilliseconds": 0, "fault": "EMPTY_RESPONSE"}),
        (
            DeliveryOptions(0.0, "", 4, 1.5),
            {"fixedDelayMilliseconds": 0, "chunkedDribbleDelay": {"numberOfChunks": 4, "totalDuration": 1500}},
        ),
    ],
    ids=range(4),
)
def test_what_was_planned_is_told_and_what_came_is_not_mixed_with_it(
    delivery: DeliveryOptions | None, told: dict[str, Any]
) -> None:
    whole = to_wiremock(exchange(response=Response(200, (), b"x", delivery)))
    plain = {"status": 200, "headers": {}, "body": "x"}
    assert whole["responseDefinition"] == plain | told
    assert whole["response"] == plain | {"bodyAsBase64": "eA=="}


@pytest.mark.parametrize(
    "host, absolute", [("api.example:8080", "http://api.example:8080/things"), (None, "http://localhost/things")]
)
def test_the_whole_url_has_the_host_that_was_asked(host: str | None, absolute: str) -> None:
    headers = {} if host is None else {"host": host}
    assert to_wiremock(exchange(Request("GET", "/things", "", headers)))["request"]["absoluteUrl"] == absolute


#: Lone surrogates too, which no encoder takes.
ANY = st.text(max_size=15) | st.sampled_from(["\ud800", "a\udfffb"])


@given(path=ANY, query=ANY, header=ANY, body=st.binary(max_size=40), text=ANY)
def test_whatever_was_sent_can_be_written_as_json(path: str, query: str, header: str, body: bytes, text: str) -> None:
    request = Request(text or "GET", "/" + path, query, {header or "x": text}, body)
    made = exchange(request, Response(200, (("X-Text", text),), body), applied=text)
    for shown in (to_wiremock(made), to_summary(made)):
        json.dumps(shown, ensure_ascii=False).encode("utf-8")


@given(st.binary(max_size=60))
def test_bytes_without_a_key_are_exact_in_base64(body: bytes) -> None:
    shown = to_wiremock(exchange(Request("POST", "/", "", {}, body)))["request"]
    assert base64.b64decode(shown["bodyAsBase64"]) == body
