"""The x- extensions of a document as records: limits, errors, collections, with their places.

What the extensions may say stands in `openapi-vocabulary.schema.json`; `vocabulary_check` judges a document by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from oas.pointers import join

__all__ = [
    "Collection",
    "Count",
    "ErrorRule",
    "Filter",
    "Page",
    "RateLimitWindow",
    "RateLimits",
    "Sort",
    "collection_of",
    "error_rules",
    "rate_limits",
]

#: Matches whose edge cases no parameter table describes, so that they rest on the collection's assumption.
_ASSUMED_MATCHES: Final = ("contains-ignoring-case", "on-or-after", "on-or-before")


@dataclass(frozen=True)
class RateLimitWindow:
    """One limit. Source: `x-rate-limit`, `windows`.

    Attributes:
        name: `minute` or `day` in the packaged document.
        seconds: length, ≥ 1; windows begin at multiples of it since the epoch, in UTC.
        limit: requests let through, ≥ 1.
        limit_header: response header that carries `limit`.
        remaining_header: response header that carries what is left.
        limit_body: pointer to `limit` in the body of a refusal; empty for none.
        remaining_body: pointer to what is left in the body of a refusal; empty for none.
        pointer: into the document.
    """

    name: str
    seconds: int
    limit: int
    limit_header: str
    remaining_header: str
    limit_body: str = ""
    remaining_body: str = ""
    pointer: str = ""


@dataclass(frozen=True, kw_only=True)
class RateLimits:
    """The limits of a document and how a request beyond them is refused. Source: `x-rate-limit`.

    Attributes:
        windows: in the document's order.
        status: of the refusal.
        error_code: of its envelope.
        message: of its envelope, with `{limit}` and `{window}` to be filled in.
        error: the reason in words.
        retry_header: header that carries the seconds to wait.
        retry_body: pointer to them in the body; empty for none.
        pointer: into the document.
        assumed: sentence it rests on, empty where the vendor says it.
    """

    windows: tuple[RateLimitWindow, ...] = ()
    status: int = 429
    error_code: str = "RATE_LIMIT_EXCEEDED"
    message: str = "Rate limit exceeded. Maximum {limit} requests per {window} allowed."
    error: str = "Too many requests"
    retry_header: str = "Retry-After"
    retry_body: str = "/data/retry_after"
    pointer: str = ""
    assumed: str = ""


@dataclass(frozen=True)
class ErrorRule:
    """What a condition is answered with. Source: `x-error`.

    Attributes:
        condition: one word of the vocabulary, such as `end-before-start`.
        status: HTTP status.
        error_code: of the envelope.
        message: of the envelope.
        error: the reason in words.
        parameter: of `unknown-entity`.
        entity: type of the entity that the parameter names, of `unknown-entity`.
        start: of `end-before-start`.
        end: of `end-before-start`.
        pointer: into the document.
        assumed: sentence it rests on, empty where the vendor says it.
    """

    condition: str
    status: int
    error_code: str
    message: str = ""
    error: str = ""
    parameter: str = ""
    entity: str = ""
    start: str = ""
    end: str = ""
    pointer: str = ""
    assumed: str = ""


@dataclass(frozen=True)
class Filter:
    """A parameter that selects items. Source: `x-collection`, `filters`.

    Attributes:
        parameter: its name.
        item: pointer into an item, to what the value is compared with.
        match: `equal`, `one-of`, `contains-ignoring-case`, `on-or-after` or `on-or-before`.
        pointer: into the document.
        assumed: sentence it rests on, empty where the vendor says it.
    """

    parameter: str
    item: str
    match: str
    pointer: str = ""
    assumed: str = ""


@dataclass(frozen=True, kw_only=True)
class Sort:
    """How items are ordered. Source: `x-collection`, `sort`. `fields` is value of `by` → pointer into the item."""

    by: str
    order: str
    default_by: str
    default_order: str
    fields: Mapping[str, str]
    pointer: str


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
class Count:
    """A figure of another operation that equals the total under `where`. Source: `counted-by`."""

    operation_id: str
    figure: str
    where: Mapping[str, str]
    pointer: str


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A paged list in the body of an operation. Source: `x-collection`. Pointers as in the vocabulary."""

    items: str
    total: str
    identity: str
    echo: str
    filters: tuple[Filter, ...]
    sort: Sort
    page: Page
    counts: tuple[Count, ...] = field(default=())
    pointer: str = ""
    assumed: str = ""

    def filter_of(self, parameter: str) -> Filter | None:
        """Return the filter that a parameter is, None where it is none."""
        return next((rule for rule in self.filters if rule.parameter == parameter), None)


def rate_limits(tree: Mapping[str, Any]) -> RateLimits | None:
    """Return the limits of a document, None where it sets none.

    Raises:
        KeyError: the extension lacks a member that its schema requires.
    """
    node = tree.get("x-rate-limit")
    if node is None:
        return None
    refusal = node["refusal"]
    return RateLimits(
        windows=tuple(_window(entry, index) for index, entry in enumerate(node["windows"])),
        status=refusal["status"],
        error_code=refusal["error_code"],
        message=refusal["message"],
        error=refusal["error"],
        retry_header=refusal["retry-after"]["header"],
        retry_body=refusal["retry-after"]["body"],
        pointer="/x-rate-limit",
        assumed=node.get("x-assumed", ""),
    )


def _window(entry: Mapping[str, Any], index: int) -> RateLimitWindow:
    headers, body = entry["headers"], entry["body"]
    pointer = join("/x-rate-limit/windows", index)
    figures = headers["limit"], headers["remaining"], body["limit"], body["remaining"]
    return RateLimitWindow(entry["name"], entry["seconds"], entry["limit"], *figures, pointer)


def error_rules(node: Mapping[str, Any], pointer: str) -> Iterator[ErrorRule]:
    """Yield the rules of `x-error` of an operation or of the root, in their order.

    Args:
        node: the operation, or the document.
        pointer: of `node`.

    Raises:
        KeyError: a rule lacks a member that its schema requires.
    """
    for index, entry in enumerate(node.get("x-error", ())):
        yield ErrorRule(
            condition=entry["condition"],
            status=entry["status"],
            error_code=entry["error_code"],
            message=entry["message"],
            error=entry["error"],
            parameter=entry.get("parameter", ""),
            start=entry.get("start", ""),
            end=entry.get("end", ""),
            pointer=join(pointer, "x-error", index),
            assumed=entry.get("x-assumed", ""),
        )


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
    home, sentence, sort = join(pointer, "x-collection"), entry.get("x-assumed", ""), entry["sort"]
    page = {name.replace("-", "_"): value for name, value in entry["page"].items()}
    return Collection(
        items=entry["items"],
        total=entry["total"],
        identity=entry["identity"],
        echo=entry.get("echo", ""),
        filters=tuple(_filters(entry["filters"], home, assumed, sentence)),
        sort=Sort(
            by=sort["by"],
            order=sort["order"],
            default_by=sort["default"]["by"],
            default_order=sort["default"]["order"],
            fields=sort["fields"],
            pointer=join(home, "sort"),
        ),
        page=Page(**page, pointer=join(home, "page")),
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
        assumed=sentence,
    )


def _filters(
    rules: Iterable[Mapping[str, Any]], home: str, assumed: Mapping[str, str], sentence: str
) -> Iterator[Filter]:
    for index, rule in enumerate(rules):
        general = sentence if rule["match"] in _ASSUMED_MATCHES else ""
        reason = assumed.get(rule["parameter"], "") or general
        yield Filter(rule["parameter"], rule["item"], rule["match"], join(home, "filters", index), reason)
