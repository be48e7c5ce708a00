"""The stages that decide whether a request is answered: route, count, authenticate, validate.

Each is a function of frozen records that returns what the next one needs, or a
`Refusal`. The order in which refusals are sent is the pipeline's.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import field
from typing import Any
from urllib.parse import parse_qsl

from mockserver.pipeline.validation import ValidatedRequest, read
from mockserver.state.keys import ApiKey
from mockserver.state.rate_limits import RateLimitStatus
from oas.contract import Contract
from oas.fast_dataclass import record
from oas.messages import Refusal, Request, Violation
from oas.operation import Operation
from oas.pointers import join, tokens
from oas.routing import below
from oas.vocabulary import ErrorRule

__all__ = ["Route", "ValidatedRequest", "authenticate", "count", "refuse", "route", "validate"]


@record(frozen=True, slots=True)
class Route:
    """What `route` found.

    Attributes:
        operation: None where the path or the method is unknown.
        path: below the base path.
        variables: of the path template.
        refusal: why there is no operation; sent after `count`.
    """

    operation: Operation | None
    path: str
    variables: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None


#: How an operation is answered that the document describes in a way that cannot be read.
_BROKEN = ErrorRule("broken-operation", 501, "NOT_IMPLEMENTED", "Not implemented", "The operation cannot be read")


def refuse(rule: ErrorRule, violations: tuple[Violation, ...] = (), error: str = "", **more: Any) -> Refusal:
    """Make the refusal that a rule of `x-error` names.

    Args:
        rule: of the document.
        violations: machine-readable reasons.
        error: the reason in words, where it says more than the rule's.
        more: `headers` or `data` of the refusal.
    """
    return Refusal(rule.status, rule.error_code, error or rule.error, violations, message=rule.message, **more)


def route(spec: Contract, request: Request) -> Route:
    """Find the operation of a request, under the base path or the bare path.

    HEAD is served where GET is. Source: RFC 9110 §9.3.2, §15.5.5, §15.5.6 (405 and `Allow`).
    """
    paths = [rest for base in spec.base_paths if (rest := below(base, request.path)) is not None]
    tried = ((rest, found) for rest in (*paths, request.path) if (found := spec.find(rest)) is not None)
    path, found = next(tried, (paths[0] if paths else request.path, None))
    if found is None:
        reason = (Violation("path", "", "unknown-path", "no path template of the document matches"),)
        return Route(None, path, refusal=refuse(spec.rules["unknown-path"], reason))
    method = request.method
    match = found.get(method) or (found.get("GET") if method == "HEAD" else None)
    if match is None:
        allowed = sorted({*found, *(["HEAD"] if "GET" in found else [])})
        text = f"{', '.join(allowed)} can be sent here"
        reason = (Violation("path", "", "unknown-method", text),)
        rule = spec.rules["unknown-method"]
        return Route(None, path, refusal=refuse(rule, reason, headers=(("Allow", ", ".join(allowed)),)))
    fault = spec.broken.get(match.target.id)
    return Route(match.target, path, match.variables, refuse(_BROKEN, error=fault) if fault else None)


def known_routes(spec: Contract) -> Mapping[tuple[str, str], Route]:
    """Return method and path → route of every path without variables, so that most requests look for nothing."""
    prefixes = dict.fromkeys(("", *spec.base_paths))
    requests = [
        Request(method, prefix + operation.path)
        for operation in spec.operations
        for prefix in prefixes
        for method in (operation.method, *(["HEAD"] if operation.method == "GET" else []))
        if "{" not in operation.path
    ]
    return {(request.method, request.path): route(spec, request) for request in requests}


def count(spec: Contract, allowance: RateLimitStatus) -> Refusal | None:
    """Refuse what exceeds the allowance that the quota has just counted against.

    Source: heading Rate Limit Response; `x-rate-limit` of the document.
    """
    window = allowance.exhausted
    if window is None:
        return None
    rule = spec.limit_refusal
    wait_s = allowance.retry_after_s
    data: dict[str, Any] = {}
    _put(data, tokens(rule.retry_body)[1:], wait_s)
    for one, remaining in zip(allowance.windows, allowance.remaining, strict=True):
        places = spec.limit_figures.get(one.name) or _figures_of(one.name)
        _put(data, places["limit"], one.limit)
        _put(data, places["remaining"], remaining)
    return Refusal(
        rule.status,
        rule.error_code,
        rule.error,
        headers=((rule.retry_header, str(wait_s)),),
        data=data,
        message=rule.message.replace("{limit}", str(window.limit)).replace("{window}", window.name),
    )


def _put(data: dict[str, Any], path: tuple[str, ...], value: int) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value


def _figures_of(window: str) -> dict[str, tuple[str, ...]]:
    """Places of a window's figures in a document that names none."""
    return {which: ("rate_limit_info", f"{which}_{window}") for which in ("limit", "remaining")}


def authenticate(spec: Contract, operation: Operation, key: ApiKey | None, request: Request) -> Refusal | None:
    """Refuse a request without a key that may do this.

    Documents without the vocabulary have no key registry: there, credentials
    of a declared scheme must be present. Source: heading Authentication;
    OpenAPI 3.1.0, Security Requirement Object.
    """
    if not operation.security or () in operation.security:
        return None
    unauthenticated = operation.conditions.get("unauthenticated", spec.rules["unauthenticated"])
    if not spec.uses_vocabulary:
        is_enough = any(all(_is_present(scheme, request) for scheme in one) for one in operation.security)
        return None if is_enough else refuse(unauthenticated)
    if key is None or not key.is_active:
        return refuse(unauthenticated)
    not_admin = operation.conditions.get("not-admin")
    if not_admin is not None and key.role != "admin":
        return refuse(not_admin)
    return None


def _is_present(scheme: Mapping[str, Any], request: Request) -> bool:
    """Whether a request carries credentials of a Security Scheme Object, whatever they are."""
    name, authorization = str(scheme.get("name", "")), request.headers.get("authorization", "")
    if scheme.get("type") == "apiKey":
        if scheme.get("in") == "header":
            return bool(request.headers.get(name.lower()))
        is_cookie = scheme.get("in") == "cookie"
        text, separator = (request.headers.get("cookie", ""), ";") if is_cookie else (request.query, "&")
        return any(found.strip() == name for found, _ in parse_qsl(text, separator=separator))
    if scheme.get("type") == "http":
        word, _, credentials = authorization.partition(" ")
        return word.lower() == str(scheme.get("scheme", "")).lower() and bool(credentials.strip())
    return scheme.get("type") == "mutualTLS" or bool(authorization)  # without TLS there is no certificate to see


def validate(
    spec: Contract, route: Route, request: Request, max_depth: int, entities: Mapping[str, Container[Any]]
) -> ValidatedRequest | Refusal:
    """Read the parameters and hold them against the document, then against what exists.

    Args:
        spec: of the document.
        route: with an operation.
        request: to judge.
        max_depth: deepest nesting of a JSON body.
        entities: type of entity → ids that exist.
    """
    operation = route.operation
    assert operation is not None
    if request.is_too_large:
        return refuse(operation.conditions.get("too-large", spec.rules["too-large"]))
    checked = read(operation, route.variables, request, max_depth)
    if isinstance(checked, tuple):
        rule = operation.conditions.get("invalid-request", spec.rules["invalid-request"])
        return refuse(rule, checked, error=summary(checked))
    for rule in operation.value_rules:
        violation = check_value_rule(rule, checked.parameters, entities, operation.query.names)
        if violation is not None:
            return refuse(rule, (violation,))
    return checked


def summary(violations: tuple[Violation, ...]) -> str:
    """Say in words what is wrong, each place before its reason."""
    places = (violation.pointer.lstrip("/") or violation.location for violation in violations)
    return "; ".join(f"{place}: {one.message}" for place, one in zip(places, violations, strict=True))[:1000]


def check_value_rule(
    rule: ErrorRule,
    parameters: Mapping[str, Any],
    entities: Mapping[str, Container[Any]],
    query_names: Container[str],
) -> Violation | None:
    """Hold values against one rule of `x-error`. Days are compared as text: YYYY-MM-DD sorts as it reads."""
    name = rule.end or rule.parameter
    location = "query" if name in query_names else "body"
    if rule.condition == "end-before-start":
        start, end = parameters.get(rule.start), parameters.get(rule.end)
        if start is not None and end is not None and end < start:
            return Violation(location, join("", name), rule.condition, f"{rule.end} is before {rule.start}")
        return None
    value, known = parameters.get(name), entities.get(rule.entity, ())
    values = value if isinstance(value, list) else [] if value is None else [value]
    strange = next((index for index, item in enumerate(values) if item not in known), None)
    if strange is None:
        return None
    pointer = join("", name, strange) if isinstance(value, list) else join("", name)
    text = f"{name} names a {rule.entity} that the organisation does not have"
    return Violation(location, pointer, rule.condition, text)
