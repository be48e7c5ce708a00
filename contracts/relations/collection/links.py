"""Links from page to page: they keep every filter, lead to the neighbour, and end in null."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contracts.messages import Request
from contracts.observations.cases import ask, typed_parameters
from contracts.observations.expected_rows import page_of
from contracts.observations.observations import Observation, Observations
from contracts.relations.collection.paging import limit_of
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged_each
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import get, join

__all__ = ["follow", "rules", "same_link"]

_KIND = "collection"


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of the links of every collection."""
    found: list[RelationCheck] = []
    for operation in document.operations:
        if operation.collection:
            page = operation.collection.page
            for name, place in (("next", page.next), ("previous", page.previous)):
                relation = Relation(
                    id=f"{_KIND}.{name}[{operation.id}]",
                    kind=_KIND,
                    operation_id=operation.id,
                    pointer=join(page.pointer, name),
                    cost=1,
                    meaning=f"The {name} link keeps every filter, leads to the neighbour, and is null at the end.",
                )
                judge = partial(_judge, operation, name, place)
                found.append(RelationCheck(relation, judge, is_single=True, is_universal=True))
    return tuple(found)


def follow(operation: Operation, link: str) -> Request | None:
    """Turn a link of a body into the request that it stands for; None where it leads elsewhere."""
    found = _query_of(operation, link)
    return None if found is None else ask(operation, found)


def _query_of(operation: Operation, link: str) -> dict[str, Any] | None:
    parts = urlsplit(link)
    if not parts.path.endswith(operation.path):
        return None
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    written = Request(operation_id=operation.id, method="GET", path=operation.path, query=query)
    if operation.has_body:
        arrays = {item.name for item in operation.inputs if item.is_array}
        numbers = {item.name for item in operation.inputs if item.schema.get("type") == "integer"}
        given = written.parameters
        return {name: _form(name, value, arrays, numbers) for name, value in given.items()}
    return typed_parameters(operation, written)


def _form(name: str, value: Any, arrays: set[str], numbers: set[str]) -> Any:
    if name in arrays:
        return value if isinstance(value, list) else [value]
    return int(value) if name in numbers and str(value).isdecimal() else value


def same_link(first: Any, second: Any) -> bool:
    """Whether two links lead to the same page: same path, same parameters in any order."""
    if not isinstance(first, str) or not isinstance(second, str):
        return bool(first == second)
    left, right = urlsplit(first), urlsplit(second)
    return left.path == right.path and sorted(parse_qsl(left.query)) == sorted(parse_qsl(right.query))


def _judge(operation: Operation, name: str, place: str, relation: Relation, observations: Observations) -> CheckResult:
    def check(seen: Observation) -> Iterator[Mismatch | None]:
        limit, offset = page_of(seen.parameters, seen.collection, limit_of(operation, seen.collection))
        if limit is None or seen.total is None or limit < 1:
            return
        link = get(seen.body, place)
        neighbour = _next(limit, offset, seen.total) if name == "next" else _previous(limit, offset, seen.total)
        if neighbour == _END:
            shown = Mismatch(f"{place} is {link!r}", "null: no page is there", (seen,), place, link)
            yield shown if link is not None else None
        elif neighbour != _FREE:
            yield _against(seen, place, link, _expected(seen, limit, neighbour))

    return judged_each(relation, observations.of(operation), check, "no page was asked for")


#: Instead of an offset: the link must be null, or the contract says nothing of it.
_END, _FREE = -1, -2


def _next(limit: int, offset: int, total: int) -> int:
    return offset + limit if offset + limit < total else _END


def _previous(limit: int, offset: int, total: int) -> int:
    if offset == 0:
        return _END
    # A page that begins inside the first one, or past the end, has no neighbour in the answer.
    return offset - limit if limit <= offset < total else _FREE


def _expected(seen: Observation, limit: int, offset: int) -> dict[str, Any]:
    """Return the parameters that a link must have: those of the request, at another offset, defaults filled in."""
    sort, page = seen.collection.sort, seen.collection.page
    names = (*(rule.parameter for rule in seen.collection.filters), sort.by, sort.order)
    given = {name: seen.parameters[name] for name in names if seen.parameters.get(name, []) != []}
    defaults = {sort.by: sort.default_by, sort.order: sort.default_order}
    return {**defaults, **given, page.limit: limit, page.offset: offset}


def _against(seen: Observation, place: str, link: Any, wanted: Mapping[str, Any]) -> Mismatch | None:
    if not isinstance(link, str):
        return Mismatch(f"{place} is {link!r}", "a link to the page that is there", (seen,), place, link)
    assert seen.operation is not None
    given = _query_of(seen.operation, link)
    if given is None:
        return Mismatch(f"{place} leads elsewhere", f"a path that ends in {seen.operation.path}", (seen,), place, link)
    page, sort = seen.collection.page, seen.collection.sort
    defaults = {sort.by: sort.default_by, sort.order: sort.default_order, page.offset: 0}
    led = {**defaults, page.limit: limit_of(seen.operation, seen.collection), **given}
    for name in dict.fromkeys((*wanted, *led)):
        if wanted.get(name) != led.get(name):
            title = f"{place} has {name} {led.get(name)!r}"
            return Mismatch(title, f"{name} {wanted.get(name)!r}", (seen,), f"{place} {name}", link)
    return None
