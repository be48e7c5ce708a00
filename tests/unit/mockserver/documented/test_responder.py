"""Answers to documents without functions: example, else a seeded body; documented errors, else problems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import create_wsgi
from mockserver.config import Config
from mockserver.documented.responder import DocumentResponder, negotiate
from mockserver.pipeline.pipeline import Pipeline
from oas.contract import parse
from oas.messages import Request, Response

PETS = Path(__file__).parents[3] / "specs" / "pets" / "openapi.yaml"
KEY = {"x-key": "any"}


def pipeline(**options: Any) -> Pipeline:
    return create_wsgi(Config(spec=PETS, check_answers=True, **options)).pipeline


def ask(method: str, path: str, query: str = "", headers: Any = KEY, body: bytes = b"", **options: Any) -> Response:
    return pipeline(**options).handle(Request(method, path, query, headers, body))


def content_type(response: Response) -> str:
    return dict(response.headers)["Content-Type"]


@pytest.mark.parametrize("base", ["", "/v2"])
def test_a_body_is_made_from_the_schema_under_both_paths(base: str) -> None:
    response = ask("GET", base + "/pets/7")
    assert response.status == 200
    assert isinstance(json.loads(response.body)["id"], int)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    bodies = [ask("GET", "/pets", seed=seed).body for seed in (3, 3, 4)]
    assert bodies[0] == bodies[1] != bodies[2]


def test_a_documented_error_is_used_where_there_is_one() -> None:
    response = ask("GET", "/pets", "limit=11")
    assert (response.status, content_type(response)) == (400, "application/json")
    assert json.loads(response.body).keys() >= {"code", "message"}


def test_an_undocumented_error_is_a_problem_document() -> None:
    response = ask("POST", "/pets")
    problem = json.loads(response.body)
    assert (response.status, content_type(response)) == (400, "application/problem+json")
    assert problem["violations"][0]["code"] == "required"


def test_422_stands_for_an_invalid_request_where_the_document_has_no_400() -> None:
    assert ask("GET", "/pets/x").status == 422


def test_a_success_without_content_has_no_body() -> None:
    response = ask("POST", "/pets", headers={**KEY, "content-type": "application/json"}, body=b'{"id": 1, "name": "x"}')
    assert (response.status, response.body) == (201, b"")


def test_credentials_must_be_present() -> None:
    assert ask("GET", "/pets", headers={}).status == 401


def test_limits_apply_when_the_command_line_sets_them() -> None:
    limited = pipeline(limit_minute=1)
    statuses = [limited.handle(Request("GET", "/pets", "", KEY)).status for _ in range(2)]
    assert statuses == [200, 429]


def test_an_unacceptable_type_is_406() -> None:
    assert ask("GET", "/pets", headers={**KEY, "accept": "text/html"}).status == 406


def test_examples_come_before_schemas() -> None:
    media = {"schema": {"type": "string"}, "examples": {"one": {"value": "given"}}}
    tree = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"2XX": {"description": "", "content": {"application/json": media}}}}}},
    }
    spec = parse(tree)
    (operation,) = spec.operations
    built = DocumentResponder(spec, 0).answer(operation, operation.success_status, "")
    assert getattr(built, "body", None) == b'"given"'


@pytest.mark.parametrize(
    "accept, expected",
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
        ("application/json;q=0, */*", "text/csv"),
        ("application/*;q=0.2, text/csv;q=0.1", "application/json"),
        ("image/png", None),
        ("application/json;q=nonsense", None),
    ],
)
def test_the_media_type_is_negotiated(accept: str, expected: str | None) -> None:
    assert negotiate(("text/csv", "application/json"), accept) == expected
