"""`x-collection` of one operation → its record. May import `pointers` and `vocabulary`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.contract.pointers import join
from contracts.contract.vocabulary import Collection, Count, Filter, Page, Parameter, Sort

__all__ = ["collection_of"]

#: Matches whose edges no vendor's parameter table tells, so that they rest on the collection's assumption.
_EDGED = ("contains-ignoring-case", "on-or-after", "on-or-before")


def collection_of(node: Mapping[str, Any], pointer: str, parameters: tuple[Parameter, ...]) -> Collection | None:
    """Return the collection of an operation, None where it has none.

    Args:
        node: the operation.
        pointer: of the operation.
        parameters: of the operation; their assumptions pass to the filters.

    Raises:
        KeyError: the extension lacks a member that its schema requires.
    """
    entry = node.get("x-collection")
    if entry is None:
        return None
    home = join(pointer, "x-collection")
    assumed = entry.get("x-assumed", "")
    sentences = {item.name: item.assumed for item in parameters}
    return Collection(
        items=entry["items"],
        total=entry["total"],
        identity=entry["identity"],
        echo=entry.get("echo", ""),
        filters=tuple(
            Filter(
                parameter=rule["parameter"],
                item=rule["item"],
                match=rule["match"],
                pointer=join(home, "filters", index),
                assumed=sentences.get(rule["parameter"], "") or (assumed if rule["match"] in _EDGED else ""),
            )
            for index, rule in enumerate(entry["filters"])
        ),
        sort=_sort(entry["sort"], join(home, "sort")),
        page=_page(entry["page"], join(home, "page")),
        counts=tuple(
            Count(
                operation_id=rule["operation"],
                figure=rule["pointer"],
                where=rule.get("where", {}),
                pointer=join(home, "counted-by", index),
            )
            for index, rule in enumerate(entry.get("counted-by", ()))
        ),
        pointer=home,
        assumed=assumed,
    )


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
