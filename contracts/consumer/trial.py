"""Everything that rules judge by: requests in the order of arrival, and the contract.

May import `records`, `contracts.contract.vocabulary` and the standard library.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from contracts.consumer.records import Finding, Sent, parsed

if TYPE_CHECKING:
    from contracts.contract.vocabulary import Document, Operation

__all__ = ["Judge", "Trial"]


@dataclass(frozen=True)
class Trial:
    """One client's requests, and what they are held against.

    Attributes:
        sent: all of them, in the order of arrival.
        document: the contract.
    """

    sent: tuple[Sent, ...]
    document: Document

    @cached_property
    def own(self) -> tuple[Sent, ...]:
        """Requests that came to the API itself."""
        return tuple(sent for sent in self.sent if not sent.origin)

    @cached_property
    def by_key(self) -> Mapping[str, tuple[Sent, ...]]:
        """Hash of the key, empty for none, → own requests with it."""
        grouped: defaultdict[str, list[Sent]] = defaultdict(list)
        for sent in self.own:
            grouped[sent.key_hash].append(sent)
        return {key: tuple(found) for key, found in grouped.items()}

    def operation(self, sent: Sent) -> Operation | None:
        """Return the operation that a request reached, None where it reached none or the contract has it not."""
        return self.document.by_id.get(sent.operation_id)

    def parameters(self, sent: Sent) -> dict[str, Any]:
        """Return what a request asked for: members of the body or values of the query, each a list of texts."""
        operation = self.operation(sent)
        grouped: dict[str, Any] = {}
        if operation is not None and operation.has_body:
            body = parsed(sent.body)
            for name, value in body.items() if isinstance(body, dict) else ():
                grouped[name] = [str(item) for item in (value if isinstance(value, list) else [value])]
            return grouped
        for name, text in parse_qsl(sent.query, keep_blank_values=True):
            grouped.setdefault(name, []).append(text)
        return grouped


#: Yields one finding for each time that a rule of its family is broken.
Judge = Callable[[Trial], Iterator[Finding]]
