"""The stage `record`: exchanges as the journal may keep them, no key in them."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import GONE, changed, compiled, packaged_contract, plain
from mockserver.pipeline.context import Decision, RequestContext
from mockserver.pipeline.record import Recorder, key_header, redacted
from mockserver.scenarios.models import ChosenAnswer, PlannedAnswer
from mockserver.state.journal import Journal
from mockserver.state.keys import ApiKey
from mockserver.state.rate_limits import RateLimitStatus
from mockserver.state.session import Session
from oas.api_keys import hash_of, mask_of
from oas.contract import Contract
from oas.messages import BuiltResponse, Exchange, Request, Response, Violation

SPEC = compiled(packaged_contract())
PLAIN_KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
SECRET = "your_api_key_here"
KEY = ApiKey("abc", "admin", True, 0.0)


class World:
    """A session of which only the journal is asked."""

    def __init__(self) -> None:
        self.journal = Journal()


def recorded(request: Request, *, key: ApiKey | None = None, operation: str = "", **more: Any) -> Exchange:
    """Record one exchange and return what the journal has of it; `body` is the answer's."""
    world = World()
    arrival = RequestContext(request, cast(Session, world), key, None, 5.0, "req_1", "stamp")
    response = Response(200, (("X", "y"),), more.pop("body", b"{}"))
    outcome = Decision(BuiltResponse(200, b""), RateLimitStatus((), (), None, 0), **more)
    Recorder("authorization").record(arrival, SPEC.by_id.get(operation), response, outcome, 0.5)
    (found,) = world.journal.entries()
    return found


def test_an_exchange_is_kept_with_all_that_was_decided() -> None:
    violation = Violation("query", "/x", "undocumented", "unknown", "warning")
    request = Request("GET", "/campaign-info", "x=1", {"accept": "*/*"})
    found = recorded(
        request,
        key=KEY,
        operation="getCampaignInfo",
        violations=(violation,),
        choice=ChosenAnswer(PlannedAnswer(), "rule:1"),
        is_deliberate=True,
    )
    assert found == Exchange(
        id="req_1",
        at=5.0,
        duration_ms=0.5,
        operation_id="getCampaignInfo",
        key_hash="abc",
        request=request,
        response=Response(200, (("X", "y"),), b"{}"),
        violations=(violation,),
        applied="rule:1",
        is_deliberate=True,
    )


@pytest.mark.parametrize(
    "headers, key, key_hash, kept",
    [
        ({"authorization": SECRET}, KEY, "abc", "[redacted:abc]"),
        ({"authorization": "nobody's"}, None, hash_of("nobody's"), mask_of("nobody's")),
        ({"authorization": ""}, None, "", ""),
        ({}, None, "", None),
    ],
    ids=["known", "unknown", "empty", "none"],
)
def test_a_key_is_spoken_of_by_its_hash(
    headers: dict[str, str], key: ApiKey | None, key_hash: str, kept: str | None
) -> None:
    found = recorded(Request("GET", "/", "", headers), key=key)
    assert (found.key_hash, found.request.headers.get("authorization")) == (key_hash, kept)
    assert (found.operation_id, found.applied) == (None, "")


@pytest.mark.parametrize("secret", [SECRET, PLAIN_KEY, PLAIN_KEY.replace("a", "%61", 1)])
@pytest.mark.parametrize(
    "place",
    ["path", "query", "body"],
)
def test_a_key_where_none_belongs_is_taken_out_of_request_and_answer(place: str, secret: str) -> None:
    parts: dict[str, Any] = {"path": "/x", "query": "", "body": b""}
    parts[place] = {"path": f"/x/{secret}", "query": f"k={secret}", "body": f'{{"k": "{secret}"}}'.encode()}[place]
    request = Request("POST", parts["path"], parts["query"], {}, parts["body"])
    found = recorded(request, body=f'{{"echo": "{secret}"}}'.encode())
    assert secret not in repr(found)
    assert b"[redacted:" in found.response.body


def test_an_answer_that_may_hold_a_secret_is_always_looked_through() -> None:
    body = f'{{"api_key": "{PLAIN_KEY}"}}'.encode()
    request = Request("POST", "/x")
    assert PLAIN_KEY.encode() not in recorded(request, operation="createApiKey", body=body).response.body
    # Elsewhere it is not a key, and looking for one would cost every request.
    assert recorded(request, operation="getCampaignInfo", body=body).response.body == body


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b'{"a": 1}', b"plain text"])
def test_what_holds_no_key_stays_byte_for_byte(body: bytes) -> None:
    request = Request("POST", "/x", "a=1", {"x": "y"}, body, "10.0.0.1", True)
    kept, is_changed = redacted(request, "authorization", "")
    assert (kept, is_changed) == (request, False)


def test_only_the_header_of_the_key_is_replaced_and_the_request_itself_stays() -> None:
    request = Request("GET", "/x", "", {"x-key": "k", "authorization": "kept"})
    kept, is_changed = redacted(request, "x-key", "abc")
    assert kept.headers == {"x-key": "[redacted:abc]", "authorization": "kept"}
    assert request.headers["x-key"] == "k"
    assert is_changed is False


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_key_survives_whatever_stands_around_it(before: str, after: str) -> None:
    text = f"{before} {SECRET} {after}"
    kept, is_changed = redacted(Request("GET", f"/{text}", text, {}, text.encode("utf-8", "replace")), "x", "")
    assert is_changed
    assert SECRET not in kept.path + kept.query + kept.body.decode()


SCHEMES: list[tuple[Any, str]] = [
    (GONE, "authorization"),
    ({}, "authorization"),
    ({"a": {"type": "http", "scheme": "bearer"}}, "authorization"),
    ({"a": {"type": "apiKey", "in": "query", "name": "key"}}, "authorization"),
    ({"a": {"type": "apiKey", "in": "header", "name": "X-API-KEY"}}, "x-api-key"),
    (
        {
            "a": {"type": "apiKey", "in": "query", "name": "key"},
            "b": {"type": "apiKey", "in": "header", "name": "X-One"},
            "c": {"type": "apiKey", "in": "header", "name": "X-Two"},
        },
        "x-one",
    ),
]


@pytest.mark.parametrize("schemes, header", SCHEMES, ids=range(len(SCHEMES)))
def test_the_header_of_the_key_is_that_of_the_first_scheme_that_has_one(schemes: Any, header: str) -> None:
    tree = changed(plain(components={"securitySchemes": {}}), "/components/securitySchemes", schemes)
    spec: Contract = compiled(tree)
    assert key_header(spec) == header


def test_a_document_without_components_has_the_usual_header() -> None:
    assert key_header(compiled(plain())) == "authorization"
    assert key_header(SPEC) == "authorization"
