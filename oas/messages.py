"""What travels through the pipeline: frozen records, and nothing that acts.

    Request  → stages → Response,  and for the journal an Exchange

A request that the contract does not allow is a `Refusal`, a value, never an
exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from oas.fast_dataclass import record

#: Wire order; names as sent to the client.
Headers = tuple[tuple[str, str], ...]


@record(frozen=True, slots=True)
class Request:
    """One HTTP request, in normal form.

    Attributes:
        method: upper case, as on the wire.
        path: percent-decoded, begins with `/`, base path included.
        query: the query string as sent, without `?`; empty when there is none.
        headers: lower-cased name → value; repeated headers are joined by `,`.
        body: all bytes of the body; empty when there is none or it is too large.
        client: address of the peer, without the port.
        is_too_large: the body exceeds the limit and was not kept.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = "127.0.0.1"
    is_too_large: bool = False


@record(frozen=True, slots=True)
class Violation:
    """One way in which a message breaks the contract.

    Attributes:
        location: `path`, `query`, `header`, `body` or `response`.
        pointer: RFC 6901 pointer to the value inside that location; a query
            parameter is `/name`, the whole location is empty.
        code: the JSON Schema keyword that failed, or a word of ours such as
            `undocumented`, `malformed`, `content-type`.
        message: one sentence, what was wrong and what was expected.
        severity: `error` refuses the request, `warning` is reported only.
    """

    location: str
    pointer: str
    code: str
    message: str
    severity: str = "error"


@record(frozen=True, slots=True)
class Refusal:
    """A request that is not answered with success, and why.

    Attributes:
        status: HTTP status, 400–599.
        error_code: the vendor's `data.error_code`.
        error: the reason in words, for `data.error`.
        violations: machine-readable reasons, most important first.
        headers: extra response headers such as `Allow` or `Retry-After`.
        data: extra members of the envelope's `data`, such as `retry_after`.
        message: the envelope's `message` where the catalogue's is not right.
    """

    status: int
    error_code: str
    error: str = ""
    violations: tuple[Violation, ...] = ()
    headers: Headers = ()
    data: Mapping[str, object] = field(default_factory=dict)
    message: str = ""


@record(frozen=True, slots=True)
class BuiltResponse:
    """What an answer consists of before its headers are complete."""

    status: int
    body: bytes
    headers: Headers = (("Content-Type", "application/json"),)


@record(frozen=True, slots=True)
class DeliveryOptions:
    """How an answer is put on the wire, where that is not at once and whole.

    Attributes:
        delay_s: seconds to wait before the first byte, 0–60.
        fault: how the connection is broken, by WireMock's name; empty where it is not.
        dribble_chunks: parts in which the body is sent; 0 sends it whole.
        dribble_s: seconds over which the parts are spread, 0–60.
    """

    delay_s: float = 0.0
    fault: str = ""
    dribble_chunks: int = 0
    dribble_s: float = 0.0


@record(frozen=True, slots=True)
class Response:
    """One HTTP response.

    Attributes:
        status: HTTP status code.
        headers: without `Content-Length`, which the edge adds.
        body: all bytes.
        delivery: None sends it at once and whole.
    """

    status: int
    headers: Headers
    body: bytes
    delivery: DeliveryOptions | None = None


@record(frozen=True, slots=True)
class Exchange:
    """A request with its answer, as the journal keeps it: redacted, immutable.

    Attributes:
        id: unique within a session; also the `X-Mock-Request-Id` header.
        at: moment of arrival on the mock's clock, seconds since the epoch.
        duration_ms: time inside the pipeline, real milliseconds.
        operation_id: None where no operation matched.
        key_hash: short stable hash of the API key; empty where none was sent.
        request: secrets already replaced.
        response: secrets already replaced.
        violations: of the request and, under `--check-answers`, of the answer.
        applied: what chose the answer, e.g. `rule:…`; empty for the plain answer.
        is_deliberate: the answer breaks the contract because that was asked for.
    """

    id: str
    at: float
    duration_ms: float
    operation_id: str | None
    key_hash: str
    request: Request
    response: Response
    violations: tuple[Violation, ...] = ()
    applied: str = ""
    is_deliberate: bool = False
