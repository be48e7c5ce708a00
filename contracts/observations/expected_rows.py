"""What a collection must answer, worked out from its rows: which items pass, in which order.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

from contracts.observations.comparison import agree, day_of, moment_of
from oas.pointers import get, tokens
from oas.vocabulary import Collection, Filter, Sort

__all__ = ["chosen", "is_ordered", "key_orders", "matches", "order_of", "page_of", "passes", "values_of"]

#: Turns the key of a row into something that compares; one for each order that a server may use.
KeyOrder = Callable[[Any], Any]


def matches(rule: Filter, row: Any, wanted: Any) -> bool:
    """Whether an item passes a filter.

    Args:
        rule: the filter.
        row: an item.
        wanted: the parameter's value, typed.
    """
    return passes(rule, get(row, tokens(rule.item)), wanted)


def passes(rule: Filter, value: Any, wanted: Any) -> bool:
    """Whether the value at the place that a filter looks at passes it; arguments otherwise as of `matches`."""
    if rule.match == "equal":
        return agree(value, wanted)
    if rule.match == "one-of":
        return value in wanted if isinstance(wanted, list) else agree(value, wanted)
    if rule.match == "contains-ignoring-case":
        return isinstance(value, str) and str(wanted).casefold() in value.casefold()
    day, edge = day_of(value), day_of(wanted)
    if day is None or edge is None:
        return False
    return day >= edge if rule.match == "on-or-after" else day <= edge


def chosen(collection: Collection, rows: Iterable[Any], filters: Mapping[str, Any]) -> list[Any]:
    """Return the items that pass every filter, in the order given."""
    kept = list(rows)
    for rule in collection.filters:
        if rule.parameter in filters:
            wanted, place = filters[rule.parameter], tokens(rule.item)
            kept = [row for row in kept if passes(rule, get(row, place), wanted)]
    return kept


def values_of(asked: Any) -> frozenset[Any]:
    """Return the values that a parameter asks for; none where one of them is an object or an array."""
    wanted = asked if isinstance(asked, list) else [asked]
    return frozenset() if any(isinstance(value, dict | list) for value in wanted) else frozenset(wanted)


def order_of(sort: Sort, parameters: Mapping[str, Any]) -> tuple[str, str]:
    """Return the field and the direction by which an answer is sorted, defaults filled in."""
    return parameters.get(sort.by, sort.default_by), parameters.get(sort.order, sort.default_order)


def page_of(parameters: Mapping[str, Any], collection: Collection, default_limit: int | None) -> tuple[int | None, int]:
    """Return limit and offset of a request, defaults filled in; the limit is None where it is unknown.

    Nobody knows which page it is where one of them is not a number and a server answers all the same: (None, 0).
    """
    limit, offset = parameters.get(collection.page.limit, default_limit), parameters.get(collection.page.offset, 0)
    is_told = type(offset) is int and (limit is None or type(limit) is int)
    return (limit, offset) if is_told else (None, 0)


def key_orders(keys: Iterable[Any]) -> tuple[KeyOrder, ...]:
    """Return the orders that a server may use for these keys: moments, numbers, or text in either of two ways."""
    kept = [key for key in keys if key is not None]
    if kept and all(moment_of(key) is not None for key in kept):
        return (_second,)
    if all(isinstance(key, str) for key in kept):
        return (str, str.casefold)
    return (_number,)


def is_ordered(keys: list[Any], direction: str) -> bool:
    """Whether keys never go against a direction, in one of the orders that a server may use."""
    reported = [key for key in keys if key is not None]
    return any(_runs([order(key) for key in reported], direction) for order in key_orders(reported))


def _runs(keys: list[Any], direction: str) -> bool:
    return all(first >= second if direction == "desc" else first <= second for first, second in pairwise(keys))


def _second(key: Any) -> datetime:
    moment = moment_of(key)
    assert moment is not None
    return moment


def _number(key: Any) -> float:
    return float(key) if isinstance(key, int | float) else float("inf")
