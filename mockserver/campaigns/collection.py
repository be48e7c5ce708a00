"""Filters, sorts and pages a collection exactly as its `x-collection` declares it.

Knows no field of any API: names and pointers come from the declaration, values
from the rows. A combination of filters and sort is selected once; a page of it
is then a slice.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson

from mockserver.campaigns.filters import RowFilter, Selection
from mockserver.campaigns.sort_index import Rows
from mockserver.dataset.cache import BoundedCache
from oas import vocabulary
from oas.pointers import tokens

DEFAULT_LIMIT = 50
SELECTION_CACHE_BYTES = 32 << 20
PAGE_CACHE_BYTES = 32 << 20
#: orjson writes whole numbers up to 64 bits.
_LARGEST_PLAIN = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection.

    Attributes:
        items: rows as JSON.
        total: rows that pass the filters, on all pages together.
        pagination: pointer into the body → figure or URL of the page.
        filters_applied: every filter and sort parameter that was sent, as sent.
        body: all of these at the places that the declaration gives them; for orjson to write.
    """

    items: list[orjson.Fragment]
    total: int
    pagination: Mapping[str, Any]
    filters_applied: Mapping[str, Any]
    body: Mapping[str, Any]


class CachedSelection(NamedTuple):
    """What a combination of filters and sort selects; `query` is how it stands in a URL, behind a `&`."""

    selection: Selection
    query: str


class Collection:
    """One declared collection over its rows. Safe under threads.

    Args:
        declaration: an `x-collection` that fits the vocabulary.
        rows: in the order of the declaration's default sort, ties by identity ascending.
        defaults: parameter → value where none is sent, from the parameters' schemas.
    """

    def __init__(
        self, declaration: vocabulary.Collection, rows: Rows, defaults: Mapping[str, Any] | None = None
    ) -> None:
        self._declaration = declaration
        self._rows = rows
        self._filters = declaration.filters
        sort, page = declaration.sort, declaration.page
        self._names = (*(rule.parameter for rule in self._filters), sort.by, sort.order)
        self._defaults = {page.limit: DEFAULT_LIMIT, page.offset: 0, **(defaults or {})}
        self._numbers = (page.limit, page.offset)
        self._tree = _tree(declaration)
        self._selector = RowFilter(sort, declaration.identity, rows)
        self._asked: BoundedCache[CachedSelection] = BoundedCache(SELECTION_CACHE_BYTES)
        self._pages: BoundedCache[Page] = BoundedCache(PAGE_CACHE_BYTES)

    def page(self, parameters: Mapping[str, Any], path: str) -> Page:
        """Return the page that a valid request asks for, which must not be changed.

        Args:
            parameters: those that were sent, of their declared types; others than the declaration's are ignored.
            path: what the page's URLs begin with, without a query.
        """
        values = map(parameters.get, self._names)
        asked = tuple([tuple(value) if type(value) is list else value for value in values])
        key = (asked, *map(parameters.get, self._numbers), path)
        found = self._pages.find(key)
        return self._page(asked, parameters, path, key) if found is None else found

    def _page(self, asked: tuple[Any, ...], parameters: Mapping[str, Any], path: str, key: Hashable) -> Page:
        selection, query = self._ask(asked)
        limit, offset = (int(parameters.get(name, self._defaults[name])) for name in self._numbers)
        encoded = [self._rows.row_json(row) for row in selection.page(offset, limit)]
        items = [orjson.Fragment(row) for row in encoded]
        applied = {name: parameters[name] for name in self._names if name in parameters}
        total = selection.total
        limit_name, offset_name = self._numbers
        pagination = self._pagination(
            total, limit, offset, lambda start: f"{path}?{offset_name}={start}&{limit_name}={limit}{query}"
        )
        names = self._declaration
        values = {names.items: items, names.total: total, names.echo: applied, **pagination}
        page = Page(items, total, pagination, applied, _filled(self._tree, values))
        return self._pages.keep(key, page, 2000 + sum(map(len, encoded)) + 50 * len(encoded) + 8 * len(query))

    def _ask(self, asked: tuple[Any, ...]) -> CachedSelection:
        found = self._asked.find(asked)
        if found is None:
            wanted = [one for one in zip(self._filters, asked[:-2], strict=True) if one[1] not in (None, ())]
            selection = self._selector.select(wanted, *asked[-2:])
            sent = [(name, value) for name, value in zip(self._names, asked, strict=True) if value is not None]
            query = urlencode(sent, doseq=True, quote_via=quote)
            found = CachedSelection(selection, query and f"&{query}")
            self._asked.keep(asked, found, 500 + selection.owned_bytes + 8 * len(query))
        return found

    def _pagination(self, total: int, limit: int, offset: int, url: Callable[[int], str]) -> dict[str, Any]:
        names = self._declaration.page
        previous = None
        if offset > 0:
            # One page back; from beyond the end as many as lead to rows.
            back = max(1, -(-(offset - total + 1) // limit))
            previous = url(max(0, offset - back * limit))
        return {
            names.current: _number(offset // limit + 1),
            names.pages: -(-total // limit),
            names.limit_echo: _number(limit),
            names.offset_echo: _number(offset),
            names.next: url(offset + limit) if offset + limit < total else None,
            names.previous: previous,
        }


def _tree(declaration: vocabulary.Collection) -> dict[str, Any]:
    """Return the body as nested objects whose leaves are the pointers that lead to them."""
    page = declaration.page
    figures = (page.current, page.pages, page.limit_echo, page.offset_echo, page.next, page.previous)
    tree: dict[str, Any] = {}
    for pointer in (declaration.items, declaration.total, *figures, *filter(None, [declaration.echo])):
        *parents, leaf = tokens(pointer)
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = pointer
    return tree


def _filled(tree: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _filled(node, values) if isinstance(node, dict) else values[node] for name, node in tree.items()}


def _number(value: int) -> int | orjson.Fragment:
    """Return a number as orjson can write it, however large."""
    return value if value <= _LARGEST_PLAIN else orjson.Fragment(str(value))
