"""The mock's journal, read: what is there, what is left out, and one clear line for what is not a journal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import MakeClient
from contracts.client import Breach, judge, read_journal
from contracts.errors import ConfigInvalid
from judged import ADMIN_KEY
from unit.contracts.client.sending import case, document, recorded

ENTRY = {
    "id": "req_1",
    "request": {"url": "/api/a%20b?x=1", "method": "get", "loggedDate": 1500, "headers": {"X-Api-Key": "s3cret"}},
    "response": {"status": 200, "headers": {"Set-Cookie": ["a", "b"]}},
}


def entry(**changes: Any) -> dict[str, Any]:
    return {**ENTRY, **changes}


def test_what_the_mock_recorded_is_read_in_the_order_of_arrival(make_client: MakeClient) -> None:
    client = make_client()
    client.post("/campaign-info", {"limit": 1, "x": 2})
    client.get("/nowhere", "a=1")
    first, second = recorded(client)
    assert (first.order, first.method, first.path, first.operation_id) == (
        1, "POST", "/campaign-info", "postCampaignInfo",
    )  # fmt: skip
    assert json.loads(first.body) == {"limit": 1, "x": 2}
    assert first.breaches[0].pointer == "/x"
    assert first.answer["code"] == 200
    assert first.at == 1746954000.0
    assert (second.order, second.target, second.operation_id, second.status) == (2, "/nowhere?a=1", "", 404)
    assert second.answer_headers["x-ratelimit-limit-minute"] == "100"
    assert first.key_hash == second.key_hash != ""
    assert ADMIN_KEY not in repr((first, second))


def test_the_admin_endpoint_a_file_and_the_fixture_give_the_same_verdict(make_client: MakeClient) -> None:
    client = make_client()
    client.get("/campaign-info", "limt=1")
    answered = client.admin("GET", "/requests").get_json()
    filed = json.loads(json.dumps(answered))
    verdicts = [
        judge(requests, document())
        for requests in (
            recorded(client),
            read_journal(answered, client.app.base_path),
            read_journal(filed["requests"], client.app.base_path),
        )
    ]
    assert verdicts[0] == verdicts[1] == verdicts[2]
    assert not verdicts[0].is_kept


def test_an_entry_of_wiremocks_own_shape_is_enough() -> None:
    (found,) = read_journal({"requests": [ENTRY]}, "/api")
    assert (found.path, found.query, found.method, found.at) == ("/a b", "x=1", "GET", 1.5)
    assert found.headers == {"x-api-key": "[redacted]"}
    assert found.answer_headers == {"set-cookie": "a"}
    assert found.answer is None


def test_what_was_done_to_an_answer_is_read() -> None:
    dribble = {"numberOfChunks": 2, "totalDuration": 500}
    planned = {"fixedDelayMilliseconds": 1000, "chunkedDribbleDelay": dribble, "fault": "EMPTY_RESPONSE"}
    (found,) = read_journal([entry(responseDefinition=planned, applied="rule:3", deliberate=True, origin="http://x:1")])
    assert (found.delay_s, found.fault, found.applied, found.is_deliberate) == (1.5, "EMPTY_RESPONSE", "rule:3", True)
    assert found.target == "http://x:1/api/a b?x=1"


def test_the_mocks_own_faults_are_no_breaches_of_the_client() -> None:
    violations = [
        {"location": "response", "pointer": "", "code": "type", "message": "m", "severity": "error"},
        {"location": "query", "pointer": "/a", "code": "type", "message": "m", "severity": "error"},
    ]
    assert read_journal([entry(violations=violations)])[0].breaches == (Breach("query", "/a", "type", "m"),)


@pytest.mark.parametrize("path, shown", [("/api/a", "/a"), ("/apixa", "/apixa"), ("/api", "/api"), ("/b", "/b")])
def test_only_the_base_path_is_left_out(path: str, shown: str) -> None:
    url = {**ENTRY["request"], "url": path}  # type: ignore[dict-item]
    assert read_journal([entry(request=url)], "/api")[0].path == shown


@pytest.mark.parametrize(
    "journal, reason",
    [
        case("text", "requests", "a journal was expected"),
        case("nothing", None, "a journal was expected"),
        case("another object", {"a": 1}, "a journal was expected"),
        case("no entry", ["x"], "request 1, counted from the oldest, cannot be read"),
        case("no response", [entry(), {"request": ENTRY["request"]}], "request 1, counted from the oldest, lacks 're"),
        case("no moment", [entry(request={"url": "/", "method": "GET"})], "lacks 'loggedDate'"),
        case("no status", [entry(response={"status": "ok"})], "cannot be read"),
    ],
)
def test_what_is_no_journal_is_refused_in_one_line(journal: Any, reason: str) -> None:
    with pytest.raises(ConfigInvalid, match=reason) as caught:
        read_journal(journal)
    assert "\n" not in str(caught.value)


def test_an_empty_journal_is_one() -> None:
    assert read_journal({"requests": []}) == ()
