"""The stages that decide whether a request is answered: route, count, authenticate, validate.

Each is a function of frozen records that returns what the next one needs, or a
`Refusal`. The order in which refusals are spoken is the pipeline's. May import
`bodies`, `messages`, `operation`, `parameters`, `quota`, `spec`.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.bodies import is_json, read_json
from mockserver.keys import ApiKey
from mockserver.messages import Refusal, Request, Violation
from mockserver.operation import ErrorRule, Operation
from mockserver.quota import Allowance
from mockserver.spec import Spec


@dataclass(frozen=True, slots=True)
class Route:
    """What `route` found.

    Attributes:
        operation: None where the path or the method is unknown.
        path: below the base path.
        variables: of the path template.
        refusal: why there is no operation; spoken after `count`.
    """

    operation: Operation | None
    path: str
    variables: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What `validate` read.

    Attributes:
        parameters: query or body parameters that were sent, of their declared types.
        warnings: what was sent and is not documented.
        body: the parsed body where it is no object of parameters.
    """

    parameters: Mapping[str, Any]
    warnings: tuple[Violation, ...] = ()
    body: Any = None


def refuse(rule: ErrorRule, violations: tuple[Violation, ...] = (), error: str = "", **more: Any) -> Refusal:
    """Make the refusal that a rule of `x-error` names.

    Args:
        rule: of the document.
        violations: machine-readable reasons.
        error: the reason in words, where it says more than the rule's.
        more: `headers` or `data` of the refusal.
    """
    return Refusal(rule.status, rule.error_code, error or rule.error, violations, message=rule.message, **more)


def route(spec: Spec, request: Request) -> Route:
    """Find the operation of a request, under the base path or the bare path.

    HEAD is served where GET is. Source: RFC 9110 §9.3.2, §15.5.5, §15.5.6 (405 and `Allow`).
    """
    path = request.path
    base = spec.base_path
    if base and path.startswith(base) and path[len(base) : len(base) + 1] in ("", "/"):
        path = path[len(base) :] or "/"
    found = spec.find(path)
    if found is None:
        reason = (Violation("path", "", "unknown-path", "no path template of the document matches"),)
        return Route(None, path, refusal=refuse(spec.rules["unknown-path"], reason))
    methods, variables = found
    method = request.method
    operation = methods.get(method) or (methods.get("GET") if method == "HEAD" else None)
    if operation is None:
        allowed = sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
        text = f"{', '.join(allowed)} can be sent here"
        reason = (Violation("path", "", "unknown-method", text),)
        rule = spec.rules["unknown-method"]
        return Route(None, path, variables, refuse(rule, reason, headers=(("Allow", ", ".join(allowed)),)))
    return Route(operation, path, variables)


def count(spec: Spec, allowance: Allowance) -> Refusal | None:
    """Refuse what exceeds the allowance that the quota has just counted against.

    Source: heading Rate Limit Response; `x-rate-limit` of the document.
    """
    window = allowance.exhausted
    if window is None:
        return None
    rule = spec.limit_refusal
    wait_s = allowance.retry_after_s
    info: dict[str, int] = {}
    for one, remaining in zip(allowance.windows, allowance.remaining, strict=True):
        info[f"limit_{one.name}"] = one.limit
        info[f"remaining_{one.name}"] = remaining
    return Refusal(
        rule["status"],
        rule["error_code"],
        rule["error"],
        headers=((rule["retry-after"]["header"], str(wait_s)),),
        data={"retry_after": wait_s, "rate_limit_info": info},
        message=rule["message"].format(limit=window.limit, window=window.name),
    )


def authenticate(spec: Spec, operation: Operation, key: ApiKey | None, request: Request) -> Refusal | None:
    """Refuse a request without a key that may do this.

    Documents without the vocabulary have no key registry: there, credentials
    of a declared scheme must be present. Source: heading Authentication;
    OpenAPI 3.1.0, Security Requirement Object.
    """
    if not operation.security or () in operation.security:
        return None
    if not spec.uses_vocabulary:
        if any(all(_is_present(scheme, request) for scheme in one) for one in operation.security):
            return None
        return refuse(operation.conditions.get("unauthenticated", spec.rules["unauthenticated"]))
    if key is None or not key.is_active:
        return refuse(operation.conditions["unauthenticated"])
    not_admin = operation.conditions.get("not-admin")
    if not_admin is not None and key.role != "admin":
        return refuse(not_admin)
    return None


def _is_present(scheme: Mapping[str, Any], request: Request) -> bool:
    if scheme.get("type") == "apiKey":
        name = str(scheme.get("name", ""))
        if scheme.get("in") == "header":
            return bool(request.headers.get(name.lower()))
        if scheme.get("in") == "cookie":
            return f"{name}=" in request.headers.get("cookie", "")
        return any(pair.partition("=")[0] == name for pair in request.query.split("&"))
    if scheme.get("type") == "http":
        word = request.headers.get("authorization", "").partition(" ")[0].lower()
        return word == str(scheme.get("scheme", "")).lower()
    return bool(request.headers.get("authorization"))


def validate(
    spec: Spec, route: Route, request: Request, max_depth: int, entities: Mapping[str, Container[Any]]
) -> Checked | Refusal:
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
    checked = _read(operation, route, request, max_depth)
    if isinstance(checked, tuple):
        rule = operation.conditions.get("invalid-request", spec.rules["invalid-request"])
        return refuse(rule, checked, error=_spoken(checked))
    for rule in operation.value_rules:
        violation = _broken(rule, checked.parameters, entities)
        if violation is not None:
            return refuse(rule, (violation,))
    return checked


def _spoken(violations: tuple[Violation, ...]) -> str:
    """Say in words what is wrong, each place before its reason."""
    places = (violation.pointer.lstrip("/") or violation.location for violation in violations)
    return "; ".join(f"{place}: {one.message}" for place, one in zip(places, violations, strict=True))[:1000]


def _read(operation: Operation, route: Route, request: Request, max_depth: int) -> Checked | tuple[Violation, ...]:
    if request.is_too_large:
        return ()
    reading = operation.query.read(request.query)
    violations = [*reading.violations, *_path_violations(operation, route)]
    if not operation.query_judge.is_valid(reading.values):
        known = {violation.pointer for violation in violations}
        judged = operation.query_judge.violations(reading.values, "query")
        violations += [violation for violation in judged if violation.pointer not in known]
    warnings = [_undocumented("query", name, operation.query.names) for name in reading.undocumented]
    parameters: Mapping[str, Any] = reading.values
    body: Any = None
    if operation.body_types:
        body, problems = _read_body(operation, request, max_depth)
        violations += problems
        if isinstance(body, dict):
            parameters = {**body, **parameters}
            names = operation.body_names
            if names is not None and not problems:
                warnings += [_undocumented("body", name, tuple(names)) for name in body if name not in names]
                parameters = {name: value for name, value in parameters.items() if name in names}
    elif request.body:
        warnings.append(Violation("body", "", "undocumented", "the operation takes no body", "warning"))
    return tuple(violations) if violations else Checked(parameters, tuple(warnings), body)


def _path_violations(operation: Operation, route: Route) -> list[Violation]:
    violations: list[Violation] = []
    for name, (parameter, judge) in operation.path_parameters.items():
        value = parameter.cast(route.variables.get(name, ""))
        for violation in judge.violations(value, "path"):
            violations.append(Violation("path", f"/{name}", violation.code, violation.message))
    return violations


def _read_body(
    operation: Operation, request: Request, max_depth: int
) -> tuple[Any, list[Violation] | tuple[Violation, ...]]:
    content_type = request.headers.get("content-type", "")
    if not request.body:
        if operation.is_body_required:
            return None, [Violation("body", "", "required", "a body is required")]
        return None, ()
    essence = content_type.partition(";")[0].strip().lower()
    judge = operation.body_judges.get(essence) or next(
        (found for name, found in operation.body_judges.items() if "*" in name or is_json(content_type)), None
    )
    if not is_json(content_type):
        if essence in operation.body_types or "*/*" in operation.body_types:
            return None, ()  # a media type whose schema nobody here judges
        expected = " or ".join(operation.body_types)
        sent = f"got {essence[:60]}" if essence else "none was sent"
        return None, [
            Violation("header", "/content-type", "content-type", f"Content-Type {expected} was expected, {sent}")
        ]
    value, problem = read_json(request.body, max_depth)
    if problem is not None:
        return None, [problem]
    if judge is None or judge.is_valid(value):
        return value, ()
    return value, judge.violations(value, "body")


def _undocumented(location: str, name: str, names: tuple[str, ...]) -> Violation:
    known = f"the operation has {', '.join(sorted(names))}" if names else "the operation has no parameters"
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")[:100]
    text = f"{name[:60]} is not documented and is ignored; {known}"
    return Violation(location, pointer, "undocumented", text, "warning")


def _broken(rule: ErrorRule, parameters: Mapping[str, Any], entities: Mapping[str, Container[Any]]) -> Violation | None:
    """Hold values against one rule of `x-error`. Days are compared as text: YYYY-MM-DD sorts as it reads."""
    if rule.condition == "end-before-start":
        start, end = parameters.get(rule.start), parameters.get(rule.end)
        if start is not None and end is not None and end < start:
            return Violation("query", f"/{rule.end}", rule.condition, f"{rule.end} is before {rule.start}")
        return None
    value = parameters.get(rule.parameter)
    known = entities.get(rule.entity, ())
    values = value if isinstance(value, list) else [] if value is None else [value]
    if all(item in known for item in values):
        return None
    text = f"{rule.parameter} names a {rule.entity} that the organisation does not have"
    return Violation("query", f"/{rule.parameter}", rule.condition, text)
