from __future__ import annotations

from typing import Any

import pytest

from contracts.client import ClientRequest, contract_of
from contracts.messages import Answer, Exchange, Request
from contracts.plugin.client_log import sent_of
from oas.contract import Contract


@pytest.fixture(scope="module")
def document() -> Contract:
    return contract_of()


def seen(document: Contract, answer: Answer | None = None, **request: Any) -> ClientRequest:
    fields = {"operation_id": "getCampaignInfo", "method": "GET", "path": "/campaign-info"} | request
    exchange = Exchange(number=7, phase="client", request=Request(**fields), answer=answer, started_at=12.5)
    return sent_of(document, 3, exchange)


def breaches(sent: ClientRequest) -> list[tuple[str, str, str]]:
    return [(one.location, one.pointer, one.code) for one in sent.breaches]


def test_a_request_and_its_answer_are_described(document: Contract) -> None:
    answer = Answer(status=429, headers={"retry-after": ("60",)}, body=b'{"data": {"retry_after": 60}}')
    sent = seen(document, answer, query=(("limit", "2"),), headers=(("Accept-Language", "de"),))
    assert (sent.order, sent.at, sent.method, sent.target) == (3, 12.5, "GET", "/campaign-info?limit=2")
    assert (sent.status, sent.answer, sent.answer_headers) == (
        429,
        {"data": {"retry_after": 60}},
        {"retry-after": "60"},
    )
    assert (sent.parameters, dict(sent.headers), sent.breaches) == ({"limit": "2"}, {"accept-language": "de"}, ())


@pytest.mark.parametrize(
    "credential, shown", [("key", "key"), ("unknown", "unknown"), ("none", ""), ("empty", "")], ids=str
)
def test_a_key_is_named_by_what_it_stands_for(document: Contract, credential: str, shown: str) -> None:
    assert seen(document, credential=credential).key_hash == shown


def test_a_request_without_an_answer_tells_why(document: Contract) -> None:
    exchange = Exchange(
        number=1, phase="client", request=Request(operation_id="", method="GET", path="/"), answer=None, failure="reset"
    )
    sent = sent_of(document, 1, exchange)
    assert (sent.status, sent.fault, sent.answer) == (0, "reset", None)


@pytest.mark.parametrize(
    "request_, expected",
    [
        ({"query": (("start-date", "x"), ("limit", "1"))}, [("query", "/start-date", "undocumented")]),
        ({"query": (("a/b~c", "x"), ("a/b~c", "y"))}, [("query", "/a~1b~0c", "undocumented")]),
        ({"operation_id": "", "path": "/nowhere"}, [("path", "", "unknown-path")]),
        ({"operation_id": "", "method": "PUT"}, [("path", "", "unknown-method")]),
        (
            {"operation_id": "postCampaignInfo", "method": "POST", "body": {"limits": 1}, "query": (("limit", "1"),)},
            [("query", "/limit", "undocumented"), ("body", "/limits", "undocumented")],
        ),
        ({"operation_id": "postCampaignInfo", "method": "POST", "body": {"limit": 1}}, []),
    ],
    ids=["query", "escaped, once", "path", "method", "body form", "right"],
)
def test_what_the_contract_does_not_name_is_found(
    document: Contract, request_: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert breaches(seen(document, **request_)) == expected


def test_what_a_mock_found_is_taken_over(document: Contract) -> None:
    told = '[{"location": "query", "pointer": "/limit", "code": "minimum", "message": "0 is less than 1"}]'
    answer = Answer(status=400, headers={"x-mock-violations": (told,)}, body=b"")
    assert breaches(seen(document, answer, query=(("limit", "0"),))) == [("query", "/limit", "minimum")]


@pytest.mark.parametrize("header", ["no JSON", "3", '["a"]', '[{"location": "query"}]'])
def test_another_servers_header_of_that_name_says_nothing(document: Contract, header: str) -> None:
    answer = Answer(status=200, headers={"x-mock-violations": (header,)}, body=b"")
    assert breaches(seen(document, answer)) == []


@pytest.mark.parametrize(
    "body, text",
    [({"body": {"limit": 1}}, '{"limit": 1}'), ({"raw_body": b"{\xff"}, "{\ufffd"), ({}, "")],
    ids=["json", "raw", "none"],
)
def test_a_body_is_shown_as_text(document: Contract, body: dict[str, Any], text: str) -> None:
    assert seen(document, **body).body == text
