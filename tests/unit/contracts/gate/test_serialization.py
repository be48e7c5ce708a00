from __future__ import annotations

import json

import pytest

from contracts.gate.serialization import passed_on, secrets_of, to_answer, to_request, to_wire
from contracts.gate.transport import Reply, WireRequest
from contracts.messages import Request
from oas.redaction import Redactor, marker
from unit.contracts.upstream import CREATE, FILTERS, KEY, surface


def request(**values: object) -> Request:
    return Request(**{"operation_id": "", "method": "GET", "path": "/a", **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path, query, target",
    [
        ("/a", (), "/base/a"),
        ("/a b/é/%2F", (), "/base/a%20b/%C3%A9/%2F"),
        ("/a", (("x", "1"), ("x", "a b&c=+/"), ("y", "")), "/base/a?x=1&x=a%20b%26c%3D%2B%2F&y="),
    ],
)
def test_the_target_is_encoded(path: str, query: tuple[tuple[str, str], ...], target: str) -> None:
    assert to_wire("/base", request(path=path, query=query), None).target == target


@pytest.mark.parametrize(
    "planned, body, content_type",
    [
        (request(body={"a": [1, "é"]}), b'{"a": [1, "\\u00e9"]}', "application/json"),
        (request(raw_body=b"{", content_type="text/plain"), b"{", "text/plain"),
        (request(raw_body=b"{", content_type=""), b"{", None),
        (request(), None, None),
    ],
)
def test_the_body_is_sent_as_planned(planned: Request, body: bytes | None, content_type: str | None) -> None:
    wire = to_wire("", planned, None)
    assert wire.body == body
    assert dict(wire.headers).get("Content-Type") == content_type


def test_headers_of_the_request_come_before_ours_and_the_key_is_put_in() -> None:
    wire = to_wire("", request(headers=(("Accept", "text/csv"), ("X-A", "1"))), ("Authorization", KEY))
    assert dict(wire.headers) == {
        "User-Agent": "konnector-contracts",
        "Accept": "text/csv",
        "Accept-Encoding": "identity",
        "X-A": "1",
        "Authorization": KEY,
    }


@pytest.mark.parametrize("planned", [FILTERS, CREATE, request(path="/campaign-info", query=(("limit", "1"),))])
def test_what_a_child_sends_is_described_as_it_would_be_planned(planned: Request) -> None:
    wire = to_wire("/base", planned, ("Authorization", KEY))
    found = to_request(surface(), wire, planned.path, "key", "authorization")
    operation = surface().operation(planned.method, planned.path)
    assert operation is not None
    assert (found.operation_id, found.query, found.body) == (operation.id, planned.query, planned.body)
    assert KEY not in repr(found)


def test_a_body_that_is_no_json_is_described_by_its_bytes() -> None:
    wire = WireRequest(method="POST", target="/x", headers=(("content-type", "application/json"),), body=b"{")
    found = to_request(surface(), wire, "/x", "none", "Authorization")
    assert (found.body, found.raw_body, found.operation_id) == (None, b"{", "")


def test_headers_of_one_hop_and_the_childs_key_go_no_farther() -> None:
    sent = [("Host", "x"), ("Connection", "close"), ("Accept-Encoding", "gzip"), ("authorization", "k"), ("X-A", "1")]
    assert ("X-A", "1") in passed_on(sent, "Authorization")
    assert {name for name, _ in passed_on(sent, "Authorization")} == {"User-Agent", "Accept", "Accept-Encoding", "X-A"}


@pytest.mark.parametrize(
    "body, found",
    [
        (json.dumps({"data": {"api_key": KEY}}).encode(), [KEY]),
        (b'{"data": {"api_key": "' + KEY.encode() + b'", "na', [KEY]),
        (b'{"data": {"api_key": null}}', []),
        (b'{"data": {"other": "x"}}', []),
        (b"", []),
    ],
)
def test_secrets_are_found_where_the_contract_puts_them(body: bytes, found: list[str]) -> None:
    assert list(secrets_of(surface(), body)) == found


def test_an_answer_holds_no_secret() -> None:
    reply = Reply(status=200, headers={"set-cookie": ("a=1",), "x-note": (f"<{KEY}>", "b")}, body=KEY.encode())
    answer = to_answer(reply, Redactor([KEY]), 5.0)
    assert answer.headers == {"set-cookie": (marker("a=1"),), "x-note": (f"<{marker(KEY)}>", "b")}
    assert (answer.body, answer.received_at) == (marker(KEY).encode(), 5.0)


@pytest.mark.parametrize(
    "first, second",
    [("made-1-and-more", "made-1-and-less"), ("sl/ash-and-more", "sl/ash"), ('qu"ote-é-more', 'qu"ote-é-less')],
)
def test_secrets_with_a_part_in_common_can_be_told_apart(first: str, second: str) -> None:
    redactor, shown = Redactor([KEY]), []
    for secret, body in (
        (first, json.dumps({"api_key": first, "note": f"for {first}"}).replace("/", "\\/")),
        (second, json.dumps({"api_key": second, "note": f"for {second}"}, ensure_ascii=False)),
    ):
        redactor.add(secret)
        answer = to_answer(Reply(status=200, body=body.encode()), redactor, 5.0, [secret])
        shown.append(answer.json["api_key"])
        assert secret not in answer.body.decode()
    assert shown == [marker(first), marker(second)]


def test_a_member_that_has_the_name_of_a_secret_stays() -> None:
    answer = to_answer(Reply(status=200, body=b'{"api_key": "api_key"}'), Redactor(), 5.0, ["api_key"])
    assert answer.json == {"api_key": marker("api_key")}
