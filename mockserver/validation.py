"""The reference judge: openapi-core, on whole documents and on single messages.

The only importer of openapi-core, and never imported by a server that answers
requests: it judges documents (`mockserver check`, the first time a document is
served) and, in the tests, every answer. May import `document`, `errors`,
`messages`.

Source: OpenAPI 3.1.0; openapi-core's `iter_request_errors` and `iter_response_errors`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openapi_core import Config as CoreConfig
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from werkzeug.datastructures import MultiDict

from mockserver.document import Document
from mockserver.errors import SpecInvalid
from mockserver.messages import Request, Response
from mockserver.pointers import join

#: Stands for every request that no operation documents; its answers fit the shared error schema.
UNDOCUMENTED = "/__undocumented"
_HOST = "http://judge.invalid"


def document_errors(document: Document) -> list[SpecInvalid]:
    """Return what openapi-spec-validator finds wrong with a document, in its order."""
    validator_class = OpenAPIV31SpecValidator if document.version.startswith("3.1") else OpenAPIV30SpecValidator
    base_uri = Path(document.source).resolve().as_uri()
    validator = validator_class(document.tree, base_uri=base_uri)
    return [
        SpecInvalid(str(error.message)[:300], document.source, join("", *error.absolute_path))
        for error in validator.iter_errors()
    ]


class ReferenceJudge:
    """Judges messages by a document.

    Args:
        document: as loaded.
        error_schema: reference to the schema of answers to undocumented requests; empty when there is none.
    """

    def __init__(self, document: Document, error_schema: str = "#/components/schemas/ErrorEnvelope") -> None:
        tree = {**document.tree, "servers": [{"url": _HOST}]}
        if error_schema:
            content = {"application/json": {"schema": {"$ref": error_schema}}}
            answer = {"description": "Any answer to an undocumented request.", "content": content}
            entry = {"get": {"security": [], "responses": {"default": answer}}}
            tree["paths"] = {**tree["paths"], UNDOCUMENTED: entry}
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
        if operation is not None and str(response.status) not in operation.get("responses", {}):
            asked = Request("GET", UNDOCUMENTED)
        headers = dict(response.headers)
        content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        answer = MockResponse(response.body, response.status, headers, content_type)
        return _texts(self._core.iter_response_errors(self._request(asked), answer))

    def _operation(self, request: Request) -> Any:
        method = "get" if request.method == "HEAD" else request.method.lower()
        item = self._document.tree["paths"].get(self._path(request.path), {})
        return item.get(method)

    def _path(self, path: str) -> str:
        base = self._document.base_path
        return path[len(base) :] if path.startswith(base + "/") else path

    def _request(self, request: Request) -> MockRequest:
        from urllib.parse import parse_qsl

        arguments: Any = MultiDict(parse_qsl(request.query, keep_blank_values=True))
        return MockRequest(
            _HOST,
            request.method if request.method != "HEAD" else "GET",
            self._path(request.path),
            args=arguments,
            headers=dict(request.headers),
            data=request.body or None,
            content_type=request.headers.get("content-type", ""),
        )


def _texts(errors: Iterable[Exception]) -> list[str]:
    texts = []
    for error in errors:
        details = [str(one) for one in getattr(error.__cause__, "schema_errors", ())]
        texts.append(": ".join([str(error), *details])[:600])
    return texts
