"""Exchanges as bytes: all of them, and back."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.state.backends.codec import from_bytes, to_bytes
from oas.messages import DeliveryOptions, Exchange, Request, Response, Violation

FULL = Exchange(
    id="req_1",
    at=1746954000.25,
    duration_ms=0.125,
    operation_id="getCampaignInfo",
    key_hash="abcdef012345",
    request=Request("POST", "/ü/\x00", "a=%20b", {"host": "x", "x-ö": "é"}, b"\x00\xff{}", "::1", True),
    response=Response(429, (("A", "1"), ("A", "2")), b"\xfe body", DeliveryOptions(1.5, "EMPTY_RESPONSE", 3, 0.5)),
    violations=(Violation("body", "/a", "type", "no", "warning"), Violation("query", "", "x", "y")),
    applied="rule:3",
    is_deliberate=True,
)


def test_an_exchange_comes_back_whole() -> None:
    assert from_bytes(to_bytes(FULL)) == FULL


def test_the_example_sets_every_member() -> None:
    plain = Exchange("", 0, 0, None, "", Request("GET", "/"), Response(200, (), b""))
    parts = ((FULL, plain), (FULL.request, plain.request), (FULL.response, plain.response))
    same = [
        item.name
        for full, bare in parts
        for item in fields(full)
        if getattr(full, item.name) == getattr(bare, item.name)
    ]
    assert same == []


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\u2028", '"\\'])
def test_any_character_survives(text: str) -> None:
    odd = replace(FULL, request=replace(FULL.request, path=text, headers={"x": text}))
    assert from_bytes(to_bytes(odd)) == odd


@given(st.binary(max_size=50), st.binary(max_size=50), st.text(max_size=20))
def test_bodies_are_told_apart(asked: bytes, answered: bytes, path: str) -> None:
    made = replace(
        FULL, request=replace(FULL.request, body=asked, path=path), response=replace(FULL.response, body=answered)
    )
    assert from_bytes(to_bytes(made)) == made
