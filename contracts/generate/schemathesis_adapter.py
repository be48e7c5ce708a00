"""Generated requests: what schemathesis and Hypothesis make of the document, and what schemathesis' checks say.

The only importer of schemathesis. Nothing of it is imported, registered or sent
until a `CaseSource` is made: cases are drawn through its public strategies, its
coverage cases through `coverage_cases`, the one function that needs more than its
public API; answers are judged by its check functions on copies of the gate's
answers. No hook is ever registered, so nothing stays behind in the process.
"""

from __future__ import annotations

import copy
import http.client
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from contracts.errors import SpecInvalid, UsageError
from contracts.generate.hypothesis_source import draw, fixed_constants
from contracts.messages import Answer, Request
from oas.contract import Contract
from oas.operation import Operation

if TYPE_CHECKING:
    from schemathesis import APIOperation, Case, GenerationMode

__all__ = [
    "NEGATIVE",
    "POSITIVE",
    "CaseSource",
    "CheckFailure",
    "GeneratedCase",
    "check_version",
    "coverage_cases",
    "prepared_of",
    "request_of",
]

POSITIVE, NEGATIVE = "positive", "negative"
VERSIONS = ((4, 32), (5, 0))
#: Longest request line and body that are sent, bytes; beyond it servers may refuse whatever the document says.
MAX_TARGET_BYTES, MAX_BODY_BYTES = 4_000, 64_000

#: Checks of one answer. Left out are those that judge what `expectations` judges, and those that send requests of
#: their own: among them `not_a_server_error`, which since 4.32 asks again after a probe of the content type.
_CHECKS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
_FIRST_SCENARIOS = ("example_value", "default_positive_test")
_STRANGE_METHODS = ("PATCH",)
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class GeneratedCase:
    """A generated request, not yet made fit for a target.

    Attributes:
        request: as generated; its ids are made up.
        stage: `examples`, `coverage`, `conditions` or `draw`.
        mode: what it was generated to be, `positive` or `negative`.
        origin: what the checks need of it.
    """

    request: Request
    stage: str
    mode: str
    origin: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """What one check says: its name, what happened, stable words that tell it from others."""

    check: str
    title: str
    detail: str


def check_version() -> None:
    """Make sure that schemathesis can be used.

    Raises:
        UsageError: it is not installed, or of a version that this was not written for.
    """
    wanted = f"schemathesis >={VERSIONS[0][0]}.{VERSIONS[0][1]},<{VERSIONS[1][0]} is needed for generated requests"
    remedy = "pip install 'schemathesis>=4.32,<5', or run without them (--fuzz 0)"
    try:
        import schemathesis
    except ImportError as error:
        raise UsageError(f"{wanted}, and is not installed; {remedy}") from error
    found = tuple(int(part) for part in schemathesis.__version__.split(".")[:2] if part.isdecimal())
    if not VERSIONS[0] <= found < VERSIONS[1]:
        raise UsageError(f"{wanted}, {schemathesis.__version__} is installed; {remedy}")


def coverage_cases(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode) -> Iterator[Case[Any]]:
    """Yield schemathesis' enumerated cases of an operation: boundaries, each value of an enum, each way to be wrong.

    The one use of what schemathesis does not call public, `iter_coverage_cases`;
    the version bound of `check_version` is for its sake.

    Raises:
        UsageError: this version no longer offers it.
    """
    schema = operation.schema
    try:
        generation = schema.config.generation_for(operation=operation, phase="coverage")
        yield from schema.iter_coverage_cases(operation, generation_modes=[mode], generation_config=generation)
    except (AttributeError, TypeError) as error:
        import schemathesis

        version = schemathesis.__version__
        raise UsageError(f"schemathesis {version} gives no coverage cases in the way of 4.32: {error}") from error


class CaseSource:
    """Draws requests from one document. One use of it is deterministic; make a new one to begin again.

    Args:
        document: the contract.

    Raises:
        UsageError: schemathesis cannot be used.
        SpecInvalid: schemathesis cannot read the document.
    """

    def __init__(self, document: Contract) -> None:
        check_version()
        import schemathesis

        self._document = document
        phases = {"coverage": {"unexpected-methods": list(_STRANGE_METHODS)}}
        try:
            config = schemathesis.Config.from_dict({"phases": phases})
            schema = schemathesis.openapi.from_dict(copy.deepcopy(dict(document.tree)), config=config)
            found: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
        except Exception as error:  # whatever is wrong with the document, schemathesis says it in its own tree
            raise SpecInvalid(f"no requests can be generated from it: {error}", document.source) from error
        by_label: dict[str, Any] = {operation.label: operation for operation in found}
        self._operations = {
            operation.id: by_label[f"{operation.method} {operation.path}"]
            for operation in document.operations
            if f"{operation.method} {operation.path}" in by_label
        }
        self._names = {found.label: name for name, found in self._operations.items()}

    def enumerated(self, operation: Operation, mode: str) -> Iterator[GeneratedCase]:
        """Yield the document's examples of an operation, then its coverage cases, those of `mode`."""
        target = self._operations.get(operation.id)
        if target is None:
            return
        with fixed_constants(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cases = list(coverage_cases(target, _mode(mode)))
        cases.sort(key=lambda case: _scenario(case) not in _FIRST_SCENARIOS)
        for case in cases:
            is_first = mode == POSITIVE and _scenario(case) in _FIRST_SCENARIOS
            yield from self._draft(case, "examples" if is_first else "coverage", mode)

    def drawn(self, operation: Operation, mode: str, count: int, seed: int) -> list[GeneratedCase]:
        """Return at most about `count` requests that Hypothesis draws for an operation, the same for the same seed."""
        target = self._operations.get(operation.id)
        if target is None or count < 1:
            return []
        with fixed_constants(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cases = draw(target.as_strategy(generation_mode=_mode(mode)), count, seed)
            return [draft for case in cases for draft in self._draft(case, "drawn", mode)]

    def failures(self, draft: GeneratedCase, answer: Answer) -> list[CheckFailure]:
        """Run schemathesis' checks on the answer to a draft's request; none of them sends anything."""
        import schemathesis.checks
        from schemathesis import Response

        case, prepared = draft.origin
        response = Response(
            status_code=answer.status,
            headers={name: list(values) for name, values in answer.headers.items()},
            content=answer.body,
            request=prepared,
            elapsed=answer.elapsed_s,
            verify=True,
            message=http.client.responses.get(answer.status, ""),
            encoding="utf-8",
        )
        checks = [getattr(schemathesis.checks, name) for name in _CHECKS]
        found = []
        if answer.status >= _SERVER_ERROR:
            found.append(CheckFailure("not_a_server_error", "Server error", f"ServerError {answer.status}"))
        try:
            case.validate_response(response, checks=checks)
        except BaseExceptionGroup as group:
            found += [_failed(failure) for failure in group.exceptions]
        return found

    def _draft(self, case: Case[Any], stage: str, mode: str) -> Iterator[GeneratedCase]:
        prepared = prepared_of(case)
        if prepared is None or len(prepared.url) > MAX_TARGET_BYTES or len(prepared.body or b"") > MAX_BODY_BYTES:
            return
        is_own = case.method == case.operation.method.upper()
        operation_id = self._names.get(case.operation.label, "") if is_own else ""
        request = request_of(case, prepared, operation_id, self._document.key_header)
        if stage == "drawn":  # where a missing key would be drawn again and again
            request = replace(request, credential="key")
        yield GeneratedCase(request, stage, mode, (case, prepared))


def _mode(name: str) -> GenerationMode:
    from schemathesis import GenerationMode

    return GenerationMode.POSITIVE if name == POSITIVE else GenerationMode.NEGATIVE


def _scenario(case: Case[Any]) -> str:
    data: Any = case.meta.phase.data if case.meta else None
    scenario = getattr(data, "scenario", "")
    return str(getattr(scenario, "value", scenario))


def _failed(failure: Any) -> CheckFailure:
    check = (getattr(failure, "checks", ()) or ("check",))[0]
    facts = [
        str(getattr(failure, name))
        for name in ("status_code", "missing_headers", "content_type")
        if hasattr(failure, name)
    ]
    message = " ".join(str(failure.message).split())
    return CheckFailure(check, f"{failure.title}: {message[:200]}", " ".join([type(failure).__name__, *facts]))


_BASE_URL = "http://target.invalid"
_SENT = ("method", "url", "headers", "files", "data", "params", "json", "cookies")


def prepared_of(case: Any) -> Any:
    """Return the request as the library `requests` would send it; None where it could not be sent."""
    import requests

    kwargs = case.as_transport_kwargs(base_url=_BASE_URL)
    try:
        return requests.Request(**{name: kwargs[name] for name in _SENT if name in kwargs}).prepare()
    except (requests.RequestException, ValueError, UnicodeError):
        return None


def request_of(case: Any, prepared: Any, operation_id: str, key_header: str) -> Request:
    """Describe a prepared request.

    Args:
        case: of schemathesis.
        prepared: what `prepared_of` made of it.
        operation_id: that it is for, empty where the method is not documented.
        key_header: whose absence means that no key is sent; a made-up key never is.

    Returns:
        The request; of its headers only those that the document names.
    """
    parts = urlsplit(prepared.url)
    given = {name.lower() for name in case.headers}
    declared = {parameter.name for parameter in case.operation.headers} - {key_header}
    headers = [(name, value) for name, value in case.headers.items() if name in declared]
    content_type = prepared.headers.get("Content-Type", "")
    if not prepared.body and "content-type" in given:
        headers.append(("Content-Type", content_type))
    body, raw_body = _body(prepared.body, content_type)
    return Request(
        operation_id=operation_id,
        method=prepared.method,
        path=parts.path,
        query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers=tuple(headers),
        body=body,
        raw_body=raw_body,
        content_type=content_type or "application/json",
        credential="key" if key_header.lower() in given else "none",
    )


def _body(sent: Any, content_type: str) -> tuple[Any, bytes | None]:
    """Return a body as a JSON value where the value says it all, as bytes otherwise."""
    if not sent:
        return None, None
    data = sent.encode() if isinstance(sent, str) else bytes(sent)
    try:
        value = json.loads(data, parse_constant=_refuse) if content_type == "application/json" else None
    except (ValueError, RecursionError):
        value = None
    return (None, data) if value is None else (value, None)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
