"""The cases that the keywords of a parameter's schema tell apart.

`minimum: 1` has three: below 1, exactly 1, above 1; an enum has one for each
value and one for anything else.

Source: OpenAPI 3.1.1, Parameter Object; JSON Schema Validation 2020-12, §6 and §7.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from contracts.messages import Request
from oas.pointers import get

__all__ = ["ABSENT", "ParameterCase", "cases_of", "value_of"]

#: Stands for a parameter that a request does not set.
ABSENT: Any = object()

#: Keyword that bounds a size → what it measures.
_BOUNDS: Mapping[str, Callable[[Any], float]] = {
    "minimum": lambda value: value if isinstance(value, int | float) else math.nan,
    "maximum": lambda value: value if isinstance(value, int | float) else math.nan,
    "minLength": lambda value: len(value) if isinstance(value, str) else math.nan,
    "maxLength": lambda value: len(value) if isinstance(value, str) else math.nan,
    "minItems": lambda value: len(value) if isinstance(value, list) else math.nan,
    "maxItems": lambda value: len(value) if isinstance(value, list) else math.nan,
}
_PLAIN = ("format", "pattern", "multipleOf", "exclusiveMinimum", "exclusiveMaximum", "uniqueItems")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterCase:
    """One thing that a request can do with a parameter.

    Attributes:
        parameter: its name, or `(body)`.
        keyword: of the schema.
        name: of the case.
        location: `query`, `header`, `path`, `cookie` or `body`.
        schema: of the parameter, references resolved at its top.
        holds: whether a value is this case; for `(body)` it is given the request.
    """

    parameter: str
    keyword: str
    name: str
    location: str
    schema: Mapping[str, Any] = field(repr=False)
    holds: Callable[[Any], bool] = field(repr=False)


def cases_of(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[ParameterCase]:
    """List the cases of an operation, parameter by parameter."""
    for item in operation.get("parameters", ()):
        parameter = _resolved(document, item)
        schema = _resolved(document, parameter.get("schema", {}))
        yield from _of_parameter(document, str(parameter.get("name")), parameter, schema)
    body = _resolved(document, operation.get("requestBody", {}))
    content = body.get("content", {})
    if content:
        yield from _of_body(bool(body.get("required")))
    schema = _resolved(document, content.get("application/json", {}).get("schema", {}))
    for name, child in schema.get("properties", {}).items():
        member = {"in": "body", "required": name in schema.get("required", ())}
        yield from _of_parameter(document, name, member, _resolved(document, child))


def value_of(request: Request, case: ParameterCase) -> Any:
    """Return what a request gives to the parameter of a case, read by its schema; `ABSENT` where nothing."""
    if case.location == "body":
        return request.body.get(case.parameter, ABSENT) if isinstance(request.body, Mapping) else ABSENT
    texts = [value for name, value in request.query if name == case.parameter]
    if case.location == "header":
        texts = [value for name, value in request.headers if name.lower() == case.parameter.lower()]
    if not texts:
        return ABSENT
    types = _types(case.schema)
    if "array" in types:
        return [_read(text, _types(case.schema.get("items", {}))) for text in texts]
    return _read(texts[-1], types)


def _of_parameter(
    document: Mapping[str, Any], name: str, parameter: Mapping[str, Any], schema: Mapping[str, Any]
) -> Iterator[ParameterCase]:
    if "items" in schema:
        schema = {**schema, "items": _resolved(document, schema["items"])}
    is_required = bool(parameter.get("required"))
    make = partial(ParameterCase, parameter=name, location=str(parameter.get("in", "query")), schema=schema)
    keyword = "required" if is_required else "optional"
    yield make(keyword=keyword, name="given", holds=lambda value: value is not ABSENT)
    yield make(keyword=keyword, name="missing" if is_required else "left out", holds=lambda value: value is ABSENT)
    for keyword, case, holds in _of_schema(schema):
        yield make(keyword=keyword, name=case, holds=holds)


def _of_schema(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, Callable[[Any], bool]]]:
    right = _judge({"type": schema["type"]}) if "type" in schema else _judge({})
    if "type" in schema:
        yield "type", f"is {' or '.join(_types(schema))}", right
        yield "type", "is something else", _unless(right)
    if "array" in _types(schema):
        for number, words in enumerate(("none", "one")):
            yield "items", words, _when(right, partial(_has_size, number))
        yield "items", "several", _when(right, lambda value: len(value) > 1)
    for value in schema.get("enum", ()):
        yield "enum", json.dumps(value), partial(_equals, value)
    if "enum" in schema:
        yield "enum", "anything else", _when(right, _unless(_judge({"enum": schema["enum"]})))
    for keyword, size in _BOUNDS.items():
        if keyword in schema:
            yield from _of_bound(keyword, schema[keyword], size, right)
    for keyword in _PLAIN:
        if keyword in schema:
            judge = _judge({keyword: schema[keyword]})
            yield keyword, f"keeps {schema[keyword]}", _when(right, judge)
            yield keyword, f"breaks {schema[keyword]}", _when(right, _unless(judge))


def _of_bound(
    keyword: str, bound: float, size: Callable[[Any], float], right: Callable[[Any], bool]
) -> Iterator[tuple[str, str, Callable[[Any], bool]]]:
    yield keyword, f"below {bound}", _when(right, lambda value: size(value) < bound)
    yield keyword, f"exactly {bound}", _when(right, lambda value: size(value) == bound)
    yield keyword, f"above {bound}", _when(right, lambda value: size(value) > bound)


def _of_body(is_required: bool) -> Iterator[ParameterCase]:
    make = partial(ParameterCase, parameter="(body)", keyword="body", location="body", schema={})
    none = "missing" if is_required else "left out"
    yield make(name="an object", holds=lambda request: isinstance(request.body, Mapping))
    yield make(name=none, holds=lambda request: request.body is None and request.raw_body is None)
    yield make(name="other JSON", holds=lambda request: not isinstance(request.body, Mapping | None))
    yield make(name="raw bytes", holds=lambda request: request.raw_body is not None)


def _judge(schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Compile one keyword; a keyword that cannot be compiled holds for everything."""
    from jsonschema_rs import ValidationError, validator_for

    try:
        return validator_for(dict(schema), validate_formats=True).is_valid
    except (ValidationError, ValueError):
        return lambda value: True


def _resolved(document: Mapping[str, Any], node: Any) -> dict[str, Any]:
    """Follow `$ref` and lay `allOf` together, at the top only; what stands beside a reference wins."""
    found: dict[str, Any] = {}
    waiting, seen = [node], set[str]()
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Mapping):
            continue
        found = {**item, **found, **_gathered(item, found)}
        reference = item.get("$ref", "")
        if reference.startswith("#/") and reference not in seen:
            seen.add(reference)
            waiting.append(get(document, reference[1:]))
        waiting.extend(item.get("allOf", ()))
    return found


def _gathered(item: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Lay together the keywords that add up where schemas meet, instead of hiding one another."""
    properties = {**item.get("properties", {}), **found.get("properties", {})}
    required = [*found.get("required", ()), *item.get("required", ())] if properties else []
    return {**({"properties": properties} if properties else {}), **({"required": required} if required else {})}


def _types(schema: Any) -> list[str]:
    types = schema.get("type", []) if isinstance(schema, Mapping) else []
    return [types] if isinstance(types, str) else list(types)


def _read(text: str, types: list[str]) -> Any:
    """Read the text of a query as the type that the schema names, or leave it a text."""
    if {"integer", "number", "boolean", "null"} & set(types) and "string" not in types:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _when(first: Callable[[Any], bool], second: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: first(value) and second(value)


def _unless(judge: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: not judge(value)


def _has_size(number: int, value: Any) -> bool:
    return len(value) == number


def _equals(wanted: Any, value: Any) -> bool:
    return bool(wanted == value) and isinstance(wanted, bool) == isinstance(value, bool)
