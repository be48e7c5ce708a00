"""The document as the pipeline asks it: which operation, which answer, which limits.

Built once at the start; fails there with a JSON pointer, so that nothing is
left to fail at a request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from oas import document as documents
from oas import package_data, vocabulary
from oas.compiler import Compiler, is_json_type, read_rule, read_window
from oas.document import Document
from oas.errors import SpecInvalid
from oas.operation import ErrorRule, Operation
from oas.pointers import tokens
from oas.schemas import Schemas, Validator

#: Rules of a document without vocabulary: what each condition is answered with.
PLAIN_RULES = {
    "unknown-path": ErrorRule(
        "unknown-path", 404, "NOT_FOUND", "Not found", "No path template of the document matches"
    ),
    "unknown-method": ErrorRule(
        "unknown-method", 405, "METHOD_NOT_ALLOWED", "Method not allowed", "The path does not have this method"
    ),
    "unauthenticated": ErrorRule(
        "unauthenticated", 401, "UNAUTHENTICATED", "Unauthorized", "The operation needs credentials that were not sent"
    ),
    "too-large": ErrorRule("too-large", 413, "PAYLOAD_TOO_LARGE", "Payload too large", "The request body is too large"),
    "invalid-request": ErrorRule("invalid-request", 400, "INVALID_REQUEST", "Bad request", "The request is invalid"),
    "internal-error": ErrorRule(
        "internal-error", 500, "INTERNAL_SERVER_ERROR", "Internal server error", "The mock server failed"
    ),
}

#: How a request beyond limits that the command line set is refused.
PLAIN_REFUSAL = {
    "status": 429,
    "error_code": "RATE_LIMIT_EXCEEDED",
    "message": "Rate limit exceeded. Maximum {limit} requests per {window} allowed.",
    "error": "Too many requests",
    "retry-after": {"header": "Retry-After", "body": "/data/retry_after"},
}


class Spec:
    """A document ready to be served.

    Args:
        document: as loaded.

    Attributes:
        document: as given.
        schemas: its schemas, compiled on demand.
        operations: by operationId, in the order of the document.
        limit_refusal: how `x-rate-limit` refuses what exceeds the allowance.
        windows: of `x-rate-limit`; empty where there is none.
        limit_figures: name of a window → `limit` and `remaining` → where in `data` of a 429 that figure stands.
        rules: condition → answer, for every path: `x-error` of the root over `PLAIN_RULES`.
        uses_vocabulary: the document speaks the x- vocabulary, so errors are its envelopes.
        base_path: path of the first server, without a slash at its end.

    Raises:
        SpecInvalid: anything in the document that a request would stumble over.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.base_path = document.base_path
        self.uses_vocabulary = bool(vocabulary.check(document))
        self.schemas = Schemas(document.tree, document.source)
        root: Mapping[str, Any] = document.tree if self.uses_vocabulary else {}
        limits: Mapping[str, Any] = root.get("x-rate-limit", {})
        self.limit_refusal: Mapping[str, Any] = limits.get("refusal", PLAIN_REFUSAL)
        self.windows = tuple(read_window(node) for node in limits.get("windows", ()))
        self.limit_figures = {
            node["name"]: {which: tokens(pointer)[1:] for which, pointer in node["body"].items()}
            for node in limits.get("windows", ())
        }
        rules = tuple(read_rule(node) for node in root.get("x-error", ()))
        # The first of a condition counts, as in `Operation.conditions`.
        self.rules: Mapping[str, ErrorRule] = {**PLAIN_RULES, **{rule.condition: rule for rule in reversed(rules)}}
        self.operations: dict[str, Operation] = {}
        self._static: dict[str, dict[str, Operation]] = {}
        self._templates: list[tuple[re.Pattern[str], str, dict[str, Operation]]] = []
        compiler = Compiler(document, self.schemas, rules, self.uses_vocabulary)
        for path, method, item, node in document.operations():
            self._add(compiler.compile(path, method, item, node))
        # Literal characters win over variables. Source: OpenAPI 3.1.0, Paths Object, templated paths.
        self._templates.sort(key=lambda entry: (entry[1].count("{"), -len(entry[1])))

    @cached_property
    def operation_at(self) -> Mapping[tuple[str, str], Operation]:
        """Operations by method and path template."""
        return {(operation.method, operation.path): operation for operation in self.operations.values()}

    def find(self, path: str) -> tuple[Mapping[str, Operation], Mapping[str, str]] | None:
        """Return the operations of a path by method and its variables, None where no template matches.

        Args:
            path: percent-decoded, below the base path.
        """
        methods = self._static.get(path)
        if methods is not None:
            return methods, {}
        for pattern, template, methods in self._templates:
            match = pattern.fullmatch(path)
            if match:
                return methods, dict(zip(_VARIABLE.findall(template), match.groups(), strict=True))
        return None

    def response(self, operation: Operation, status: int) -> Mapping[str, Any] | None:
        """Return the Response Object of a status: its own, its range's, or the default."""
        responses = operation.node.get("responses", {})
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in responses:
                response: Mapping[str, Any] = self.schemas.resolve(responses[key])
                return response
        return None

    def answer_judge(self, operation: Operation, status: int) -> Validator | None:
        """Return the judge of a JSON answer, None where the document describes none."""
        media = json_media(self.response(operation, status))
        if media is None or "schema" not in media:
            return None
        return self.schemas.validator(media["schema"], "response")

    def _add(self, operation: Operation) -> None:
        if operation.id in self.operations:
            raise SpecInvalid(f"the operationId {operation.id} is given twice", self.document.source, operation.pointer)
        self.operations[operation.id] = operation
        if "{" not in operation.path:
            self._static.setdefault(operation.path, {})[operation.method] = operation
            return
        for _, template, methods in self._templates:
            if template == operation.path:
                methods[operation.method] = operation
                return
        self._templates.append((_pattern(operation.path), operation.path, {operation.method: operation}))


_VARIABLE = re.compile(r"\{([^{}]+)\}")


def _pattern(template: str) -> re.Pattern[str]:
    literal = re.split(r"\{[^{}]+\}", template)
    return re.compile("([^/]+)".join(re.escape(part) for part in literal))


def json_media(response: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the first JSON Media Type Object of a Response Object, None where it has none."""
    for name, media in ((response or {}).get("content") or {}).items():
        if is_json_type(name):
            found: Mapping[str, Any] = media
            return found
    return None


def load(path: Path | None = None) -> Spec:
    """Load and compile a document; None is the packaged contract.

    Raises:
        SpecInvalid, FixtureInvalid: see `document.load` and `Spec`.
    """
    return Spec(documents.load(path or package_data.openapi()))
