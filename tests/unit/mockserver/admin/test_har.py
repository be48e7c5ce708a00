"""The journal as HAR: valid by its schema, whole, and without a key."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from mockserver.admin.har import to_har
from mockserver.admin.journal_format import to_wiremock
from oas.messages import Exchange, Request, Response

FOLDER = Path(__file__).resolve().parents[3] / "schemas" / "har"
PLAIN = Request("GET", "/a b", "q=1&q=%26&e=", {"host": "localhost:4010", "authorization": "s3cret"})


@pytest.fixture(scope="module")
def validator() -> Any:
    parts = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    for part in parts:
        part["$id"] = f"https://har.invalid/{part['$id'].rstrip('#')}"
    registry = jsonschema_rs.Registry([(part["$id"], part) for part in parts], draft=jsonschema_rs.Draft6)
    root = {"$schema": "http://json-schema.org/draft-06/schema#", "$ref": "https://har.invalid/har.json"}
    return jsonschema_rs.Draft6Validator(root, registry=registry)


def exported(validator: Any, request: Request = PLAIN, response: Response | None = None) -> dict[str, Any]:
    """Export one exchange; its entry, after the whole was judged."""
    response = response or Response(200, (("Content-Type", "application/json"), ("Link", "a"), ("Link", "b")), b"{}")
    exchange = Exchange("7", 1_746_954_000.25, 1.5, "listThings", "abc", request, response, applied="rule:3")
    har = to_har([to_wiremock(exchange)], "1.2.3")
    assert [error.message for error in validator.iter_errors(har)] == []
    entry: dict[str, Any] = har["log"]["entries"][0]
    return entry


def test_an_empty_journal_is_a_har_too(validator: Any) -> None:
    har = to_har([], "1.2.3")
    assert validator.is_valid(har)
    assert har["log"]["creator"] == {"name": "mockserver", "version": "1.2.3"}


def test_a_har_without_a_version_is_not_valid(validator: Any) -> None:
    har = to_har([], "1")
    del har["log"]["version"]
    assert not validator.is_valid(har)


def test_time_line_and_headers_are_told(validator: Any) -> None:
    entry = exported(validator)
    assert (entry["startedDateTime"], entry["time"]) == ("2025-05-11T09:00:00.250Z", 1.5)
    request = entry["request"]
    assert (request["method"], request["url"]) == ("GET", "http://localhost:4010/a%20b?q=1&q=%26&e=")
    assert [tuple(pair.values()) for pair in request["queryString"]] == [("q", "1"), ("q", "&"), ("e", "")]
    assert "postData" not in request
    answer = entry["response"]
    assert (answer["status"], answer["statusText"], answer["content"]["mimeType"]) == (200, "OK", "application/json")
    assert [pair["value"] for pair in answer["headers"] if pair["name"] == "Link"] == ["a", "b"]
    assert (entry["comment"], entry["_id"]) == ("listThings rule:3", "7")


@pytest.mark.parametrize(
    "body, expected",
    [
        (b"", {"size": 0, "text": ""}),
        (b"{}", {"size": 2, "text": "{}"}),
        ("ü".encode(), {"size": 2, "text": "ü"}),
        (b"\xff\x00a", {"size": 3, "text": base64.b64encode(b"\xff\x00a").decode(), "encoding": "base64"}),
    ],
)
def test_the_body_of_an_answer_is_exact(validator: Any, body: bytes, expected: dict[str, Any]) -> None:
    content = exported(validator, response=Response(299, (), body))["response"]["content"]
    assert content == {"mimeType": "", **expected}


def test_the_body_of_a_request_is_posted_data(validator: Any) -> None:
    request = exported(validator, Request("POST", "/", headers={"content-type": "application/json"}, body=b"[1]"))
    assert request["request"]["postData"] == {"mimeType": "application/json", "text": "[1]"}
    assert request["request"]["bodySize"] == 3


@pytest.mark.parametrize("status, phrase", [(404, "Not Found"), (299, "")])
def test_a_status_without_a_name_has_none(validator: Any, status: int, phrase: str) -> None:
    answer = exported(validator, response=Response(status, (("Location", "/x"),), b""))["response"]
    assert (answer["statusText"], answer["redirectURL"]) == (phrase, "/x")


def test_no_key_is_exported(validator: Any) -> None:
    assert "s3cret" not in json.dumps(exported(validator))
