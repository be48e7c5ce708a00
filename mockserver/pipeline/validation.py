"""A request read by its operation: parameters of their types, the body parsed, all of it judged by schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

from oas.fast_dataclass import record
from oas.media import essence_of, is_json, is_json_type, read_json
from oas.messages import Request, Violation
from oas.operation import Operation
from oas.parameters import ParameterReader
from oas.pointers import join
from oas.schemas import Validator
from oas.violations import MAX_VIOLATIONS

#: Queries whose reading is remembered, of all documents together, and the longest of them.
MAX_REMEMBERED = 2048
MAX_REMEMBERED_CHARS = 512


@record(frozen=True, slots=True)
class ValidatedRequest:
    """What `validate` read.

    Attributes:
        parameters: query or body parameters that were sent, of their declared types.
        warnings: what was sent and is not documented.
        body: the parsed body where it is not an object of parameters.
    """

    parameters: Mapping[str, Any]
    warnings: tuple[Violation, ...] = ()
    body: Any = None


def read(
    operation: Operation, variables: Mapping[str, str], request: Request, max_depth: int
) -> ValidatedRequest | tuple[Violation, ...]:
    """Read parameters and body, and hold them against the schemas of the operation.

    Args:
        operation: that is asked.
        variables: of the path template.
        request: whose body is whole.
        max_depth: deepest nesting of a JSON body.

    Returns:
        What was read, or at most 20 reasons why it does not fit.
    """
    query = request.query
    if operation.is_query_all and not request.body and len(query) <= MAX_REMEMBERED_CHARS:
        return _read_query(operation, query)
    return _read_all(operation, variables, request, max_depth)


@lru_cache(maxsize=MAX_REMEMBERED)
def _read_query(operation: Operation, query: str) -> ValidatedRequest | tuple[Violation, ...]:
    """Read a request that is nothing but its query: clients ask the same again and again."""
    return _read_all(operation, {}, Request("GET", operation.path, query), 0)


def _read_all(
    operation: Operation, variables: Mapping[str, str], request: Request, max_depth: int
) -> ValidatedRequest | tuple[Violation, ...]:
    reading = operation.query.read(request.query)
    violations = [*reading.violations, *_path_violations(operation, variables), *_header_violations(operation, request)]
    if not operation.query_judge.is_valid(reading.values):
        known = {violation.pointer for violation in violations if violation.location == "query"}
        judged = operation.query_judge.violations(reading.values, "query")
        violations += [violation for violation in judged if violation.pointer not in known]
    warnings = [*operation.unjudged, *_undocumented("query", reading.undocumented, operation.query.names)]
    parameters: Mapping[str, Any] = reading.values
    body: Any = None
    if operation.body_types:
        body, problems = _read_body(operation, request, max_depth)
        violations += problems
        if isinstance(body, dict):
            names = body.keys() if operation.body_names is None else operation.body_names
            warnings += _undocumented("body", (name for name in body if name not in names), names)
            parameters = {**{name: body[name] for name in body if name in names}, **parameters}
    elif request.body:
        warnings.append(Violation("body", "", "undocumented", "the operation takes no body", "warning"))
    return tuple(violations[:MAX_VIOLATIONS]) if violations else ValidatedRequest(parameters, tuple(warnings), body)


def _path_violations(operation: Operation, variables: Mapping[str, str]) -> list[Violation]:
    violations: list[Violation] = []
    for name, (parameter, judge) in operation.path_parameters.items():
        violations += _single(parameter, judge, variables.get(name, ""), "path")
    return violations


def _header_violations(operation: Operation, request: Request) -> list[Violation]:
    violations: list[Violation] = []
    for name, (parameter, judge) in operation.header_parameters.items():
        text = request.headers.get(name)
        if text is not None:
            violations += _single(parameter, judge, text, "header")
        elif parameter.is_required:
            text = f"the header {parameter.name} is required"
            violations.append(Violation("header", join("", parameter.name), "required", text))
    return violations


def _single(parameter: ParameterReader, judge: Validator, text: str, location: str) -> list[Violation]:
    """Judge a parameter that has a judge of its own."""
    value = parameter.value_of(text)
    if judge.is_valid(value):
        return []
    found = judge.violations(value, location)
    return [replace(one, pointer=join("", parameter.name) + one.pointer) for one in found]


def _read_body(operation: Operation, request: Request, max_depth: int) -> tuple[Any, tuple[Violation, ...]]:
    if not request.body:
        missing = (Violation("body", "", "required", "a body is required"),)
        return None, missing if operation.is_body_required else ()
    content_type = request.headers.get("content-type", "")
    essence = essence_of(content_type)
    ranges = (essence, essence.partition("/")[0] + "/*", "*/*")
    declared = next((name for name in ranges if name in operation.body_types), None)
    if declared is None or (is_json_type(essence) and not is_json(content_type)):
        sent = f"got {content_type[:60]}" if content_type else "none was sent"
        text = f"Content-Type {' or '.join(operation.body_types)} in UTF-8 was expected, {sent}"
        return None, (Violation("header", "/content-type", "content-type", text),)
    if not is_json(content_type):
        return None, ()  # a media type whose schema nobody here judges
    value, problem = read_json(request.body, max_depth)
    if problem is not None:
        return None, (problem,)
    judge = operation.body_judges.get(declared)
    return value, () if judge is None or judge.is_valid(value) else judge.violations(value, "body")


def _undocumented(location: str, names: Iterable[str], documented: Iterable[str]) -> list[Violation]:
    """Warn of at most 20 names."""
    warnings = []
    for name in islice(names, MAX_VIOLATIONS):
        known = ", ".join(sorted(documented))
        text = f"{name[:60]} is not documented and is ignored; the operation has {known or 'no parameters'}"
        warnings.append(Violation(location, join("", name[:100]), "undocumented", text, "warning"))
    return warnings
