"""The stages in order, what leaves them, and what the journal keeps of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from conftest import MAY_2025
from judged import JudgedClient
from mockserver.app import create_wsgi
from mockserver.config import Config
from mockserver.pipeline.envelopes import request_ids
from mockserver.pipeline.pipeline import Pipeline
from mockserver.pipeline.record import redacted
from mockserver.state import session_factory
from oas.messages import BuiltResponse, Refusal, Request, Response

KEYS = ("your_api_key_here", "member_api_key_here", "deactivated_api_key_here")


def broken(monkeypatch: pytest.MonkeyPatch, body: bytes | Exception, *, check_answers: bool = True) -> Response:
    """Answer a request with a builder that makes nonsense."""
    pipeline = create_wsgi(Config(clock=MAY_2025, check_answers=check_answers)).pipeline

    def success(*_: Any) -> BuiltResponse:
        if isinstance(body, Exception):
            raise body
        return BuiltResponse(200, body)

    monkeypatch.setattr(pipeline._builder, "success", success)
    return pipeline.handle(Request("GET", "/campaign-info", "", {"authorization": KEYS[0]}))


@pytest.mark.parametrize("body", [b"{}", b'{"code": 200, "status": true, "message": "m", "data": {}}'])
def test_an_answer_that_breaks_the_document_is_the_mocks_fault(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    response = broken(monkeypatch, body)
    assert response.status == 500
    assert json.loads(response.body)["data"]["error_code"] == "INTERNAL_SERVER_ERROR"
    assert '"location": "response"' in dict(response.headers)["X-Mock-Violations"]


def test_answers_are_judged_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert broken(monkeypatch, b"{}", check_answers=False).status == 200


def test_a_failing_builder_is_a_500_in_the_envelope_with_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    response = broken(monkeypatch, ZeroDivisionError("secret detail"))
    assert response.status == 500
    assert b"secret detail" not in response.body
    assert dict(response.headers)["X-RateLimit-Remaining-Minute"] == "99"


def test_a_full_registry_of_keys_is_a_500_that_says_what_to_do(
    make_client: Callable[..., JudgedClient], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(session_factory, "MAX_DEFAULT_KEYS", 1)
    client = make_client()
    first, second = (client.post("/create-api-key", {"organisation_id": 123}) for _ in range(2))
    assert (first.status, second.status) == (200, 500)
    assert "reset the session" in second.data["error"]
    assert len(caplog.text.splitlines()) == 1


def test_every_answer_counts_and_names_itself(make_client: Callable[..., JudgedClient]) -> None:
    client = make_client()
    answers = [client.get(path) for path in ("/campaign-info", "/nowhere", ["/campaign-info", "limit=0"][0])]
    assert [answer.remaining for answer in answers] == [(99, 4999), (98, 4998), (97, 4997)]
    ids = [answer.headers["X-Mock-Request-Id"] for answer in answers]
    assert len(set(ids)) == 3
    assert answers[1].data["request_id"] == ids[1]


def test_a_429_is_spoken_before_anything_else(make_client: Callable[..., JudgedClient]) -> None:
    client = make_client(limit_minute=1)
    client.get("/user-campaign-filters")
    for method, path in (("GET", "/nowhere"), ("DELETE", "/campaign-info"), ("GET", "/campaign-info")):
        assert client.request(method, path).status == 429
    assert client.as_key("no-such-key").get("/user-campaign-filters").status == 401  # counted by address


def test_the_429_agrees_with_its_headers(make_client: Callable[..., JudgedClient]) -> None:
    client = make_client(limit_minute=1)
    client.get("/user-campaign-filters")
    answer = client.get("/user-campaign-filters")
    info = answer.data["rate_limit_info"]
    assert (info["limit_minute"], info["remaining_minute"], info["limit_day"]) == (1, 0, 5000)
    assert info["remaining_day"] == answer.remaining[1] == 4998
    assert answer.data["retry_after"] == int(answer.headers["Retry-After"]) == 60
    assert answer.json["message"] == "Rate limit exceeded. Maximum 1 requests per minute allowed."


def test_the_days_limit_names_the_day_even_when_both_are_exhausted(make_client: Callable[..., JudgedClient]) -> None:
    client = make_client(limit_minute=1, limit_day=1)
    client.get("/user-campaign-filters")
    answer = client.get("/user-campaign-filters")
    assert answer.json["message"] == "Rate limit exceeded. Maximum 1 requests per day allowed."
    assert answer.data["retry_after"] == 15 * 3600  # 09:00 to midnight


def test_authentication_is_told_apart(client: JudgedClient) -> None:
    expected = {KEYS[0]: 200, KEYS[1]: 401, KEYS[2]: 401, "": 401, "YOUR_API_KEY_HERE": 401, None: 401}
    assert {key: client.as_key(key).post("/create-api-key", {}).status for key in expected} == expected
    assert client.as_key(KEYS[1]).post("/create-api-key", {}).error_code == "UNAUTHORIZED_ACCESS"
    assert client.as_key(KEYS[2]).post("/create-api-key", {}).error_code == "INVALID_API_KEY"


def test_unauthorized_comes_before_too_large(client: JudgedClient) -> None:
    body = b" " * (2 << 20)
    assert client.as_key(None).post("/campaign-info", body=body).status == 401
    assert client.post("/campaign-info", body=body).status == 413


def test_get_and_post_give_the_same_data(client: JudgedClient) -> None:
    parameters = {"campaign_status": "active", "limit": 3, "sort_by": "member_count"}
    got, posted = client.get("/campaign-info", parameters).data, client.post("/campaign-info", parameters).data
    assert {**got, "request_id": ""} == {**posted, "request_id": ""}


def test_head_is_served_where_get_is(client: JudgedClient) -> None:
    assert client.request("HEAD", "/campaign-info").status == 200
    assert client.request("HEAD", "/create-api-key").status == 405


def test_the_bare_path_is_the_api_too(client: JudgedClient) -> None:
    assert client.get("/__bare/user-campaign-filters").status == 200


def entries(client: JudgedClient) -> str:
    """Return the whole journal as text."""
    return str(client.admin("GET", "/requests").json)


def test_no_key_reaches_the_journal(make_client: Callable[..., JudgedClient]) -> None:
    client = make_client()
    created = client.post("/create-api-key", {"description": f"for {KEYS[1]}"}).data["api_key"]
    client.get("/campaign-info", {"term": created})
    client.get(f"/{KEYS[0]}")
    client.as_key("0123456789abcdef" * 2).get("/campaign-info")
    journal = entries(client)
    assert journal.count("'id'") >= 4
    for key in (*KEYS, created, "0123456789abcdef" * 2):
        assert key not in journal


def test_a_request_without_keys_is_kept_as_it_is() -> None:
    request = Request("POST", "/a", "b=c", {"authorization": KEYS[0], "x": "y"}, b'{"d": 1}')
    kept, changed = redacted(request, "authorization", "0123456789ab")
    assert not changed
    assert (kept.query, kept.body, kept.headers["x"]) == (request.query, request.body, "y")
    assert KEYS[0] not in kept.headers["authorization"]


def test_request_ids_never_repeat_and_can_be_repeated() -> None:
    first, second = request_ids(7), request_ids(7)
    ids = [next(first) for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert ids == [next(second) for _ in range(1000)]


def test_a_refusal_outside_the_api_is_not_counted(make_client: Callable[..., JudgedClient]) -> None:
    client = make_client()
    pipeline: Pipeline = client.app.pipeline
    response = pipeline.refuse(Refusal(421, "MISDIRECTED_REQUEST", message="m"))
    assert (response.status, json.loads(response.body)["code"]) == (421, 421)
    assert client.get("/user-campaign-filters").remaining[0] == 99
