"""`/__admin`: scenarios, rules and limits of a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from judged import JudgedClient
from mockserver.state import rules as scripts
from oas.api_keys import hash_of

MakeClient = Callable[..., JudgedClient]
RULE = {"answers": [{"status": 500}]}
ADMIN = hash_of("your_api_key_here")


@pytest.fixture
def own(make_client: MakeClient) -> JudgedClient:
    return make_client()


def ask(client: JudgedClient, method: str, path: str, document: Any = None) -> tuple[int, Any]:
    """Ask the control API; return status and body, which for a problem is its detail."""
    answer = client.admin(method, path, document) if document is not None else client.admin(method, path)
    body = answer.get_json()
    return answer.status_code, body["detail"] if answer.status_code >= 400 else body


def test_scenarios_are_listed_with_what_is_played(own: JudgedClient) -> None:
    status, listed = ask(own, "GET", "/scenarios")
    names = [one["name"] for one in listed["scenarios"]]
    assert (status, listed["playing"], names[0]) == (200, "", "default")
    assert len(names) == len(set(names)) > 10
    assert all(one["description"] for one in listed["scenarios"])
    assert set(listed["keys"].values()) <= set(names)  # the magic keys


def test_a_scenario_is_played_for_all_and_stopped(own: JudgedClient) -> None:
    assert ask(own, "POST", "/scenarios/outage", {})[1]["playing"] == "outage"
    assert own.get("/campaign-info").status == 500
    status, stopped = ask(own, "DELETE", "/scenarios")
    assert (status, stopped["playing"]) == (200, "")
    assert own.get("/campaign-info").status == 200


def test_a_scenario_of_a_key_is_played_for_that_key_alone(own: JudgedClient) -> None:
    status, playing = ask(own, "POST", "/scenarios/outage", {"key_hash": ADMIN})
    assert (status, playing["playing"], playing["keys"][ADMIN]) == (200, "", "outage")
    assert own.get("/campaign-info").status == 500
    assert own.as_key("member_api_key_here").get("/campaign-info").status == 200


@pytest.mark.parametrize(
    "path, document, status, words",
    [
        ("/scenarios/nosuch", {}, 404, "rate_limited"),
        ("/scenarios/outage", {"key_hash": "0" * 12}, 404, "No key of this session has that hash"),
        ("/scenarios/outage", {"key_hash": 5}, 400, "key_hash"),
        ("/scenarios/outage", {"colour": "red"}, 400, "colour"),
        ("/rules", {}, 422, "answers"),
        ("/rules", {"answers": []}, 422, "answers"),
        ("/rules", {**RULE, "operation": "nosuch"}, 422, "nosuch"),
        ("/rules", {**RULE, "rate": 2}, 422, "rate"),
        ("/limits", {"minute": 0}, 400, "minute"),
        ("/limits", {"day": "x"}, 400, "day"),
        ("/limits", {"hour": 5}, 400, "hour"),
    ],
    ids=range(11),
)
def test_what_cannot_be_chosen_says_why_and_changes_nothing(
    own: JudgedClient, path: str, document: dict[str, Any], status: int, words: str
) -> None:
    before = [ask(own, "GET", place)[1] for place in ("/scenarios", "/rules")]
    found, detail = ask(own, "POST", path, document)
    assert (found, words in detail) == (status, True), detail
    assert [ask(own, "GET", place)[1] for place in ("/scenarios", "/rules")] == before


def test_rules_are_listed_in_the_order_in_which_they_are_asked(own: JudgedClient) -> None:
    made = [ask(own, "POST", "/rules", {**RULE, "priority": priority}) for priority in (5, 1, 9)]
    assert [status for status, _ in made] == [201] * 3
    ids = [rule["id"] for _, rule in made]
    listed = ask(own, "GET", "/rules")[1]["rules"]
    assert [rule["id"] for rule in listed] == [ids[1], ids[0], ids[2]]
    assert [rule["priority"] for rule in listed] == [1, 5, 9]


def test_a_rule_is_removed_alone_or_with_all(own: JudgedClient) -> None:
    ids = [ask(own, "POST", "/rules", RULE)[1]["id"] for _ in range(3)]
    assert ask(own, "DELETE", f"/rules/{ids[1]}") == (200, {"removed": 1})
    status, detail = ask(own, "DELETE", f"/rules/{ids[1]}")
    assert (status, "GET /__admin/rules lists those that exist" in detail) == (404, True)
    assert ask(own, "DELETE", "/rules") == (200, {"removed": 2})
    assert ask(own, "DELETE", "/rules") == (200, {"removed": 0})


def test_one_rule_too_many_is_refused_with_what_to_do(own: JudgedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "MAX_RULES", 2)
    statuses = [ask(own, "POST", "/rules", RULE)[0] for _ in range(2)]
    status, detail = ask(own, "POST", "/rules", RULE)
    assert (statuses, status) == ([201, 201], 409)
    assert "DELETE /__admin/rules" in detail


def test_one_cast_too_many_is_refused_with_what_to_do(own: JudgedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "MAX_CASTS", 0)
    status, detail = ask(own, "POST", "/scenarios/empty", {"key_hash": ADMIN})
    assert (status, "POST /__admin/reset" in detail) == (409, True)


@pytest.mark.parametrize(
    "document, limits",
    [
        ({"minute": 3}, {"minute": 3, "day": 5000}),
        ({"day": 7}, {"minute": 100, "day": 7}),
        ({"minute": 3, "day": 7}, {"minute": 3, "day": 7}),
        ({}, {"minute": 100, "day": 5000}),
    ],
    ids=str,
)
def test_limits_hold_until_the_reset(own: JudgedClient, document: dict[str, Any], limits: dict[str, int]) -> None:
    assert ask(own, "POST", "/limits", document) == (200, {"limits": limits})
    assert own.get("/campaign-info").remaining == (limits["minute"] - 1, limits["day"] - 1)
    own.admin("POST", "/reset")
    assert own.get("/campaign-info").remaining == (99, 4999)
