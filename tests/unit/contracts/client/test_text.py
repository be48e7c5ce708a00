"""A verdict in words and as JSON."""

from __future__ import annotations

import json

from conftest import MakeClient
from contracts.client import Expectation, as_json, judge, render
from judged import JudgedClient
from unit.contracts.client.sending import LATE, breach, document, judged, refused, sent, verdict

REFERENCE = """\
The client breaks the contract: 2 rules in 3 requests.

C103 The client sent a parameter that is not documented.
     `start-date` is not a parameter of getDashboardInfo; did you mean `start_date`? It has
     `linkedin_user_information_ids`, `start_date`, `end_date`
       #1 GET /dashboard-info?start-date=2025-05-01 → 200
     Next: Correct the name, or leave it out: the API ignores it without a word.
     See the documentation at rules#c103

C102 The client used a method that the path does not serve.
     GET /create-api-key is not an operation of the API: POST can be sent here
       #2 GET /create-api-key → 405
     Next: Use the method that is served there.
     See the documentation at rules#c102

What is meant so can be accepted: allow=["C102", "C103"]."""


def habit(client: JudgedClient) -> None:
    client.get("/dashboard-info", {"start-date": "2025-05-01"})
    client.get("/create-api-key")
    client.get("/dashboard-info")


def test_a_broken_verdict_explains_itself(make_client: MakeClient) -> None:
    assert render(judged(make_client(), habit)) == REFERENCE


def test_other_verdicts_are_one_line() -> None:
    assert render(verdict(sent(1), sent(2))) == "The client keeps the contract: 2 requests."
    wrong = sent(1, breaches=breach("query", "/limit", "type"))
    assert render(verdict(wrong, allow=["C104"])) == "The client keeps the contract: 1 request, 1 finding accepted."
    assert render(verdict()) == "Nothing can be said of the client: no request came."
    assert "only the latest 1 of 1,200 requests were kept" in render(judge([sent()], document(), total=1200))


def test_what_was_expected_and_did_not_come_is_told() -> None:
    told = render(verdict(sent(), expected=(Expectation("C101", 1, 1),)))
    assert told.endswith("\n\nC101 was expected from request 1 to 1, and did not come")


def test_much_of_the_same_is_cut() -> None:
    lost = breach("path", "", "unknown-path")
    many = [sent(number, path=f"/a/{number}", operation_id="", breaches=lost) for number in range(1, 9)]
    told = render(verdict(*many))
    assert told.count("C101 The client") == 5
    assert "\nC101: 3 more\n" in told
    long = render(verdict(*(sent(number, query="x" * 500, breaches=lost) for number in range(1, 9))))
    assert "and 4 more requests" in long
    assert max(map(len, long.splitlines())) <= 180


def test_json_lists_a_hundred_requests_and_counts_them_all() -> None:
    lost = breach("query", "/limit", "type")
    (finding,) = as_json(verdict(*(sent(number, at=LATE + number, breaches=lost) for number in range(1, 131))))[
        "findings"
    ]
    assert (finding["count"], len(finding["requests"])) == (130, 100)


def test_a_request_shows_what_became_of_it() -> None:
    broken = sent(2, fault="EMPTY_RESPONSE", applied="rule:3", breaches=breach("query", "/limit", "type"))
    assert "#2 GET /campaign-info → EMPTY_RESPONSE, asked for by rule:3" in render(verdict(broken))


def test_an_ignored_429_names_the_sleep_that_moves_the_clock() -> None:
    told = " ".join(render(verdict(refused(1), sent(2))).split())
    assert "in a test wait by `mock_api.sleep`, which moves the mock's clock and takes no time" in told


def test_json_holds_everything_and_the_text(make_client: MakeClient) -> None:
    found = judged(make_client(), habit, allow=["C102"], expected=(Expectation("C101"),))
    told = json.loads(json.dumps(as_json(found)))
    assert (told["verdict"], told["exit_code"], told["judged"], told["total"]) == ("broken", 1, 3, 3)
    (finding,) = told["findings"]
    assert (finding["rule"], finding["anchor"]) == ("C103", "rules#c103")
    assert finding["requests"][0]["shown"] == "#1 GET /dashboard-info?start-date=2025-05-01 → 200"
    assert finding["requests"][0]["id"].startswith("req_")
    assert [item["rule"] for item in told["accepted"]] == ["C102"]
    assert told["unmet"] == ["C101 was expected from request 1 on, and did not come"]
    assert told["text"] == render(found)
