"""The stage `record`: an exchange as the journal may keep it, no key in it."""

from __future__ import annotations

from dataclasses import replace

from mockserver.pipeline.context import Decision, RequestContext
from oas.api_keys import hash_of, masked, redact
from oas.contract import Contract
from oas.messages import Exchange, Request, Response
from oas.operation import Operation


class Recorder:
    """Writes exchanges into the journal of their session.

    Args:
        header: lower-cased header that carries the API key.
    """

    def __init__(self, header: str) -> None:
        self._header = header

    def record(
        self,
        arrival: RequestContext,
        operation: Operation | None,
        response: Response,
        outcome: Decision,
        duration_ms: float,
    ) -> None:
        """Keep an exchange, secrets taken out of it."""
        session, key, request = arrival.session, arrival.key, arrival.request
        presented = request.headers.get(self._header)
        key_hash = key.hash_id if key is not None else hash_of(presented) if presented else ""
        kept, changed = redacted(request, self._header, key_hash)
        if changed or (operation is not None and operation.has_secret):
            body = redact(response.body.decode("utf-8", "replace")).encode()
            response = replace(response, body=body)
        session.journal.record(
            Exchange(
                id=arrival.id,
                at=arrival.now,
                duration_ms=duration_ms,
                operation_id=operation.id if operation is not None else None,
                key_hash=key_hash,
                request=kept,
                response=response,
                violations=outcome.violations,
                applied=outcome.choice.by if outcome.choice is not None else "",
                is_deliberate=outcome.is_deliberate,
            )
        )


def key_header(spec: Contract) -> str:
    """Return the lower-cased header that carries the API key, as the document's security scheme says."""
    schemes = (spec.document.tree.get("components") or {}).get("securitySchemes") or {}
    for scheme in schemes.values():
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            return str(scheme["name"]).lower()
    return "authorization"


def redacted(request: Request, header: str, key_hash: str) -> tuple[Request, bool]:
    """Return the request as the journal may keep it, and whether a key stood where none belongs.

    Args:
        request: as received.
        header: lower-cased header that carries the key; its value is always replaced.
        key_hash: stands for that value.
    """
    headers = request.headers
    if headers.get(header):
        headers = {**headers, header: masked(key_hash)}
    path, query, body = redact(request.path), redact(request.query) if request.query else "", request.body
    if body:
        text = body.decode("utf-8", "replace")
        clean = redact(text)
        if clean != text:
            body = clean.encode()
    changed = query != request.query or path != request.path or body is not request.body
    return Request(request.method, path, query, headers, body, request.client, request.is_too_large), changed
