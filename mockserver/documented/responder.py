"""Answers to documents that have no functions here: fixture, else example, else a body from the schema.

The media type is negotiated by `Accept` (RFC 9110 §12.5.1), the status is the
first success that the document names, an error is the documented one where
there is one, a problem document (RFC 9457) otherwise.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mockserver.pipeline.context import RequestContext
from mockserver.pipeline.stages import ValidatedRequest
from oas.contract import Contract
from oas.media import write_json
from oas.messages import BuiltResponse, Refusal
from oas.operation import Operation
from oas.violations import not_json

_PROBLEM = (("Content-Type", "application/problem+json"),)
_ABSENT = object()


class DocumentResponder:
    """Builds answers from the examples and schemas of a document.

    Args:
        spec: compiled document.
        seed: of bodies made from schemas: same seed, same bytes.
    """

    def __init__(self, spec: Contract, seed: int) -> None:
        self._spec = spec
        self._seed = seed
        self._bodies: dict[tuple[str, int, str], bytes] = {}
        self._lock = threading.Lock()
        self._sampler: Any = None

    def entities(self, organisation: Any) -> Mapping[str, Any]:
        """No entities are known of a foreign document."""
        return {}

    def success(
        self, operation: Operation, checked: ValidatedRequest, arrival: RequestContext
    ) -> BuiltResponse | Refusal:
        """Return the first success that the document names, in the media type that the client prefers."""
        return self.answer(operation, operation.success_status, arrival.request.headers.get("accept", ""))

    def documented(self, operation: Operation, status: int, arrival: RequestContext) -> BuiltResponse | Refusal | None:
        """Return the documented answer of a status, None where the document has none."""
        if operation.response(status) is None:
            return None
        return self.answer(operation, status, arrival.request.headers.get("accept", ""))

    def refusal(self, operation: Operation | None, refusal: Refusal, arrival: RequestContext) -> BuiltResponse:
        """Return the documented error of that status, a problem document where there is none."""
        if operation is not None:
            status = _documented(operation, refusal.status)
            if operation.response(status) is not None:
                built = self.answer(operation, status, "application/json")
                if isinstance(built, BuiltResponse) and built.body:
                    return BuiltResponse(status, built.body, (*built.headers, *refusal.headers))
        problem = {
            "type": "about:blank",
            "title": refusal.message,
            "status": refusal.status,
            "detail": refusal.error,
            "violations": [
                {"location": one.location, "pointer": one.pointer, "code": one.code, "message": one.message}
                for one in refusal.violations
            ],
        }
        return BuiltResponse(refusal.status, orjson.dumps(problem), (*_PROBLEM, *refusal.headers))

    def answer(self, operation: Operation, status: int, accept: str) -> BuiltResponse | Refusal:
        """Return the answer of a status.

        Args:
            operation: of the document.
            status: documented, or covered by a range or the default.
            accept: the request's `Accept`; empty takes anything.

        Returns:
            A refusal with 406 where the document has no media type that the client takes.
        """
        response = operation.response(status)
        content = response.content if response is not None else {}
        if not content:
            return BuiltResponse(status, b"", ())
        name = negotiate(tuple(content), accept)
        if name is None:
            text = f"the document offers {', '.join(content)}"
            return Refusal(406, "NOT_ACCEPTABLE", text, message="Not acceptable")
        key = (operation.id, status, name)
        body = self._bodies.get(key)
        if body is None:
            with self._lock:
                body = self._bodies.get(key)
                if body is None:
                    body = self._bodies[key] = self._body(operation, status, name, content[name])
        shown = "application/json" if "*" in name else name
        return BuiltResponse(status, body, (("Content-Type", shown),))

    def _body(self, operation: Operation, status: int, name: str, media: Mapping[str, Any]) -> bytes:
        # Published documents have examples that their own schemas refuse; such an answer would break the contract.
        value = next((example for example in _examples(media, self._spec) if self._fits(example, media)), _ABSENT)
        is_json = "json" in name or "*" in name
        if value is _ABSENT:
            if "schema" not in media:
                return b"{}" if is_json else b""
            value = self._sample(media["schema"], f"{operation.id} {status}")
        if is_json:
            return write_json(value)
        return (value if isinstance(value, str) else write_json(value).decode()).encode()

    def _fits(self, value: Any, media: Mapping[str, Any]) -> bool:
        if not_json(value, "response")[1]:
            return False
        return "schema" not in media or self._spec.validator(media["schema"], "response", "").is_valid(value)

    def _sample(self, schema: Any, name: str) -> Any:
        if self._sampler is None:
            # Documents with examples everywhere never pay for the generator.
            from oas.sampling.sampler import Sampler

            self._sampler = Sampler(self._spec.schemas, self._seed)
        return self._sampler.sample(schema, name=name)


def _documented(operation: Operation, status: int) -> int:
    """Return the status by which an operation says that a request is invalid: 422 where it has no 400."""
    documented = operation.node.get("responses", {})
    return 422 if status == 400 and "400" not in documented and "422" in documented else status


def _examples(media: Mapping[str, Any], spec: Contract) -> Iterator[Any]:
    """Yield the examples of a Media Type Object, then that of its schema."""
    examples = media.get("examples")
    for example in examples.values() if isinstance(examples, Mapping) else ():
        resolved = spec.references.resolved_or_none(example)
        if isinstance(resolved, Mapping) and "value" in resolved:
            yield resolved["value"]
    if "example" in media:
        yield media["example"]
    keywords = spec.keywords(media.get("schema", {}))
    if "example" in keywords:
        yield keywords["example"]


def negotiate(offered: tuple[str, ...], accept: str) -> str | None:
    """Choose a media type.

    Args:
        offered: names in the order of the document, not empty.
        accept: value of `Accept`.

    Returns:
        The offered type with the highest weight, JSON first among equals; None where none is acceptable.
    """
    weights = {name: _weight(name.partition(";")[0].strip().lower(), accept) for name in offered}
    best = max(weights.values())
    if best <= 0:
        return None
    chosen = [name for name in offered if weights[name] == best]
    return next((name for name in chosen if "json" in name), chosen[0])


def _weight(media_type: str, accept: str) -> float:
    """Weight that an `Accept` gives a media type; the most specific range counts."""
    if not accept.strip():
        return 1.0
    found, precision = 0.0, -1
    for part in accept.split(","):
        pattern, *parameters = (piece.strip().lower() for piece in part.split(";"))
        main, _, sub = pattern.partition("/")
        own_main, _, own_sub = media_type.partition("/")
        if main not in ("*", own_main) and own_main != "*":
            continue
        if sub not in ("*", own_sub) and own_sub != "*":
            continue
        specific = (main != "*") + (sub != "*")
        if specific > precision:
            found, precision = _quality(parameters), specific
    return found


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
