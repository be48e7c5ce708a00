"""Named placeholders for the ids of entities: `{user.1}` stands for the first user that the target lists.

A request with placeholders means the same on every server; `resolve` makes it
one that can be sent there, `insert_placeholders` takes the ids out again. Only whole values
of parameters that identify an entity by the document are concealed; a text that
looks like a placeholder and is none gets one more brace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from contracts.messages import Request
from oas.operation import Operation

__all__ = ["Entities", "escaped", "insert_placeholders", "is_placeholder", "placeholder", "resolve"]

#: Type of entity → ids, in the order in which the target lists them.
Entities = Mapping[str, Sequence[Any]]

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_-]*)\.([1-9][0-9]{0,8})\}")
_ESCAPED = re.compile(r"\{(\{+[a-z][a-z0-9_-]*\.[1-9][0-9]{0,8}\})")
_BRACED = re.compile(r"\{+[a-z][a-z0-9_-]*\.[1-9][0-9]{0,8}\}")


class _Gone:
    """Stands for an id of a type of which the target has none."""


_GONE = _Gone()


def placeholder(kind: str, number: int) -> str:
    """Write the placeholder of the `number`th entity of a type, from 1."""
    return f"{{{kind}.{number}}}"


def is_placeholder(value: Any) -> bool:
    """Say whether a value stands for an id."""
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None


def escaped(value: Any) -> Any:
    """Return a value, as deep as it goes, in which no text is taken for a placeholder."""
    return _deep(value, lambda text: "{" + text if _BRACED.fullmatch(text) else text)


def resolve(request: Request, entities: Entities) -> Request | None:
    """Put ids in the place of placeholders; a number beyond the last id begins again with the first.

    Returns:
        The request that can be sent, None where it needs an id of a type that the
        target lists none of; items of lists are left out instead.
    """

    def meaning(text: str) -> Any:
        found = _PLACEHOLDER.fullmatch(text)
        if found is None:
            return text[1:] if _ESCAPED.fullmatch(text) else text
        ids = entities.get(found[1], ())
        return ids[(int(found[2]) - 1) % len(ids)] if ids else _GONE

    query: list[tuple[str, str]] = []
    names = [name for name, _ in request.query]
    for name, text in request.query:
        value = meaning(text)
        if value is not _GONE:
            query.append((name, str(value)))
        elif names.count(name) == 1:
            return None
    body = _deep(request.body, meaning)
    return None if _is_gone(body) else replace(request, query=tuple(query), body=body)


def insert_placeholders(operation: Operation | None, request: Request, entities: Entities) -> Request:
    """Put placeholders in the place of known ids, in the parameters that the document says are ids."""
    if operation is None:
        return replace(request, query=_escaped_query(request), body=escaped(request.body))
    names = {
        item.name: {
            str(identity): place for place, identity in reversed(tuple(enumerate(entities.get(item.entity, ()), 1)))
        }
        for item in operation.inputs
        if item.entity
    }
    kinds = {item.name: item.entity for item in operation.inputs}

    def concealed(name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [concealed(name, item) for item in value]
        place = names.get(name, {}).get(str(value)) if isinstance(value, str | int) else None
        return placeholder(kinds[name], place) if place else escaped(value)

    query = tuple((name, concealed(name, text)) for name, text in request.query)
    body = request.body
    if isinstance(body, dict):
        return replace(request, query=query, body={name: concealed(name, value) for name, value in body.items()})
    return replace(request, query=query, body=escaped(body))


def _escaped_query(request: Request) -> tuple[tuple[str, str], ...]:
    return tuple((name, escaped(text)) for name, text in request.query)


def _deep(value: Any, change: Callable[[str], Any]) -> Any:
    """Change every text of a JSON value; items that are gone leave their list, and members take theirs with them."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [item for item in (_deep(item, change) for item in value) if item is not _GONE]
    if isinstance(value, dict):
        return {name: _deep(item, change) for name, item in value.items()}
    return value


def _is_gone(body: Any) -> bool:
    return body is _GONE or (isinstance(body, dict) and any(item is _GONE for item in body.values()))
