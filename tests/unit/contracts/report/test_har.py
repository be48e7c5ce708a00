"""HAR that the network panel of a browser imports."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contracts.report.har import render
from contracts.verdicts import Report
from documents import source_of
from fabricated import exchange, kept, report

SOURCE = source_of("components: {securitySchemes: {key: {type: apiKey, in: header, name: X-API-KEY}}}")
FOLDER = Path(__file__).resolve().parents[3] / "schemas" / "har"


def entries(made: Report) -> list[dict[str, Any]]:
    """Render and return the entries."""
    found = json.loads(render(made, SOURCE))["log"]["entries"]
    assert isinstance(found, list)
    return found


def entry(**changes: Any) -> dict[str, Any]:
    """Render one exchange."""
    return entries(kept(exchanges=(exchange(1, **changes),)))[0]


@pytest.fixture(scope="module")
def schema() -> Any:
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    for part in parts:
        part["$id"] = f"https://har.invalid/{part['$id'].rstrip('#')}"
    registry = jsonschema_rs.Registry([(part["$id"], part) for part in parts], draft=jsonschema_rs.Draft6)
    root = {"$schema": "http://json-schema.org/draft-06/schema#", "$ref": "https://har.invalid/har.json"}
    return jsonschema_rs.Draft6Validator(root, registry=registry, validate_formats=True)


@pytest.mark.parametrize("made", [report(), kept(exchanges=())], ids=["full", "empty"])
def test_the_archive_is_valid(made: Report, schema: Any) -> None:
    schema.validate(json.loads(render(made, SOURCE)))


def test_the_schema_would_notice_a_missing_member(schema: Any) -> None:
    archive = json.loads(render(report(), SOURCE))
    del archive["log"]["entries"][0]["request"]["httpVersion"]
    assert not schema.is_valid(archive)


def test_there_is_an_entry_for_every_exchange() -> None:
    assert [item["comment"].split()[0] for item in entries(report())] == [f"#{number}" for number in range(1, 8)]


def test_a_query_is_percent_encoded_in_the_url_and_plain_in_the_list() -> None:
    request = entry(query=(("term", "a&b ü"), ("ids", "1"), ("ids", "2")))["request"]
    assert request["url"].endswith("/third_party/campaign-info?term=a%26b+%C3%BC&ids=1&ids=2")
    assert request["queryString"][0] == {"name": "term", "value": "a&b ü"}


def test_a_lone_surrogate_does_not_stop_the_archive() -> None:
    assert "term=%ED%A0%80" in entry(query=(("term", "\ud800"),))["request"]["url"]


@pytest.mark.parametrize("credential, headers", [("key", [{"name": "X-API-KEY", "value": "[key]"}]), ("none", [])])
def test_a_credential_is_named_and_not_shown(credential: str, headers: list[dict[str, str]]) -> None:
    assert entry(credential=credential)["request"]["headers"] == headers


def test_a_json_body_is_text_with_its_type() -> None:
    request = entry(method="POST", sent={"limit": 5})["request"]
    assert request["postData"]["text"] == '{"limit": 5}'
    assert request["bodySize"] == 12
    assert {"name": "Content-Type", "value": "application/json"} in request["headers"]


def test_bytes_that_are_no_text_are_base64() -> None:
    found = entry(body=b"\xff\x00", raw_body=b"\xfe")
    assert base64.b64decode(found["response"]["content"]["text"]) == b"\xff\x00"
    assert found["response"]["content"]["encoding"] == "base64"
    assert base64.b64decode(found["request"]["postData"]["text"]) == b"\xfe"


def test_silence_has_status_zero_and_a_reason() -> None:
    response = entry(status=None)["response"]
    assert response["status"] == 0
    assert "connection was closed" in response["_error"]


def test_an_answer_has_its_time_and_headers() -> None:
    found = entry()
    assert found["time"] == found["timings"]["wait"] == 12.5
    assert found["startedDateTime"] == "2026-05-28T20:26:41.250Z"
    assert found["response"]["statusText"] == "OK"
    assert {"name": "x-ratelimit-remaining-minute", "value": "99"} in found["response"]["headers"]
