"""Holds every answer of the control API to the description that it gives of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from mockserver.admin.api import AdminApi
from mockserver.admin.openapi import describe
from mockserver.admin.problem import CONTENT_TYPE
from mockserver.admin.server_state import ServerState
from mockserver.config import Config
from mockserver.scenarios.registry import ScenarioRegistry
from mockserver.state.sessions import Sessions
from oas.contract import load
from oas.messages import Refusal

#: The control API of these tests stands on no organisation.
NOT_SHOWN = Refusal(404, "NOT_FOUND", "nothing is shown")


@cache
def served() -> ServerState:
    """What a control API of a test serves: the packaged document, and no scenario but the packaged ones."""
    spec, library = load(None), ScenarioRegistry({})
    return ServerState(lambda: spec, lambda: library, lambda session, request: NOT_SHOWN)


@cache
def admin_judge() -> AdminJudge:
    """The judge by the description that every mock server gives of its control API."""
    control = AdminApi(Sessions(Config(), (), lambda key: key), {"version": "1.2.3"}, served())
    return AdminJudge(describe(control.operations(), "1.2.3"))


class AdminJudge:
    """Asserts that an answer is one that the description has.

    Args:
        description: the OpenAPI document of the control API.
    """

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._description = description
        self._known: dict[str, jsonschema_rs.Draft202012Validator] = {}
        paths = description["paths"]
        self._paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in sorted(paths, key=_variables)]

    def check(self, method: str, path: str, status: int, content_type: str, body: bytes) -> None:
        """Fail unless the answer to a request fits its operation; to what nobody serves, unless it is a problem.

        Pages of the console are not described, and not judged.

        Args:
            method: upper case.
            path: below `/__admin`, without a query.
            status: of the answer.
            content_type: of the answer.
            body: of the answer; of a stream, or of an answer to HEAD, nothing.
        """
        operation = self._operation("GET" if method == "HEAD" else method, path)
        where = f"{method} {path} → {status}"
        if operation is None and "json" not in content_type:
            return
        if operation is None:
            content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            assert status in (401, 403, 404, 405), where
        else:
            response = operation["responses"].get(str(status))
            assert response is not None, f"{where} is not described"
            content = self._resolved(response)["content"]
        media = next((media for name, media in content.items() if content_type.startswith(name)), None)
        assert media is not None, f"{where}: {content_type} is not among {list(content)}"
        if body and "json" in content_type:
            errors = [error.message for error in self._validator(media["schema"]).iter_errors(json.loads(body))]
            assert errors == [], where

    def _operation(self, method: str, path: str) -> Mapping[str, Any] | None:
        for pattern, template in self._paths:
            if pattern.fullmatch(path):
                found: Mapping[str, Any] | None = self._description["paths"][template].get(method.lower())
                return found
        return None

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" in node:
            kind, name = node["$ref"].split("/")[-2:]
            found: Mapping[str, Any] = self._description["components"][kind][name]
            return found
        return node

    def _validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        key = str(schema)
        if key not in self._known:
            bundle = {**schema, "components": self._description["components"]}
            self._known[key] = jsonschema_rs.Draft202012Validator(bundle, validate_formats=True)
        return self._known[key]


def _variables(path: str) -> int:
    return path.count("{")
