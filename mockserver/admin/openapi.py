"""The control API described by an OpenAPI 3.1 document, written from the table of its operations.

Source: OpenAPI 3.1.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from mockserver.admin.problem import CONTENT_TYPE
from mockserver.admin.route import JSON, PREFIX, AdminRequest, AdminResponse, Route
from mockserver.admin.schemas import SHAPES, named, record

_REFUSED = {
    400: "A query parameter or a member of the body is unknown, sent twice, or wrong.",
    401: "The caller is not on this machine, and sent no right token.",
    403: "The caller is not on this machine, or a page of another origin.",
    404: "No such thing, or no such session.",
    409: "The state of the mock does not allow it.",
    413: "The body is too large.",
    415: "The body is not sent as application/json.",
    422: "The request fits its schema, and cannot be carried out.",
    503: "Too many streams are open, or the state that is shared with other servers is away.",
}
_NAME = {"type": "string"}
_SESSION = "Name of a session; the default one without it."
_ABOUT = (
    "Clock, journal, keys, sessions and answers of a running mock server. Open to programs on this machine and to "
    "pages that the server itself serves; to others by the token that it was started with."
)


class Description:
    """The operation that shows the description.

    Args:
        operations: lists every operation, this one too.
        version: of the mock server.
    """

    def __init__(self, operations: Callable[[], tuple[Route, ...]], version: str) -> None:
        self._operations = operations
        self._version = version

    def operations(self) -> tuple[Route, ...]:
        """List them."""
        answer = record(openapi={"const": "3.1.0"}, info={"type": "object"}, paths={"type": "object"})
        return (Route("GET", "/openapi.json", self.show_description, answer=answer, in_session=False),)

    def show_description(self, call: AdminRequest) -> AdminResponse:
        """Describe every operation of the control API in OpenAPI 3.1."""
        return AdminResponse(describe(self._operations(), self._version))


def describe(operations: tuple[Route, ...], version: str) -> dict[str, Any]:
    """Return the OpenAPI document of a table of operations.

    Args:
        operations: all of them.
        version: of the mock server.
    """
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    statuses = sorted({status for operation in operations for status in _refusals(operation)})
    return {
        "openapi": "3.1.0",
        "info": {"title": "mockserver control API", "version": version, "description": _ABOUT},
        "servers": [{"url": PREFIX}],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "parameters": {
                "session": {"name": "session", "in": "query", "description": _SESSION, "schema": _NAME},
                "sessionHeader": {"name": "X-Mock-Session", "in": "header", "description": _SESSION, "schema": _NAME},
            },
            "responses": {HTTPStatus(status).phrase.replace(" ", ""): _problem(status) for status in statuses},
            "schemas": SHAPES,
        },
    }


def _operation(operation: Route) -> dict[str, Any]:
    schema = {"schema": operation.answer}
    done = {"description": operation.summary, "content": {operation.media_type: schema}}
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": {
            str(operation.status): done,
            **{str(status): _reference(status) for status in _refusals(operation)},
        },
    }
    if operation.members is not None:
        body: dict[str, Any] = {"type": "object", "properties": operation.members, "additionalProperties": False}
        body.update(operation.constraints)
        if operation.needs:
            body["required"] = list(operation.needs)
        described["requestBody"] = {"required": operation.needs_body, "content": {JSON: {"schema": body}}}
    return described


def _parameters(operation: Route) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    if operation.variable:
        found.append({"name": operation.variable, "in": "path", "required": True, "schema": {"type": "string"}})
    found += [{"name": name, "in": "query", "schema": schema} for name, schema in operation.query.items()]
    if operation.in_session:
        found += [{"$ref": f"#/components/parameters/{name}"} for name in ("session", "sessionHeader")]
    return found


def _refusals(operation: Route) -> list[int]:
    statuses = {400, 401, 403, 503, *operation.problems}
    if operation.in_session:
        statuses.add(404)
    if operation.members is not None:
        statuses |= {413, 415, 422}
    return sorted(statuses)


def _reference(status: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{HTTPStatus(status).phrase.replace(' ', '')}"}


def _problem(status: int) -> dict[str, Any]:
    return {"description": _REFUSED[status], "content": {CONTENT_TYPE: {"schema": named("Problem")}}}
