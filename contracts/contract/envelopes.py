"""Where the answers of a document tell status, error, identity and moment.

The document marks none of these members, so they are recognised by what
their schemas say: the member that is a different constant for each status
repeats it, the boolean constant tells success, the one that lists an
`x-error` code names the error, and of the members that errors share with
successes by a component the date-time is the moment of the answer and the
one with a pattern its identity.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.contract.vocabulary import Envelope, Operation, ResponseRule

__all__ = ["envelope_of"]


def envelope_of(operations: tuple[Operation, ...], codes: frozenset[str]) -> Envelope:
    """Recognise the envelope that all answers share; members that the document does not show stay empty.

    Args:
        operations: all of the document.
        codes: every error code that the document's extensions name.
    """
    responses = [rule for operation in operations for rule in operation.responses.values()]
    failures = [rule for rule in responses if rule.status >= 400]
    shared = {name for rule in responses if rule.status < 300 for name in rule.facts.components.values()}
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


def _places(rules: list[ResponseRule]) -> Iterator[str]:
    """Yield every place outside arrays that a schema has a component, in the order of the document."""
    seen = dict.fromkeys(place for rule in rules for place in rule.facts.shapes if place and "/*" not in place)
    yield from seen


def _first(places: Iterator[str]) -> str:
    return next(places, "")


def _shape(rules: list[ResponseRule], place: str, keyword: str) -> object:
    shapes = (rule.facts.shapes.get(place, {}) for rule in rules)
    return next((shape[keyword] for shape in shapes if keyword in shape), None)


def _component(rules: list[ResponseRule], place: str) -> str:
    return next((rule.facts.components[place] for rule in rules if place in rule.facts.components), "")


def _pointer(rules: list[ResponseRule], place: str) -> str:
    return next((rule.facts.pointers[place] for rule in rules if place in rule.facts.pointers), "")


def _repeats_status(rules: list[ResponseRule], place: str) -> bool:
    return bool(rules) and all(_constant(rule, place) == rule.status for rule in rules)


def _tells_success(rules: list[ResponseRule], place: str) -> bool:
    return bool(rules) and all(_constant(rule, place) is (rule.status < 400) for rule in rules)


def _constant(rule: ResponseRule, place: str) -> object:
    return rule.facts.shapes.get(place, {}).get("const")


def _names_error(rules: list[ResponseRule], place: str, codes: frozenset[str]) -> bool:
    shapes = [rule.facts.shapes.get(place, {}) for rule in rules]
    listed = [set(shape.get("enum", (shape.get("const"),))) for shape in shapes]
    return bool(listed) and all(codes & names for names in listed)


def _is_identity(rules: list[ResponseRule], place: str) -> bool:
    return bool(_shape(rules, place, "pattern")) and _shape(rules, place, "format") is None
