"""C2xx: clients that wait and clients that do not, by the mock's clock."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import MakeClient
from contracts.client import ClientRequest
from contracts.client.retries import HAMMERING
from judged import JudgedClient
from unit.contracts.client.sending import (
    KEY,
    LATE,
    case,
    ids,
    judged,
    locked_out,
    recorded,
    refused,
    sent,
    sentence,
    verdict,
)

PAGE = "/campaign-info"


def sleep(client: JudgedClient, seconds: float) -> None:
    """Wait as a client does whose sleep moves the mock's clock."""
    assert client.admin("POST", "/clock", {"advance_s": seconds}).status_code == 200


def patient(client: JudgedClient) -> None:
    sleep(client, client.get(PAGE).data["retry_after"])
    client.get(PAGE)


def impatient(client: JudgedClient) -> None:
    for _ in range(2):
        sleep(client, client.get(PAGE).data["retry_after"] - 1)


def after_limit(habit: Any) -> Any:
    """Use up an allowance of two a minute, then go on by habit."""

    def run(client: JudgedClient) -> None:
        for _ in range(2):
            client.get(PAGE)
        habit(client)

    return run


def test_a_client_that_waits_keeps_the_contract(make_client: MakeClient) -> None:
    client = make_client(limit_minute=2)
    assert judged(client, after_limit(patient)).is_kept
    assert [item.status for item in recorded(client)] == [200, 200, 429, 200]


def test_a_client_that_comes_back_a_second_too_soon_breaks_it(make_client: MakeClient) -> None:
    found = judged(make_client(limit_minute=2), after_limit(impatient))
    assert ids(found) == ["C201"]
    assert "`mock_api.sleep`" in found.findings[0].rule.advice
    assert sentence(found).endswith("59 s after a 429, on the mock's clock, which had said to wait 60 s")


def test_a_client_that_goes_on_with_other_requests_breaks_another_rule(make_client: MakeClient) -> None:
    def deaf(client: JudgedClient) -> None:
        for offset in range(3):
            client.get(PAGE, {"offset": offset})

    assert ids(judged(make_client(limit_minute=2), after_limit(deaf))) == ["C202"]


def test_another_key_need_not_wait(make_client: MakeClient) -> None:
    def two_keys(client: JudgedClient) -> None:
        client.get(PAGE)
        client.as_key("member_api_key_here").get(PAGE)

    assert judged(make_client(limit_minute=2), after_limit(two_keys)).is_kept


#: What comes after a 429 at LATE that says to wait 20 s → broken rules.
WAITS: list[tuple[list[ClientRequest], list[str]]] = [
    ([sent(2, at=LATE)], ["C201"]),
    ([sent(2, at=LATE + 19.9)], ["C201"]),
    ([sent(2, at=LATE + 20)], []),
    ([sent(2, at=LATE + 19, query="limit=1")], ["C202"]),
    ([sent(2, at=LATE + 19, body="{}")], ["C202"]),
    ([sent(2, at=LATE + 1, query="limit=1"), sent(3, at=LATE + 2)], ["C201", "C202"]),
    ([sent(2, at=LATE + 19, key_hash="other")], []),
    ([sent(2, at=LATE + 19, origin="http://127.0.0.1:9", key_hash="")], []),
    ([refused(2, 60, at=LATE + 20), sent(3, at=LATE + 60)], ["C201"]),
    ([refused(2, 60, at=LATE + 20), sent(3, at=LATE + 80)], []),
    ([refused(2, 60, at=LATE + 1), sent(3, at=LATE + 61)], ["C201"]),
]


@pytest.mark.parametrize("later, broken", WAITS, ids=range(len(WAITS)))
def test_a_wait_ends_to_the_second(later: list[ClientRequest], broken: list[str]) -> None:
    assert ids(verdict(refused(1, 20), *later)) == broken


def test_one_wait_is_one_finding_with_everything_that_came_during_it() -> None:
    found = verdict(*(refused(number, 20 - number, at=LATE + number) for number in range(1, 6)))
    assert ids(found) == ["C201"]
    assert [item.order for item in found.findings[0].requests] == [1, 2, 3, 4, 5]


def test_a_shorter_wait_does_not_end_a_longer_one() -> None:
    (finding,) = verdict(refused(1, 20), refused(2, 5, at=LATE + 1), sent(3, at=LATE + 10)).findings
    assert [item.order for item in finding.requests] == [1, 2, 3]


def test_a_wait_told_in_whole_seconds_ends_with_its_window() -> None:
    """20 s, told 0.4 s after a full second, were 19.6 s to the end of the minute, where the mock lets in again."""
    assert verdict(refused(1, 20, at=LATE + 0.4), sent(2, at=LATE + 20)).is_kept
    assert not verdict(refused(1, 20, at=LATE + 0.4), sent(2, at=LATE + 19.99)).is_kept


@pytest.mark.parametrize(
    "headers, body, broken",
    [
        case("header", {"retry-after": "20"}, "", ["C201"]),
        case("body", {}, '{"data": {"retry_after": 20}}', ["C201"]),
        case("neither", {}, "{}", []),
        case("a date", {"retry-after": "Sun, 11 May 2025 09:01:00 GMT"}, "", []),
        case("no number", {}, '{"data": {"retry_after": true}}', []),
        case("no JSON", {}, "<html>", []),
    ],
)
def test_the_wait_is_read_from_the_header_or_the_body(headers: Any, body: str, broken: list[str]) -> None:
    first = refused(1, None, answer_headers=headers, answer_body=body)
    assert ids(verdict(first, sent(2, at=LATE + 0.5))) == broken


@pytest.mark.slow
def test_the_allowance_of_the_contract_counts_whatever_the_mock_lets_through(make_client: MakeClient) -> None:
    def fast(client: JudgedClient) -> None:
        for _ in range(101):
            client.get("/user-campaign-filters")

    def slow(client: JudgedClient) -> None:
        for _ in range(3):
            for _ in range(100):
                client.get("/user-campaign-filters")
            sleep(client, 60)

    found = judged(make_client(limit_minute=10**6), fast)
    assert ids(found) == ["C203"]
    assert sentence(found) == "sent 101 requests in one minute; the contract allows 100"
    assert judged(make_client(limit_minute=10**6), slow).is_kept


def test_the_allowance_of_the_day_counts_too() -> None:
    minutes = [LATE - 40 + 60 * number for number in range(60)]
    requests = [sent(number + 1, at=minutes[number // 100]) for number in range(5001)]
    found = verdict(*requests)
    assert ids(found) == ["C203"]
    assert sentence(found) == "sent 5,001 requests in one day; the contract allows 5,000"
    assert verdict(*requests[:-1]).is_kept


def test_each_key_has_an_allowance_of_its_own() -> None:
    assert verdict(*(sent(number, key_hash=f"key{number % 2}") for number in range(200))).is_kept


def test_a_client_that_hammers_on_with_a_refused_key_breaks_the_contract(make_client: MakeClient) -> None:
    def stubborn(client: JudgedClient) -> None:
        for _ in range(HAMMERING + 1):
            client.as_key("deactivated_api_key_here").get(PAGE)

    def sensible(client: JudgedClient) -> None:
        client.as_key("deactivated_api_key_here").get(PAGE)
        client.get(PAGE)

    found = judged(make_client(), stubborn)
    assert ids(found) == ["C204"]
    assert sentence(found) == "sent 3 more requests with a key that had been refused by 401"
    assert judged(make_client(), sensible).is_kept


def test_hammering_without_a_key_is_hammering_too(make_client: MakeClient) -> None:
    def keyless(client: JudgedClient) -> None:
        for _ in range(HAMMERING + 1):
            client.as_key(None).get(PAGE)

    assert sentence(judged(make_client(), keyless)) == "sent 3 more requests with no key, which had been refused by 401"


@pytest.mark.parametrize(
    "requests, broken",
    [
        case("few", [locked_out(number) for number in range(1, 4)], []),
        case("many", [locked_out(number) for number in range(1, 5)], ["C204"]),
        case("let in between", [locked_out(1), locked_out(2), sent(3), locked_out(4), locked_out(5)], []),
        case("several keys", [locked_out(number, key_hash=f"{KEY}{number}") for number in range(1, 9)], []),
        case("not an administrator", [sent(number, status=401, answer_body="{}") for number in range(1, 9)], []),
    ],
)
def test_a_run_of_refusals_of_one_key_is_hammering(requests: list[ClientRequest], broken: list[str]) -> None:
    assert ids(verdict(*requests)) == broken
