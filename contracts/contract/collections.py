"""`x-collection`: a paged list in the body of an operation, as a record and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.contract.pointers import join

__all__ = ["Collection", "Count", "Filter", "Page", "Sort", "collection_of"]

#: Matches whose edges no vendor's parameter table tells, so that they rest on the collection's assumption.
_EDGED = ("contains-ignoring-case", "on-or-after", "on-or-before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A parameter that selects items. Source: `x-collection`, `filters`."""

    parameter: str
    item: str
    match: str
    pointer: str
    assumed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """How items are ordered. Source: `x-collection`, `sort`. `fields` is value of `by` → pointer into the item."""

    by: str
    order: str
    default_by: str
    default_order: str
    fields: Mapping[str, str]
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How items are paged: parameters `limit` and `offset`, body pointers for the rest. Source: `page`."""

    limit: str
    offset: str
    current: str
    pages: str
    limit_echo: str
    offset_echo: str
    next: str
    previous: str
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A figure of another operation that equals the total under `where`. Source: `counted-by`."""

    operation_id: str
    figure: str
    where: Mapping[str, str]
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A paged list in the body of an operation. Source: `x-collection`. Pointers as in the vocabulary."""

    items: str
    total: str
    identity: str
    echo: str
    filters: tuple[Filter, ...]
    sort: Sort
    page: Page
    counts: tuple[Count, ...]
    pointer: str
    assumed: str = ""

    def filter_of(self, parameter: str) -> Filter | None:
        """Return the filter that a parameter is, None where it is none."""
        return next((rule for rule in self.filters if rule.parameter == parameter), None)


def collection_of(node: Mapping[str, Any], pointer: str, assumed: Mapping[str, str]) -> Collection | None:
    """Return the collection of an operation, None where it has none.

    Args:
        node: the operation.
        pointer: of the operation.
        assumed: parameter → the sentence that it rests on, which passes to its filter.

    Raises:
        KeyError: the extension lacks a member that its schema requires.
    """
    entry = node.get("x-collection")
    if entry is None:
        return None
    home, sentence = join(pointer, "x-collection"), entry.get("x-assumed", "")
    return Collection(
        items=entry["items"],
        total=entry["total"],
        identity=entry["identity"],
        echo=entry.get("echo", ""),
        filters=tuple(
            _filter(rule, join(home, "filters", index), assumed.get(rule["parameter"], ""), sentence)
            for index, rule in enumerate(entry["filters"])
        ),
        sort=_sort(entry["sort"], join(home, "sort")),
        page=_page(entry["page"], join(home, "page")),
        counts=tuple(
            _count(rule, join(home, "counted-by", index)) for index, rule in enumerate(entry.get("counted-by", ()))
        ),
        pointer=home,
        assumed=sentence,
    )


def _filter(rule: Mapping[str, Any], pointer: str, own: str, sentence: str) -> Filter:
    assumed = own or (sentence if rule["match"] in _EDGED else "")
    return Filter(parameter=rule["parameter"], item=rule["item"], match=rule["match"], pointer=pointer, assumed=assumed)


def _count(rule: Mapping[str, Any], pointer: str) -> Count:
    return Count(operation_id=rule["operation"], figure=rule["pointer"], where=rule.get("where", {}), pointer=pointer)


def _sort(entry: Mapping[str, Any], pointer: str) -> Sort:
    return Sort(
        by=entry["by"],
        order=entry["order"],
        default_by=entry["default"]["by"],
        default_order=entry["default"]["order"],
        fields=entry["fields"],
        pointer=pointer,
    )


def _page(entry: Mapping[str, Any], pointer: str) -> Page:
    return Page(
        limit=entry["limit"],
        offset=entry["offset"],
        current=entry["current"],
        pages=entry["pages"],
        limit_echo=entry["limit-echo"],
        offset_echo=entry["offset-echo"],
        next=entry["next"],
        previous=entry["previous"],
        pointer=pointer,
    )
