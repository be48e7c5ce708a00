"""`--spec` on public documents: every operation answers by its own document, the same bytes for the same seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import Application, create_wsgi
from mockserver.config import Config
from oas.messages import Request, Response
from oas.operation import Operation

FOLDER = Path(__file__).parents[1] / "specs"
DOCUMENTS = sorted(path for path in FOLDER.glob("*/openapi.*"))
#: Satisfies every kind of security scheme that the documents declare.
CREDENTIALS = {"authorization": "Bearer token", "x-key": "k", "project_id": "p", "api_key": "k", "cookie": "session=1"}


def application(path: Path, seed: int = 1) -> Application:
    return create_wsgi(Config(spec=path, seed=seed, check_answers=True))


def path_of(app: Application, operation: Operation) -> str:
    """Return a path that the document allows, its variables made by the generator."""
    from oas.sampling.sampler import Sampler

    spec = app.pipeline.spec
    sampler = Sampler(spec.schemas, 5)

    def value(parameter: dict[str, Any]) -> str:
        made = sampler.sample(parameter.get("schema", {}), name=parameter["name"], direction="request")
        return str(made).lower() if isinstance(made, bool) else str(made)

    item = spec.document.tree["paths"][operation.path]
    declared = [
        spec.schemas.resolve(one) for one in (*item.get("parameters", ()), *operation.node.get("parameters", ()))
    ]
    path = operation.path
    for parameter in declared:
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", value(parameter).replace("/", "-"))
    return path


def call(app: Application, operation: Operation) -> Response:
    return app.pipeline.handle(Request(operation.method, path_of(app, operation), "", CREDENTIALS))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.parent.name)
def test_no_operation_fails_and_most_succeed(path: Path) -> None:
    app = application(path)
    answers = {one.id: call(app, one) for one in app.pipeline.spec.operations}
    assert answers
    assert {name: answer.body for name, answer in answers.items() if answer.status == 500} == {}
    succeeded = [name for name, answer in answers.items() if answer.status < 400]
    assert succeeded


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.parent.name)
def test_the_same_seed_gives_the_same_bytes(path: Path) -> None:
    first, second = application(path), application(path)
    for operation in list(first.pipeline.spec.operations)[:20]:
        assert call(first, operation).body == call(second, operation).body


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.parent.name)
def test_an_unknown_path_is_a_problem_document(path: Path) -> None:
    answer = application(path).pipeline.handle(Request("GET", "/no-such-path-here", "", CREDENTIALS))
    assert (answer.status, json.loads(answer.body)["status"]) == (404, 404)
