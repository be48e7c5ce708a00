"""Why a request got its answer: the stages, and lines of the document that say so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from judged import JudgedClient
from mockserver.admin.explanation import STAGES, Explainer
from mockserver.app import create_wsgi
from mockserver.config import Config
from oas.contract import load
from oas.messages import Exchange, Request, Response, Violation

MakeClient = Callable[..., JudgedClient]
SPEC = load(None)
LINES = SPEC.document.text.splitlines()


def explained(client: JudgedClient) -> dict[str, dict[str, Any]]:
    """Explain the newest request: stage → what it decided."""
    (newest,) = client.admin("GET", "/requests?limit=1").get_json()["requests"]
    answer = client.admin("GET", f"/requests/{newest['id']}/explain").get_json()
    assert [stage["stage"] for stage in answer["stages"]] == list(STAGES)
    return {stage["stage"]: stage for stage in answer["stages"]}


def verdicts(stages: dict[str, dict[str, Any]]) -> list[str]:
    return [stage["verdict"] for stage in stages.values()]


def line(step: dict[str, Any]) -> str:
    """The line of the document that a step stands on."""
    assert step["source"].endswith("openapi.yaml")
    return LINES[int(step["line"]) - 1].strip()


@pytest.fixture
def own(make_client: MakeClient) -> JudgedClient:
    return make_client()


def test_a_plain_answer_passes_every_stage(own: JudgedClient) -> None:
    own.get("/campaign-info", {"limit": 2})
    stages = explained(own)
    assert verdicts(stages) == ["passed"] * 8
    assert (line(stages["route"]), line(stages["build"])) == ("get:", '"200":')
    assert "99 of 100 a minute, 4999 of 5000 a day left" in stages["count"]["decided"]
    assert line(stages["count"]) == "windows:"
    assert re.search(r"the key 7b97e2b52334 \(admin\)", stages["authenticate"]["decided"])
    assert line(stages["authenticate"]) == "security:"
    assert stages["choose"]["decided"] == "nothing was chosen: the plain answer"
    assert stages["check"]["decided"] == "the kept answer fits its schema"
    assert stages["record"]["line"] is None


@pytest.mark.parametrize(
    "ask, stage, words, text",
    [
        (lambda one: one.get("/nowhere"), "route", "no path template", "- condition: unknown-path"),
        (lambda one: one.request("PUT", "/campaign-info"), "route", "can be sent", "- condition: unknown-method"),
        (lambda one: one.as_key(None).get("/campaign-info"), "authenticate", "without a key", "unauthenticated"),
        (lambda one: one.as_key("x").get("/campaign-info"), "authenticate", "may not do this", "unauthenticated"),
        (
            lambda one: one.as_key("member_api_key_here").post("/create-api-key", {"organisation_id": "x"}),
            "authenticate",
            "may not do this",
            "not-admin",
        ),
        (
            lambda one: one.get("/campaign-info", {"limit": 0}),
            "validate",
            "must be 1 or more",
            "- condition: invalid-request",
        ),
        (
            lambda one: one.get("/campaign-info", {"start_date": "2025-05-02", "end_date": "2025-05-01"}),
            "validate",
            "is before",
            "- &endBeforeStart",
        ),
        (
            lambda one: one.get("/dashboard-info", {"linkedin_user_information_ids": "nobody"}),
            "validate",
            "does not have",
            "- &unknownUser",
        ),
    ],
    ids=["path", "method", "no key", "strange key", "role", "schema", "dates", "entity"],
)
def test_a_refusal_is_spoken_by_its_stage_and_rule(
    own: JudgedClient, ask: Callable[[JudgedClient], object], stage: str, words: str, text: str
) -> None:
    ask(own)
    stages = explained(own)
    index = STAGES.index(stage)
    between = STAGES[index + 1 : STAGES.index("build")]
    assert stages[stage]["verdict"] == "refused"
    assert words in stages[stage]["decided"]
    assert text in line(stages[stage])
    if stage != "route":
        assert {stages[name]["verdict"] for name in between} == {"skipped"}
    assert stages["check"]["verdict"] == "passed"


def test_an_exhausted_limit_is_told_with_the_wait(make_client: MakeClient) -> None:
    own = make_client(limit_minute=1)
    own.get("/campaign-info")
    own.get("/campaign-info")
    count = explained(own)["count"]
    assert (count["verdict"], line(count)) == ("refused", "refusal:")
    assert "again in 60 s" in count["decided"]


def test_a_violation_leads_to_the_parameter_that_it_breaks(own: JudgedClient) -> None:
    own.get("/campaign-info", {"limit": 0})
    (violation,) = explained(own)["validate"]["violations"]
    assert violation["severity"] == "error"
    assert "limit" in LINES[violation["line"] - 1].lower()


def test_a_violation_of_a_body_leads_to_the_member(own: JudgedClient) -> None:
    own.post("/campaign-info", {"limit": "many"})
    (violation,) = explained(own)["validate"]["violations"]
    assert "limit" in LINES[violation["line"] - 1]


def test_what_chose_the_answer_is_told(own: JudgedClient) -> None:
    own.get("/campaign-info", headers={"Prefer": "code=500"})
    stages = explained(own)
    assert stages["choose"]["verdict"] == "chosen"
    assert stages["choose"]["decided"].startswith("prefer:code=500")
    assert line(stages["build"]) == '"500": {$ref: "#/components/responses/InternalServerError"}'


def test_a_redacted_answer_is_not_judged_again(own: JudgedClient) -> None:
    organisation = own.get("/user-campaign-filters").data["organisation"]["id"]
    own.post("/create-api-key", {"organisation_id": organisation})
    check = explained(own)["check"]
    assert (check["verdict"], "redacted" in check["decided"]) == ("skipped", True)


def test_an_unknown_request_cannot_be_explained(own: JudgedClient) -> None:
    assert own.admin("GET", "/requests/nothing/explain").status_code == 404


def exchange(**changes: Any) -> Exchange:
    request = Request("GET", f"{SPEC.base_path}/campaign-info")
    return replace(Exchange("1", 0.0, 1.0, "getCampaignInfo", "", request, Response(200, (), b"{}")), **changes)


def check_of(kept: Exchange) -> dict[str, Any]:
    return Explainer(SPEC).explain(kept, None)[STAGES.index("check")]


@pytest.mark.parametrize(
    "changes, verdict, words",
    [
        ({}, "refused", "must have the property"),
        ({"is_deliberate": True}, "skipped", "on purpose"),
        ({"response": Response(200, (), b'{"cut')}, "skipped", "not JSON"),
        ({"violations": (Violation("response", "/data", "type", "wrong"),)}, "refused", "wrong"),
    ],
    ids=["wrong", "on purpose", "cut", "judged before"],
)
def test_the_kept_answer_is_judged_again(changes: dict[str, Any], verdict: str, words: str) -> None:
    check = check_of(exchange(**changes))
    assert check["verdict"] == verdict
    assert words in check["decided"]


def test_a_failure_of_the_mock_is_found_in_build() -> None:
    steps = Explainer(SPEC).explain(exchange(response=Response(500, (), b"{}")), None)
    build = steps[STAGES.index("build")]
    assert build["verdict"] == "refused"
    assert "internal-error" in LINES[build["line"] - 1]


def test_a_document_without_vocabulary_is_explained_too(tmp_path: Any) -> None:
    path = tmp_path / "plain.yaml"
    path.write_text(
        "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n"
        "      responses:\n        2XX: {description: d}\n"
    )
    app = create_wsgi(Config(spec=path))
    from werkzeug.test import Client

    client = Client(app)
    for url in ("/a", "/b"):
        client.get(url)
    by_path = {}
    for kept in client.get("/__admin/requests", environ_base={"REMOTE_ADDR": "127.0.0.1"}).get_json()["requests"]:
        answer = client.get(f"/__admin/requests/{kept['id']}/explain", environ_base={"REMOTE_ADDR": "127.0.0.1"})
        by_path[kept["request"]["url"]] = {stage["stage"]: stage for stage in answer.get_json()["stages"]}
    assert [(name, step["line"]) for name, step in by_path["/a"].items() if step["line"]] == [
        ("route", 5), ("authenticate", 5), ("validate", 5), ("choose", 5), ("build", 7), ("check", 7),
    ]  # fmt: skip
    assert by_path["/b"]["route"]["verdict"] == "refused"
