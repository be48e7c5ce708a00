"""What OpenAPI cannot say, put into a generated request: ids that exist, ranges in order, and nothing unheard of.

Which parameters are ids, the document's `x-entity` says; which two are a range,
its `x-error`. Only values that fit their parameter are changed, so that what was
made invalid on purpose stays so, and is the only thing wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.generate.placeholders import escaped, placeholder
from contracts.messages import Request
from oas.operation import Operation
from oas.vocabulary import ErrorRule

__all__ = ["Fits", "bind", "strip_undocumented", "violate"]

#: Says whether a value fits the parameter of that name.
Fits = Callable[[str, Any], bool | None]

#: Placeholders are numbered 1 to 3: enough for two of a type in one request, and for a change from request to request.
_SPREAD = 3
_DAYS = ("2025-05-02", "2025-05-01")


def bind(operation: Operation, request: Request, turn: int, fits: Fits) -> Request:
    """Return the request with placeholders for its ids and with its ranges in order.

    Args:
        operation: that it is for.
        request: as generated.
        turn: number of the request; decides which entity it names, so that all come up.
        fits: judges values; from a query they are texts.
    """
    given = dict(request.parameters)
    kinds = {
        item.name: item.entity for item in operation.inputs if item.entity and fits(item.name, given.get(item.name))
    }
    ends = _exchanged(operation, given, fits)

    def known(name: str, value: Any, place: int = 0) -> Any:
        if name in ends:
            return ends[name]
        if name not in kinds:
            return escaped(value)
        if isinstance(value, list):
            return [known(name, item, place) for place, item in enumerate(value)]
        return placeholder(kinds[name], (turn + place) % _SPREAD + 1)

    if request.body is not None:
        body = request.body
        is_object = isinstance(body, dict)
        return replace(
            request, body={name: known(name, item) for name, item in body.items()} if is_object else escaped(body)
        )
    counted: dict[str, int] = {}
    query: list[tuple[str, str]] = []
    for name, text in request.query:
        counted[name] = counted.get(name, -1) + 1
        query.append((name, known(name, text, counted[name])))
    return replace(request, query=tuple(query))


def strip_undocumented(operation: Operation, request: Request) -> Request:
    """Return the request without the parameters and members that the document does not name."""
    names = {item.name for item in operation.inputs}
    body = request.body
    if operation.has_body and isinstance(body, dict):
        body = {name: value for name, value in body.items() if name in names}
    return replace(request, query=tuple((name, text) for name, text in request.query if name in names), body=body)


def violate(operation: Operation, request: Request, rule: ErrorRule) -> Request | None:
    """Return a valid request, with placeholders, changed so that one condition of the operation holds, and no other.

    Returns:
        None where nothing can be said to provoke it, as with ids that are numbers.
    """
    changes: dict[str, Any] = {}
    if rule.condition == "end-before-start":
        changes = dict(zip((rule.start, rule.end), _DAYS, strict=True))
    elif rule.condition == "unknown-entity":
        parameter = operation.input(rule.parameter)
        if parameter is not None and "integer" not in (parameter.schema.get("type"), parameter.items.get("type")):
            stranger = f"no-such-{parameter.entity or 'thing'}"
            known = placeholder(parameter.entity, 1) if parameter.entity else stranger
            changes = {rule.parameter: [known, stranger] if parameter.is_array else stranger}
    if not changes:
        return None
    if operation.has_body:
        return replace(request, body={**(request.body or {}), **changes})
    kept = [(name, text) for name, text in request.query if name not in changes]
    added = [
        (name, text) for name, value in changes.items() for text in (value if isinstance(value, list) else [value])
    ]
    return replace(request, query=(*kept, *added))


def _exchanged(operation: Operation, given: dict[str, Any], fits: Fits) -> dict[str, Any]:
    """Return the ends of every range that ends before it starts, exchanged."""
    found: dict[str, Any] = {}
    for rule in operation.errors:
        if rule.condition == "end-before-start":
            start, end = given.get(rule.start), given.get(rule.end)
            if fits(rule.start, start) and fits(rule.end, end) and str(end) < str(start):
                found.update({rule.start: end, rule.end: start})
    return found
