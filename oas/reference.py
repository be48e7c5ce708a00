"""The reference judge: openapi-core, on whole documents and on single messages.

The only importer of openapi-core, and never imported by a server that answers
requests: it judges documents (`mockserver check`, the first time a document is
served) and, in the tests, every answer.

Source: OpenAPI 3.1.0; openapi-core's `iter_request_errors` and `iter_response_errors`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from openapi_core import Config as CoreConfig
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from oas.document import METHODS, Document
from oas.errors import SpecInvalid
from oas.messages import Request, Response
from oas.pointers import children, join
from oas.references import References

#: Stands for every request that no operation documents; its answers fit the shared error schema.
UNDOCUMENTED = "/__undocumented"
_HOST = "http://judge.invalid"


def document_errors(document: Document) -> list[SpecInvalid]:
    """Return what openapi-spec-validator finds wrong with a document, in its order."""
    validator_class = OpenAPIV31SpecValidator if document.version.startswith("3.1") else OpenAPIV30SpecValidator
    base_uri = Path(document.source).resolve().as_uri()
    found: list[SpecInvalid] = []
    try:
        for error in validator_class(document.tree, base_uri=base_uri).iter_errors():
            text = " ".join(str(error.message).split())
            found.append(SpecInvalid(text[:300], document.source, join("", *error.absolute_path)))
    except Exception as error:  # a reference that leads nowhere and whatever else ends the judge's walk
        text = f"the document cannot be judged to its end ({type(error).__name__}); correct what is found first"
        found.append(_dangling(document) or SpecInvalid(text, document.source))
    return found


def _dangling(document: Document) -> SpecInvalid | None:
    """Return the first reference that leads nowhere."""
    references = References(document.tree, document.source)
    waiting: list[tuple[str, Any]] = [("", document.tree)]
    while waiting:
        pointer, node = waiting.pop()
        try:
            references.resolve(node, pointer)
        except SpecInvalid as error:
            return error
        waiting += [(join(pointer, step), child) for step, child in reversed(list(children(node)))]
    return None


class ReferenceJudge:
    """Judges messages by a document.

    Args:
        document: as loaded.
        error_schema: reference to the schema of answers to undocumented requests; empty when there is none.
    """

    def __init__(self, document: Document, error_schema: str = "#/components/schemas/ErrorEnvelope") -> None:
        paths = {path: _without_security(item) for path, item in document.tree["paths"].items()}
        if error_schema:
            content = {"application/json": {"schema": {"$ref": error_schema}}}
            answer = {"description": "Any answer to an undocumented request.", "content": content}
            paths[UNDOCUMENTED] = {"get": {"responses": {"default": answer}}}
        tree = {**document.tree, "servers": [{"url": _HOST}], "security": [], "paths": paths}
        self._document = document
        self._core = OpenAPI.from_dict(tree, config=CoreConfig(spec_validator_cls=None))

    def request_errors(self, request: Request) -> list[str]:
        """Return why a request does not fit the document; empty when it does. Authentication is not judged."""
        return _texts(self._core.iter_request_errors(self._request(request)))

    def response_errors(self, request: Request, response: Response) -> list[str]:
        """Return why an answer does not fit the operation that was asked.

        An answer to no documented operation, or with a status that its
        operation does not document, is held against the shared error schema.
        """
        operation = self._operation(request)
        asked = request if operation is not None else Request("GET", UNDOCUMENTED)
        status = str(response.status)
        if operation is not None and not {status, f"{status[0]}XX", "default"} & operation["responses"].keys():
            asked = Request("GET", UNDOCUMENTED)
        headers = dict(response.headers)
        content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        answer = MockResponse(response.body, response.status, headers, content_type)
        return _texts(self._core.iter_response_errors(self._request(asked), answer))

    def _operation(self, request: Request) -> Any:
        method = "get" if request.method == "HEAD" else request.method.lower()
        path, paths = self._path(request.path), self._document.tree["paths"]
        if path not in paths:
            patterns = {name: re.sub(r"\\{[^{}]+\\}", "[^/]+", re.escape(name)) for name in paths if "{" in name}
            path = next((name for name, pattern in patterns.items() if re.fullmatch(pattern, path)), path)
        return paths.get(path, {}).get(method)

    def _path(self, path: str) -> str:
        base = self._document.base_path
        return path[len(base) :] if path.startswith(base + "/") else path

    def _request(self, request: Request) -> MockRequest:
        arguments: Any = parse_qsl(request.query, keep_blank_values=True)
        return MockRequest(
            _HOST,
            request.method if request.method != "HEAD" else "GET",
            self._path(request.path),
            args=arguments,
            headers=dict(request.headers),
            data=request.body or None,
            content_type=request.headers.get("content-type", ""),
        )


def _without_security(item: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a path item whose operations are open to all."""
    return {
        name: {key: value for key, value in node.items() if key != "security"} if name in METHODS else node
        for name, node in item.items()
    }


def _texts(errors: Iterable[Exception]) -> list[str]:
    texts = []
    try:
        for error in errors:
            details = [str(one) for one in getattr(error.__cause__, "schema_errors", ())]
            texts.append(": ".join([str(error), *details])[:600])
    except (ValueError, RecursionError) as error:  # text that is not UTF-8, nesting beyond the stack: never a pass
        texts.append(f"the message cannot be read: {error}"[:600])
    return texts
