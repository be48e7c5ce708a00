"""The stage `choose`, on whole applications: every word, key, scenario and rule changes the next answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from judged import ADMIN_KEY, Answer, JudgedClient
from mockserver.scenarios.registry import SCENARIOS
from oas.messages import Request, Response

MakeClient = Callable[..., JudgedClient]
INFO = "/campaign-info"


def ask(client: JudgedClient, url: str, **headers: str) -> Answer:
    path, _, query = url.partition("?")
    return client.get(path, query, headers=headers)


def control(client: JudgedClient, path: str, document: dict[str, Any]) -> Any:
    answer = client.admin("POST", path, document)
    assert answer.status_code < 300, answer.text
    return answer.json


def handled(client: JudgedClient, path: str, key: str = ADMIN_KEY) -> Response:
    """Ask the pipeline alone: what breaks on purpose is not judged, what comes late is not waited for."""
    return client.app.pipeline.handle(Request("GET", path, "", {"authorization": key}))


def rows(response: Response) -> Any:
    return json.loads(response.body)["data"].get("campaign_info")


@pytest.mark.parametrize(
    "path, code, error_code",
    [
        (INFO, 400, "INVALID_REQUEST"),
        (INFO, 401, "INVALID_API_KEY"),
        (INFO, 429, "RATE_LIMIT_EXCEEDED"),
        (INFO, 500, "INTERNAL_SERVER_ERROR"),
        ("/optimized_routine_data?linkedin_campaign_routine_id=encrypted_id_string", 404, "NOT_FOUND"),
    ],
)
def test_a_preferred_code_is_answered_in_the_envelope(
    client: JudgedClient, path: str, code: int, error_code: str
) -> None:
    answer = ask(client, path, Prefer=f"code={code}")
    assert (answer.status, answer.json["code"], answer.data["error_code"]) == (code, code, error_code)
    assert answer.headers["Preference-Applied"] == f"code={code}"
    assert answer.headers["X-Mock-Applied"] == f"prefer:code={code}"


@pytest.mark.parametrize("window, place", [("", 0), ("day", 1)])
def test_a_chosen_429_agrees_with_its_headers(client: JudgedClient, window: str, place: int) -> None:
    prefer = "code=429" + (f", example={window}" if window else "")
    answer = ask(client, INFO, Prefer=prefer)
    assert answer.status == 429
    assert answer.remaining[place] == 0
    assert int(answer.headers["Retry-After"]) == answer.data["retry_after"] > 0
    info = answer.data["rate_limit_info"]
    assert (info["remaining_minute"], info["remaining_day"]) == answer.remaining
    assert client.get(INFO).status == 200


def test_a_twin_in_the_query_does_the_same_and_is_no_parameter(client: JudgedClient) -> None:
    answer = ask(client, f"{INFO}?limit=1&__code=200")
    assert answer.status == 200
    assert "X-Mock-Violations" not in answer.headers
    assert not any("__" in name for name in answer.data["filters_applied"])
    assert ask(client, f"{INFO}?__code=500").status == 500


@pytest.mark.parametrize(
    "query, word",
    [
        ("__code=503", "documents 200, 400, 401, 429, 500"),
        ("__code=x", "was expected"),
        ("__example=nothing", "the document gives"),
        ("__delay=61000", "60000"),
        ("__fault=BOOM", "EMPTY_RESPONSE"),
    ],
)
def test_what_cannot_be_preferred_is_a_400_that_says_why(client: JudgedClient, query: str, word: str) -> None:
    answer = ask(client, f"{INFO}?{query}")
    assert answer.status == 400
    assert word in answer.data["error"]
    assert "Preference-Applied" not in answer.headers


def test_a_refused_request_is_refused_whatever_it_prefers(client: JudgedClient) -> None:
    assert ask(client, f"{INFO}?limit=0&__code=200").status == 400
    assert ask(client.as_key("nobody"), f"{INFO}?__code=200").status == 401


def test_an_example_is_answered_as_the_document_has_it(client: JudgedClient) -> None:
    example = ask(client, f"{INFO}?__example=default")
    listed = example.data["error"] if example.status == 400 else ""
    name = listed.rpartition("gives: ")[2].split(", ")[0] or "default"
    assert ask(client, f"{INFO}?__example={name}").status == 200


def test_a_dynamic_body_is_seeded(client: JudgedClient) -> None:
    bodies = [ask(client, f"{INFO}?__dynamic=true&__seed={seed}").body for seed in (1, 1, 2)]
    assert bodies[0] == bodies[1] != bodies[2]


@pytest.mark.parametrize("key", SCENARIOS)
def test_every_magic_key_changes_an_answer_and_names_its_scenario(make_client: MakeClient, key: str) -> None:
    client = make_client()
    plain = handled(client, INFO)
    answers = [handled(client, INFO, key) for _ in range(8)]
    applied = {dict(answer.headers).get("X-Mock-Applied", "") for answer in answers} - {""}
    assert all(text.startswith(f"key:{SCENARIOS[key]}/") for text in applied)
    if not applied:
        assert any(rows(answer) != rows(plain) for answer in answers)


@pytest.mark.parametrize(
    "key, total",
    [("key_empty", 0), ("key_one_row", 1), ("key_one_of_each", 5), ("key_unicode", 9), ("key_huge", 10_000)],
)
def test_a_scenario_shows_its_own_organisation(make_client: MakeClient, key: str, total: int) -> None:
    client = make_client().as_key(key)
    answer = ask(client, f"{INFO}?limit=3")
    assert answer.data["total_campaign_routines_count"] == total
    assert client.get("/dashboard-info").data["campaign_count_info"]["total"] == total


def test_statuses_of_scenarios_over_time(make_client: MakeClient) -> None:
    client = make_client()
    keys = ("key_expired", "key_rate_limited", "key_server_error", "key_flaky")
    statuses = {key: [client.as_key(key).get(INFO).status for _ in range(7)] for key in keys}
    assert statuses["key_expired"] == [200] * 5 + [401] * 2
    assert statuses["key_rate_limited"] == [200] * 3 + [429] * 4
    assert statuses["key_server_error"] == [500] * 7
    assert set(statuses["key_flaky"]) == {200, 500}


def test_a_minute_later_the_limited_key_may_again(make_client: MakeClient) -> None:
    client = make_client()
    key = client.as_key("key_rate_limited")
    answers = [key.get(INFO) for _ in range(4)]
    assert [answer.remaining[0] for answer in answers] == [2, 1, 0, 0]
    client.app.pipeline.sessions.default.clock.advance(answers[-1].data["retry_after"])
    assert key.get(INFO).status == 200


@pytest.mark.slow
def test_the_same_seed_fails_in_the_same_places(make_client: MakeClient) -> None:
    def statuses(seed: int) -> list[int]:
        client = make_client(seed=seed).as_key("key_flaky")
        return [client.get(INFO).status for _ in range(30)]

    assert statuses(1) == statuses(1) != statuses(2)


def test_a_session_plays_what_it_was_told_and_a_key_what_is_its_own(make_client: MakeClient) -> None:
    client = make_client()
    script = client.app.pipeline.sessions.default.script
    script.play("outage")
    assert client.get(INFO).headers["X-Mock-Applied"] == "scenario:outage/1"
    assert client.as_key("key_empty").get(INFO).status == 500  # its own scenario has no rule; the session's has
    client.app.pipeline.sessions.default.reset()
    assert client.get(INFO).status == 200


def test_a_cookie_plays_a_scenario_for_one_browser(client: JudgedClient) -> None:
    cookie = {"Cookie": "a=b; mock_scenario=outage"}
    assert client.get(INFO, headers=cookie).headers["X-Mock-Applied"] == "cookie:outage/1"
    assert client.get(INFO).status == 200
    assert client.get(INFO, headers={"Cookie": "mock_scenario=nothing"}).status == 200


def test_precedence_is_request_then_key_then_cookie_then_session_then_rule(make_client: MakeClient) -> None:
    client = make_client()
    script = client.app.pipeline.sessions.default.script
    control(client, "/rules", {"answers": [{"status": 401}]})
    applied: list[str] = []

    def note(key: str = ADMIN_KEY, **headers: str) -> None:
        applied.append(ask(client.as_key(key), INFO, **headers).headers["X-Mock-Applied"])

    note()
    script.play("outage")
    note()
    note(Cookie="mock_scenario=exhausted")
    note("key_server_error", Cookie="mock_scenario=exhausted")
    note("key_server_error", Cookie="mock_scenario=exhausted", Prefer="code=400")
    sources = [text.partition(":")[0] for text in applied]
    assert sources == ["rule", "scenario", "cookie", "key", "prefer"]


RULES: list[tuple[dict[str, Any], list[int]]] = [
    ({"operation": "getCampaignInfo", "answers": [{"status": 500}]}, [500, 500, 500, 500]),
    ({"answers": [{"status": 500}], "times": 1}, [500, 200, 200, 200]),
    ({"answers": [{}, {"status": 429}, {}]}, [200, 429, 200, 200]),
    ({"answers": [{"status": 401}], "operation": "getDashboardInfo"}, [200] * 4),
    ({"answers": [{"status": 401}], "parameters": {"limit": 2}}, [401] * 4),
    ({"answers": [{"status": 401}], "parameters": {"limit": 3}}, [200] * 4),
    ({"answers": [{"status": 401}], "rate": 0}, [200] * 4),
    ({"answers": [{"status": 500}, {"status": 401}], "times": 2}, [500, 401, 200, 200]),
]


@pytest.mark.parametrize(
    "rule, statuses", RULES, ids=lambda value: "" if isinstance(value, list) else str(sorted(value))
)
def test_a_rule_answers_what_it_means(make_client: MakeClient, rule: dict[str, Any], statuses: list[int]) -> None:
    client = make_client()
    control(client, "/rules", rule)
    assert [ask(client, f"{INFO}?limit=2").status for _ in range(4)] == statuses


def test_priority_decides_and_a_spent_rule_leaves_the_next_its_turn(make_client: MakeClient) -> None:
    client = make_client()
    control(client, "/rules", {"answers": [{"status": 401}]})
    control(client, "/rules", {"answers": [{"status": 500}], "priority": 1, "times": 1})
    assert [client.get(INFO).status for _ in range(2)] == [500, 401]


def test_a_body_that_does_not_fit_is_a_deliberate_break(make_client: MakeClient) -> None:
    client = make_client()
    control(client, "/rules", {"answers": [{"body": {"nonsense": True}}], "times": 1})
    answer = handled(client, INFO)
    assert (answer.status, answer.body) == (200, b'{"nonsense":true}')
    (exchange,) = client.app.pipeline.sessions.default.journal.entries()
    assert (exchange.applied, exchange.is_deliberate) == ("rule:" + exchange.applied[5:], True)


def test_an_undocumented_status_or_a_redirect_is_a_deliberate_break(make_client: MakeClient) -> None:
    client = make_client()
    control(client, "/rules", {"answers": [{"status": 503}, {"status": 307, "location": "http://127.0.0.1:9/x"}]})
    first, second = (handled(client, INFO) for _ in range(2))
    assert (first.status, b"SERVICE_UNAVAILABLE" in first.body) == (503, True)
    assert (second.status, dict(second.headers)["Location"]) == (307, "http://127.0.0.1:9/x")
    assert all(exchange.is_deliberate for exchange in client.app.pipeline.sessions.default.journal.entries())


@pytest.mark.parametrize(
    "answer, delivery",
    [
        ({"delay": 250}, (0.25, "", 0, 0.0)),
        ({"fault": "EMPTY_RESPONSE"}, (0.0, "EMPTY_RESPONSE", 0, 0.0)),
        ({"dribble": {"chunks": 4, "ms": 800}}, (0.0, "", 4, 0.8)),
    ],
)
def test_how_it_is_delivered_is_left_to_the_edge(
    make_client: MakeClient, answer: dict[str, Any], delivery: tuple[float, str, int, float]
) -> None:
    client = make_client()
    control(client, "/rules", {"answers": [answer]})
    found = handled(client, INFO).delivery
    assert found is not None
    assert (found.delay_s, found.fault, found.dribble_chunks, found.dribble_s) == delivery
    assert handled(client, "/nowhere").delivery is None


def test_limits_are_set_for_a_session_and_reset_with_it(make_client: MakeClient) -> None:
    client = make_client()
    assert control(client, "/limits", {"minute": 2}) == {"limits": {"minute": 2, "day": 5000}}
    assert [client.get(INFO).status for _ in range(3)] == [200, 200, 429]
    client.app.pipeline.sessions.default.reset()
    assert client.get(INFO).headers["X-RateLimit-Limit-Minute"] == "100"


def test_a_share_of_errors_is_all_that_it_sends(make_client: MakeClient) -> None:
    client = make_client(errors=0.3)
    statuses = [client.get("/user-campaign-filters").status for _ in range(60)]
    assert set(statuses) == {200, 500}
    assert 5 < statuses.count(500) < 35
