"""`GET /__admin/verdict`: the client of a session is judged by its journal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from conftest import MakeClient
from judged import ADMIN_KEY, JudgedClient
from mockserver.app import create_wsgi
from mockserver.config import Config


def ask(client: JudgedClient, query: str = "", status: int = 200) -> dict[str, Any]:
    answer = client.admin("GET", f"/verdict{query}")
    assert answer.status_code == status
    found: dict[str, Any] = json.loads(answer.data)
    return found


def rules(verdict: dict[str, Any], members: str = "findings") -> list[str]:
    return [finding["rule"] for finding in verdict[members]]


def test_before_any_request_nothing_is_known(make_client: MakeClient) -> None:
    verdict = ask(make_client())
    assert (verdict["verdict"], verdict["exit_code"], verdict["total"]) == ("inconclusive", 4, 0)


def test_a_client_that_keeps_the_contract_is_told_so(make_client: MakeClient) -> None:
    client = make_client()
    client.get("/campaign-info", {"limit": 1})
    assert ask(client)["text"] == "The client keeps the contract: 1 request."


def test_a_finding_names_the_request_below_the_base_path_and_its_entry(make_client: MakeClient) -> None:
    client = make_client()
    entry = client.get("/campaign-info", {"limt": 1}).headers["X-Mock-Request-Id"]
    verdict = ask(client)
    assert (verdict["verdict"], verdict["exit_code"], rules(verdict)) == ("broken", 1, ["C103"])
    assert verdict["findings"][0]["requests"] == [
        {"order": 1, "id": entry, "shown": "#1 GET /campaign-info?limt=1 → 200"}
    ]
    assert "did you mean `limit`?" in verdict["text"]


def test_rules_are_allowed_and_asked_for_by_their_ids(make_client: MakeClient) -> None:
    client = make_client()
    client.get("/campaign-info", {"limt": 1, "limit": 2})
    client.get("/nowhere")
    assert rules(ask(client, "?allow=C103")) == ["C101"]
    verdict = ask(client, "?allow=C103,%20C101&also=C301")
    assert (rules(verdict), rules(verdict, "accepted")) == (["C301"], ["C103", "C101"])


def test_a_session_is_judged_for_itself(make_client: MakeClient) -> None:
    client = make_client()
    session = json.loads(client.admin("POST", "/sessions", {}).data)
    client.as_key(session["keys"]["admin"]).get("/campaign-info", {"limt": 1})
    assert ask(client)["total"] == 0
    assert rules(ask(client, f"?session={session['name']}")) == ["C103"]
    ask(client, "?session=nobody", 404)


@pytest.mark.parametrize("path", ["/requests", "/reset"])
def test_an_emptied_journal_is_a_new_start(make_client: MakeClient, path: str) -> None:
    client = make_client()
    client.get("/nowhere")
    client.admin("DELETE" if path == "/requests" else "POST", path)
    assert ask(client)["total"] == 0


def test_a_journal_that_has_lost_requests_decides_nothing_for_the_client(make_client: MakeClient) -> None:
    client = make_client(journal_entries=2)
    for _ in range(3):
        client.get("/campaign-info")
    verdict = ask(client)
    assert (verdict["verdict"], verdict["judged"], verdict["total"]) == ("inconclusive", 2, 3)


@pytest.mark.parametrize(
    "query, status, word",
    [
        ("?allow=C999", 422, "'C999' is not a rule"),
        ("?also=c301", 422, "did you mean C301"),
        ("?alow=C101", 400, "alow"),
    ],
)
def test_a_wrong_query_is_refused_in_one_line(make_client: MakeClient, query: str, status: int, word: str) -> None:
    assert word in ask(make_client(), query, status)["detail"]


def test_no_key_is_shown(make_client: MakeClient) -> None:
    client = make_client()
    client.get("/campaign-info", {"api_key": ADMIN_KEY})
    verdict = ask(client)
    assert "C401" in rules(verdict)
    assert ADMIN_KEY not in json.dumps(verdict)


PETS = """
openapi: 3.0.3
info: {title: Pets, version: "1"}
servers: [{url: /v1}]
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {type: array, items: {type: string}}}}}
"""


def serve(tmp_path: Path, text: str) -> Client:
    path = tmp_path / "pets.yaml"
    path.write_text(text, encoding="utf-8")
    return Client(create_wsgi(Config(spec=path)))


def test_a_client_of_another_document_is_judged_by_that(tmp_path: Path) -> None:
    client = serve(tmp_path, PETS)
    client.get("/v1/pets?Limit=1")
    client.get("/v1/pet")
    verdict = json.loads(client.get("/__admin/verdict", environ_base={"REMOTE_ADDR": "127.0.0.1"}).data)
    assert rules(verdict) == ["C103", "C101"]
    assert "did you mean `limit`? It has `limit`" in verdict["text"]
    assert "did you mean `/pets`?" in verdict["text"]
