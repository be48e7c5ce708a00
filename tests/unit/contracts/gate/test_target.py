from __future__ import annotations

import pytest

from answers import document
from contracts.config import Config
from contracts.errors import ConfigInvalid, TargetNotJudgeable, TargetUnreachable
from contracts.gate.target import Target, check_first_answer
from contracts.messages import Answer, Exchange
from unit.contracts.upstream import FILTERS


def target(url: str, **settings: object) -> Target:
    return Target.of(Config(base_url=url, **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url, authority, base_path",
    [
        ("https://API.example.com/v1/", "api.example.com", "/v1"),
        ("http://127.0.0.1:4010/a/b", "127.0.0.1:4010", "/a/b"),
        ("http://[::1]:80", "[::1]", ""),
        ("https://host:8443/", "host:8443", ""),
    ],
)
def test_a_base_url_is_brought_into_normal_form(url: str, authority: str, base_path: str) -> None:
    made = target(url)
    assert (made.authority, made.base_path) == (authority, base_path)
    assert made.url == f"{made.scheme}://{authority}{base_path}"


@pytest.mark.parametrize(
    "url",
    ["http://", "https:///x", "http://h:99999", "http://h:0", "http://u:secret@h", "http://h/?a=1", "http://h/#a"],
)
def test_a_url_that_is_no_base_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        target(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url, settings, budget, is_live",
    [
        ("http://localhost:1", {}, 1000, False),
        ("http://localhost:1", {"is_live": True}, 90, True),
        ("https://example.com", {}, 90, True),
        ("https://example.com", {"budget": 7}, 7, True),
    ],
)
def test_a_live_target_is_spared(url: str, settings: dict[str, object], budget: int, is_live: bool) -> None:
    config = Config(base_url=url, **settings)  # type: ignore[arg-type]
    assert (Target.of(config).budget(config), Target.of(config).is_live) == (budget, is_live)


#: Documents `code` and `data` and no 404.
READ = document().by_id["getUserCampaignFilters"]
OPENED = document().by_id["getOptimizedRoutineData"]


def first(status: int, body: bytes = b"{}", **headers: str) -> Exchange:
    named = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    return Exchange(number=1, phase="", request=FILTERS, answer=Answer(status=status, headers=named, body=body))


@pytest.mark.parametrize("status", [200, 401, 404, 500])
def test_any_json_can_be_judged(status: int) -> None:
    check_first_answer(target("http://localhost:1"), first(status))


@pytest.mark.parametrize(
    "exchange, words",
    [
        (first(429), "used up already"),
        (first(301, location="https://other/"), "sent us to https://other/"),
        (first(200, b"<html>", content_type="text/html; charset=utf-8"), "with text/html, where JSON was expected"),
        (first(502, b""), "no content type"),
    ],
)
def test_what_says_nothing_about_the_contract_is_not_judged(exchange: Exchange, words: str) -> None:
    with pytest.raises(TargetNotJudgeable, match=words) as caught:
        check_first_answer(target("http://localhost:1"), exchange)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("body", [b'{"data": {}}', b'{"code": "x", "other": 1}', b"[1]", b"7"])
def test_an_answer_with_a_documented_member_is_the_contracts_business_however_wrong(body: bytes) -> None:
    check_first_answer(target("http://localhost:1"), first(200, body), READ)


@pytest.mark.parametrize("body", [b'{"detail": "Not Found"}', b"{}"])
def test_an_object_without_any_documented_member_is_of_another_service(body: bytes) -> None:
    with pytest.raises(TargetNotJudgeable, match="has none of code, data, message, status"):
        check_first_answer(target("http://localhost:1"), first(404, body), READ)
    check_first_answer(target("http://localhost:1"), first(404, body))


def test_nothing_at_a_path_that_is_always_there_means_another_base_url() -> None:
    missing = first(404, b'{"code": 404, "data": {}}')
    with pytest.raises(TargetNotJudgeable, match="it answered 404, which the contract does not know there"):
        check_first_answer(target("http://localhost:1"), missing, READ)
    check_first_answer(target("http://localhost:1"), missing, OPENED)


def test_no_answer_is_no_target() -> None:
    exchange = Exchange(number=1, phase="", request=FILTERS, answer=None, failure="the connection is refused")
    with pytest.raises(TargetUnreachable, match=r"http://localhost:1 gives no answer: the connection is refused\."):
        check_first_answer(target("http://localhost:1"), exchange)
