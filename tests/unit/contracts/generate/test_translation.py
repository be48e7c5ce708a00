from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import requests

from contracts.generate.schemathesis_adapter import prepared_of, request_of


def case(**given: Any) -> Any:
    """Make what looks like a case of schemathesis."""
    kwargs = {"method": "POST", "headers": given.get("headers", {}), **given.get("sent", {})}
    return SimpleNamespace(
        headers=given.get("headers", {}),
        operation=SimpleNamespace(headers=[SimpleNamespace(name="X-Trace"), SimpleNamespace(name="Authorization")]),
        as_transport_kwargs=lambda base_url: {"url": base_url + given.get("path", "/things"), **kwargs},
    )


def translated(**given: Any) -> Any:
    made = case(**given)
    return request_of(made, prepared_of(made), "makeThing", "Authorization")


def test_a_query_is_told_in_order_repeated_names_and_empty_values_kept() -> None:
    found = translated(sent={"params": {"b": ["1", "2"], "a": ""}})
    assert found.query == (("b", "1"), ("b", "2"), ("a", ""))


def test_a_path_stays_encoded() -> None:
    assert translated(path="/things/a%2Fb").path == "/things/a%2Fb"


def test_only_documented_headers_are_told_and_never_the_key() -> None:
    found = translated(headers={"X-Trace": "1", "X-Noise": "2", "Authorization": "made up"})
    assert found.headers == (("X-Trace", "1"),)
    assert found.credential == "key"


def test_a_missing_key_is_told() -> None:
    assert translated().credential == "none"


@pytest.mark.parametrize(
    "sent, body, raw",
    [
        ({"json": {"a": 1}}, {"a": 1}, None),
        ({"data": b'{"a": NaN}', "headers": {"Content-Type": "application/json"}}, None, b'{"a": NaN}'),
        ({"data": b"null", "headers": {"Content-Type": "application/json"}}, None, b"null"),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, None, b"{"),
        ({"data": b'{"a":1}', "headers": {"Content-Type": "text/plain"}}, None, b'{"a":1}'),
        ({}, None, None),
    ],
)
def test_a_body_is_a_value_where_the_value_says_it_all(sent: dict[str, Any], body: Any, raw: bytes | None) -> None:
    found = translated(sent=sent)
    assert (found.body, found.raw_body) == (body, raw)


def test_a_content_type_without_a_body_is_a_header() -> None:
    given = {"Content-Type": "multipart/form-data"}
    assert translated(headers=given, sent={"headers": given}).headers == (("Content-Type", "multipart/form-data"),)


def test_what_cannot_be_sent_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise requests.exceptions.InvalidHeader("no")

    monkeypatch.setattr(requests.Request, "prepare", refuse)
    assert prepared_of(case()) is None
