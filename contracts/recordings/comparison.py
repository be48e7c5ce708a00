"""Two servers' answers to one request: where they differ, and of what kind the difference is.

Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.generate.placeholders import Entities
from contracts.messages import NOT_JSON, Answer
from contracts.observations.comparison import excerpt, leaves
from contracts.run.sender import Gate
from oas.contract import Contract
from oas.operation import Response
from oas.pointers import get, join, tokens

__all__ = ["KINDS", "Difference", "ResponseComparison", "ServerSide"]

KINDS = ("status", "error_code", "shape", "headers", "values")
_ANY_ID = "{id}"
#: Pattern → every value at its places.
_Leaves = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class ServerSide:
    """One of the two servers.

    Attributes:
        gate: open for the comparison.
        entities: ids that exist there.
    """

    gate: Gate
    entities: Entities

    @property
    def ids(self) -> list[str]:
        """Every id that is a text, the longest first, so that one that begins another is not taken for it."""
        found = {identity for ids in self.entities.values() for identity in ids if isinstance(identity, str)}
        return sorted(found, key=len, reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One way in which the servers differ, however many requests show it.

    Attributes:
        kind: one of `KINDS`.
        operation_id: that was asked; empty for a path or method outside the document.
        place: pattern in the body, or name of a header; empty for the status.
        left: what the first server says, short.
        right: what the second says.
        line: number of the first request in the corpus that shows it, from 1.
        count: requests that show it.
    """

    kind: str
    operation_id: str
    place: str
    left: str
    right: str
    line: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class ResponseComparison:
    """Compares the two answers to one request.

    Attributes:
        document: the contract.
        operation_id: that was asked.
        line: of the request in the corpus, from 1.
        sides: the servers.
    """

    document: Contract
    operation_id: str
    line: int
    sides: tuple[ServerSide, ServerSide]

    def differences(self, left: Answer | None, right: Answer | None) -> Iterator[Difference]:
        """Yield where the answers differ; bodies are compared where the statuses agree."""
        if left is None or right is None:
            if left is not right:
                yield self._made("status", "", left.status if left else None, right.status if right else None)
            return
        if left.status != right.status:
            yield self._made("status", "", left.status, right.status)
        yield from self._codes(left, right)
        yield from self._headers(left, right)
        if left.status == right.status:
            yield from self._bodies(left, right)

    def _codes(self, left: Answer, right: Answer) -> Iterator[Difference]:
        place = self.document.envelope.error_code
        codes = [get(answer.json, place) if place else None for answer in (left, right)]
        if codes[0] != codes[1] and all(isinstance(code, str) for code in codes):
            yield self._made("error_code", place, *codes)

    def _headers(self, left: Answer, right: Answer) -> Iterator[Difference]:
        windows = self.document.limits.windows if self.document.limits else ()
        kinds = [(answer.header("content-type") or "").partition(";")[0].strip().lower() for answer in (left, right)]
        if kinds[0] != kinds[1]:
            yield self._made("headers", "Content-Type", *kinds)
        for name in (item.limit_header for item in windows):
            values = left.header(name), right.header(name)
            if values[0] != values[1]:
                yield self._made("headers", name, *values)
        for name in (*(item.remaining_header for item in windows), "Allow"):
            if (left.header(name) is None) is not (right.header(name) is None):
                yield self._made("headers", name, left.header(name), right.header(name))

    def _bodies(self, left: Answer, right: Answer) -> Iterator[Difference]:
        if left.json is NOT_JSON or right.json is NOT_JSON:
            if left.json is not right.json:
                yield self._made("shape", "", _kind(left.json), _kind(right.json))
            return
        rule = self._rule(left.status)
        first, second = (leaves(item.json) for item in (left, right))
        for place in dict.fromkeys((*first, *second)):
            reported = first.get(place), second.get(place)
            if not all(reported):
                there, other = (first, second) if reported[0] else (second, first)
                if not _is_open(place, there, other):
                    yield self._made("shape", place, *(_kinds(item) for item in reported))
            elif not self._same_kinds(rule, place, reported):
                yield self._made("shape", place, *(_kinds(item) for item in reported))
            elif not self._may_differ(rule, place):
                yield from self._values(place, *reported)

    def _values(self, place: str, first: Any, second: Any) -> Iterator[Difference]:
        mine = [_neutral(value, self.sides[0].ids) for value in first]
        other = [_neutral(value, self.sides[1].ids) for value in second]
        if mine != other:
            pairs = ((a, b) for a, b in zip(mine, other, strict=False) if a != b)
            shown = next(pairs, (f"{len(mine)} values", f"{len(other)} values"))
            yield self._made("values", place, *shown)

    def _rule(self, status: int) -> Response | None:
        operation = self.document.by_id.get(self.operation_id)
        return operation.response(status) if operation else None

    def _may_differ(self, rule: Response | None, place: str) -> bool:
        """Whether two right servers with the same data may differ there: moments, identities, secrets."""
        envelope = self.document.envelope
        if place in (envelope.request_id, envelope.stamp, envelope.error_code):
            return True  # the last one is compared for itself
        if rule is None:
            return False
        shape = rule.annotations.shapes.get(place, {})
        is_id = any(mark.at == place and mark.attribute == "id" for mark in rule.annotations.marks)
        return is_id or place in rule.annotations.secrets or shape.get("format") == "date-time"

    def _same_kinds(self, rule: Response | None, place: str, reported: Any) -> bool:
        documented = rule.annotations.shapes.get(place, {}).get("type") if rule else None
        allowed = set(documented) if isinstance(documented, list) else set()
        kinds = [{_kind(value) for value in values} - ({"null"} if "null" in allowed else set()) for values in reported]
        return not kinds[0] or not kinds[1] or kinds[0] == kinds[1]

    def _made(self, kind: str, place: str, left: Any, right: Any) -> Difference:
        return Difference(
            kind=kind,
            operation_id=self.operation_id,
            place=place,
            left=_shown(left),
            right=_shown(right),
            line=self.line,
        )


def _neutral(value: Any, ids: Sequence[str]) -> Any:
    """Return a value in which every id of a server is the same mark."""
    if isinstance(value, str):
        for identity in ids:
            value = value.replace(identity, _ANY_ID)
    return value


def _is_open(place: str, there: _Leaves, other: _Leaves) -> bool:
    """Whether it says nothing that one body lacks a place: a list that is filled there, or lies inside an empty one."""
    if _is_bare(there[place]) and any(below.startswith(f"{place}/") for below in other):
        return True
    parts = tokens(place)
    return any(_is_bare(other.get(join("", *parts[:length]))) for length in range(1, len(parts)))


def _is_bare(values: Sequence[Any] | None) -> bool:
    return values is not None and any(value == [] or value is None for value in values)


def _kinds(values: Iterable[Any] | None) -> str:
    return " or ".join(sorted({_kind(value) for value in values})) if values else "absent"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "number", float: "number", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), "no JSON")


def _shown(value: Any) -> str:
    return "none" if value is None else excerpt(value if isinstance(value, str) else json.dumps(value, default=str))
