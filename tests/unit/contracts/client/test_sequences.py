"""C3xx: pages and writes, by clients that read to the end and clients that do not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import MakeClient
from contracts.client import ClientRequest
from judged import ADMIN_KEY, JudgedClient
from oas.messages import Request
from unit.contracts.client.sending import LATE, case, ids, judged, recorded, sent, sentence, verdict

PAGE = "/campaign-info"


def follow(client: JudgedClient) -> None:
    """Read a list by its links."""
    link: str | None = f"{client.app.base_path}{PAGE}?limit=5&campaign_type=smart_campaign"
    while link:
        path, _, query = link.partition("?")
        link = client.get(path, query).data["pagination"]["next_page_url"]


def post_all(client: JudgedClient) -> None:
    """Read a list by its body form, in pages of any size."""
    total = client.post(PAGE, {"limit": 1}).data["total_campaign_routines_count"]
    for offset in range(1, total, 7):
        client.post(PAGE, {"limit": 7, "offset": offset})


def first_page(client: JudgedClient) -> None:
    client.get(PAGE, {"limit": 2, "campaign_status": "active"})


def skipping(client: JudgedClient) -> None:
    total = client.get(PAGE, {"limit": 1}).data["total_campaign_routines_count"]
    client.get(PAGE, {"limit": 1, "offset": total - 1})


def test_a_first_page_is_enough_unless_all_are_asked_for(make_client: MakeClient) -> None:
    assert judged(make_client(), first_page).is_kept


@pytest.mark.parametrize("habit", [follow, post_all, lambda client: client.get(PAGE)], ids=["links", "body", "one"])
def test_a_client_that_reads_to_the_end_keeps_the_contract(make_client: MakeClient, habit: Any) -> None:
    assert judged(make_client(), habit, also=["C301"]).is_kept


def test_a_client_that_stops_is_told_where(make_client: MakeClient) -> None:
    found = judged(make_client(), first_page, also=["C301"])
    assert ids(found) == ["C301"]
    assert sentence(found).startswith("read getCampaignInfo (campaign_status=active) to row 2 of ")


def test_a_client_that_skips_pages_breaks_the_contract(make_client: MakeClient) -> None:
    assert sentence(judged(make_client(), skipping, also=["C301"])).startswith("read getCampaignInfo to row 1 of ")


def page(order: int, first: int, last: int, total: Any = 10, **given: Any) -> ClientRequest:
    data = {
        "campaign_info": [{}] * (last - first),
        "total_campaign_routines_count": total,
        "pagination": {"offset": first},
    }
    return sent(order, answer_body=json.dumps({"data": data}), **given)


@pytest.mark.parametrize(
    "pages, broken",
    [
        case("whole", [page(1, 0, 10)], []),
        case("empty", [page(1, 0, 0, 0)], []),
        case("by halves", [page(1, 0, 5), page(2, 5, 10)], []),
        case("backwards", [page(1, 5, 10), page(2, 0, 5)], []),
        case("overlapping", [page(1, 0, 6), page(2, 4, 10)], []),
        case("from the middle on", [page(1, 5, 10)], []),
        case("both forms", [page(1, 0, 5), page(2, 5, 10, method="POST", operation_id="postCampaignInfo")], []),
        case("half", [page(1, 0, 5)], ["C301"]),
        case("gap", [page(1, 0, 4), page(2, 5, 10)], ["C301"]),
        case("past the end", [page(1, 90, 90)], []),
        case("two filters", [page(1, 0, 5), page(2, 5, 10, query="term=a")], ["C301"]),
        case("two keys", [page(1, 0, 5), page(2, 5, 10, key_hash="other")], ["C301"]),
        case("refused, then read", [page(1, 0, 5), sent(2, status=500), page(3, 5, 10)], []),
        case("cut by the journal", [sent(1, answer_body='{"data": {"campaign_in')], []),
        case("no total", [page(1, 0, 5, total=None)], []),
    ],
)
def test_rows_are_read_from_the_first_one_to_the_last(pages: list[ClientRequest], broken: list[str]) -> None:
    assert ids(verdict(*pages, also=["C301"])) == broken


def write(order: int = 1, **given: Any) -> ClientRequest:
    plain = {"method": "POST", "path": "/create-api-key", "operation_id": "createApiKey", "body": '{"description": 1}'}
    return sent(order, **{**plain, **given})


LATE_ANSWER = {"delay_s": 5.0}


@pytest.mark.parametrize(
    "requests, broken",
    [
        case("broken connection", [write(1, fault="EMPTY_RESPONSE"), write(2)], ["C302"]),
        case("5xx", [write(1, status=500), write(2)], ["C302"]),
        case("time-out", [write(1, **LATE_ANSWER), write(2, at=LATE + 4.9)], ["C302"]),
        case("waited for", [write(1, **LATE_ANSWER), write(2, at=LATE + 5)], []),
        case("answered", [write(1), write(2)], []),
        case("refused", [write(1, status=429), write(2, at=LATE + 60)], []),
        case("another write", [write(1, status=500), write(2, body="{}")], []),
        case("another key", [write(1, status=500), write(2, key_hash="other")], []),
        case("a read", [sent(1, status=500), sent(2)], []),
        case("a read by POST", [sent(n, operation_id="postCampaignInfo", status=500) for n in (1, 2)], []),
        case("three times", [write(1, status=500), write(2, status=500), write(3)], ["C302"]),
    ],
)  # fmt: skip
def test_a_write_without_an_answer_is_not_sent_again(requests: list[ClientRequest], broken: list[str]) -> None:
    assert ids(verdict(*requests)) == broken


def test_a_write_sent_three_times_is_told_once_with_each_request() -> None:
    (finding,) = verdict(write(1, status=500), write(2, status=500), write(3)).findings
    assert [item.order for item in finding.requests] == [1, 2, 3]


def test_an_answered_write_settles_the_one_before() -> None:
    (finding,) = verdict(write(1, status=500), write(2), write(3)).findings
    assert [item.order for item in finding.requests] == [1, 2]


@pytest.mark.parametrize(
    "first, why",
    [
        (write(1, fault="EMPTY_RESPONSE"), "the connection broke (EMPTY_RESPONSE) before it was answered"),
        (write(1, status=503), "a 503, which does not say whether it was done"),
        (write(1, **LATE_ANSWER), "a time-out: its answer was still to come, 5 s late"),
    ],
    ids=["fault", "5xx", "delay"],
)
def test_a_repeated_write_is_told_what_came_before(first: ClientRequest, why: str) -> None:
    assert sentence(verdict(first, write(2))) == f"sent POST /create-api-key again after {why}"


def play(client: JudgedClient, answer: dict[str, Any], *moments_s: float) -> None:
    """Let the mock answer writes by a rule, send the same one at moments after the first, and wait for no answer."""
    rule = {"operation": "createApiKey", "answers": [answer]}
    assert client.admin("POST", "/rules", rule).status_code == 201
    pipeline = client.app.pipeline
    clock = pipeline.sessions.default.clock
    start = clock.now()
    headers = {"authorization": ADMIN_KEY, "content-type": "application/json"}
    for moment_s in (0.0, *moments_s):
        clock.set(start + moment_s)
        pipeline.handle(Request("POST", f"{client.app.base_path}/create-api-key", "", headers, b"{}"))


@pytest.mark.parametrize(
    "answer, moments_s, broken",
    [
        case("fault", {"fault": "CONNECTION_RESET_BY_PEER"}, [1.0], ["C302"]),
        case("fault, once", {"fault": "CONNECTION_RESET_BY_PEER"}, [], []),
        case("time-out", {"delay": 5000}, [4.0], ["C302"]),
        case("patience", {"delay": 5000}, [5.5], []),
        case("slow body", {"dribble": {"chunks": 5, "ms": 5000}}, [4.0], ["C302"]),
        case("server error", {"status": 500}, [1.0], ["C302"]),
        case("refusal", {"status": 400}, [1.0], []),
    ],
)
def test_a_write_is_judged_by_what_the_mock_did_to_its_answer(
    make_client: MakeClient, answer: dict[str, Any], moments_s: list[float], broken: list[str]
) -> None:
    client = make_client()
    play(client, answer, *moments_s)
    assert ids(verdict(*recorded(client))) == broken


def test_keys_made_one_after_the_other_are_no_repeated_write(make_client: MakeClient) -> None:
    def habit(client: JudgedClient) -> None:
        for _ in range(2):
            client.post("/create-api-key", {})

    assert judged(make_client(), habit).is_kept
