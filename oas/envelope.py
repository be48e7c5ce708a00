"""Where the answers of a document tell status, error, identity and moment.

The document marks none of these members, so they are recognised by what
their schemas say: the member that is a different constant for each status
repeats it, the boolean constant tells success, the one that lists an
`x-error` code names the error, and of the members that errors share with
successes by a component the date-time is the moment of the answer and the
one with a pattern its identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oas.operation import Operation, Response


__all__ = ["Envelope", "envelope_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Where every answer tells its status, its error and itself.

    Attributes:
        code: pointer of the member that repeats the status; empty where there is none.
        flag: pointer of the member that is true for success and false for errors.
        error_code: pointer of the error's name.
        request_id: pointer of what identifies an answer.
        stamp: pointer of the moment of an answer.
        zone: pattern that the stamp matches by the document; empty for none.
        pointers: the five above → pointer into the document.
    """

    code: str = ""
    flag: str = ""
    error_code: str = ""
    request_id: str = ""
    stamp: str = ""
    zone: str = ""
    pointers: Mapping[str, str] = field(default_factory=dict)


def envelope_of(operations: tuple[Operation, ...], codes: frozenset[str]) -> Envelope:
    """Recognise the envelope that all answers share; members that the document does not show stay empty.

    Args:
        operations: all of the document.
        codes: every error code that the document's extensions name.
    """
    responses = [rule for operation in operations for rule in operation.responses.values()]
    failures = [rule for rule in responses if rule.status >= 400]
    shared = {name for rule in responses if rule.status < 300 for name in rule.annotations.components.values()}
    common = [place for place in _places(failures) if _component(failures, place) in shared]
    found = {
        "code": _first(place for place in _places(responses) if _repeats_status(responses, place)),
        "flag": _first(place for place in _places(responses) if _tells_success(responses, place)),
        "error_code": _first(place for place in _places(failures) if _names_error(failures, place, codes)),
        "request_id": _first(place for place in common if _is_identity(failures, place)),
        "stamp": _first(place for place in common if _shape(failures, place, "format") == "date-time"),
    }
    pointers = {name: _pointer(responses, place) for name, place in found.items() if place}
    zone = _shape(failures, found["stamp"], "pattern") if found["stamp"] else ""
    return Envelope(**found, zone=str(zone or ""), pointers=pointers)


def _places(rules: list[Response]) -> Iterator[str]:
    """Yield every place outside arrays that a schema has a component, in the order of the document."""
    seen = dict.fromkeys(place for rule in rules for place in rule.annotations.shapes if place and "/*" not in place)
    yield from seen


def _first(places: Iterator[str]) -> str:
    return next(places, "")


def _shape(rules: list[Response], place: str, keyword: str) -> object:
    shapes = (rule.annotations.shapes.get(place, {}) for rule in rules)
    return next((shape[keyword] for shape in shapes if keyword in shape), None)


def _component(rules: list[Response], place: str) -> str:
    return next((rule.annotations.components[place] for rule in rules if place in rule.annotations.components), "")


def _pointer(rules: list[Response], place: str) -> str:
    return next((rule.annotations.pointers[place] for rule in rules if place in rule.annotations.pointers), "")


def _repeats_status(rules: list[Response], place: str) -> bool:
    return bool(rules) and all(_constant(rule, place) == rule.status for rule in rules)


def _tells_success(rules: list[Response], place: str) -> bool:
    return bool(rules) and all(_constant(rule, place) is (rule.status < 400) for rule in rules)


def _constant(rule: Response, place: str) -> object:
    return rule.annotations.shapes.get(place, {}).get("const")


def _names_error(rules: list[Response], place: str, codes: frozenset[str]) -> bool:
    shapes = [rule.annotations.shapes.get(place, {}) for rule in rules]
    listed = [set(shape.get("enum", (shape.get("const"),))) for shape in shapes]
    return bool(listed) and all(codes & names for names in listed)


def _is_identity(rules: list[Response], place: str) -> bool:
    return bool(_shape(rules, place, "pattern")) and _shape(rules, place, "format") is None
