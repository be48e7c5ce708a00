"""What the gate must know of the contract: which requests write, where limits, keys and secrets stand, public names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from contracts.contract.limits import Limits, Window
from contracts.contract.pointers import tokens
from contracts.contract.vocabulary import Document, Operation, ResponseRule
from contracts.messages import KEY_HEADER

__all__ = ["READING_METHODS", "RequestIndex"]

#: Methods that change nothing unless the document says so. Source: RFC 9110 §9.2.1.
READING_METHODS = ("GET", "HEAD", "OPTIONS")
DAY_S = 86_400

_NO_LIMITS = Limits(windows=(), status=429, error_code="", retry_header="Retry-After", retry_body="", pointer="")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestIndex:
    """A contract as seen from the wire.

    Attributes:
        routes: operation and what its percent-decoded path matches, in the document's order.
        limits: windows shortest first; without windows where the document sets none.
        key_header: name of the header that carries the key.
        secrets: patterns of the secret values in any answer.
        words: names that the document states: members, error codes, enumerations, headers, path segments.
    """

    routes: tuple[tuple[Operation, re.Pattern[str]], ...] = ()
    limits: Limits = _NO_LIMITS
    key_header: str = KEY_HEADER
    secrets: tuple[str, ...] = ()
    words: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, document: Document) -> RequestIndex:
        """Read what matters here from a contract."""
        rules = [rule for operation in document.operations for rule in operation.rules]
        return cls(
            routes=tuple((operation, _pattern(operation.path)) for operation in document.operations),
            limits=document.limits or _NO_LIMITS,
            key_header=document.key_header or KEY_HEADER,
            secrets=tuple(dict.fromkeys(secret for rule in rules for secret in rule.facts.secrets)),
            words=frozenset(_words(document, rules)),
        )

    @property
    def windows(self) -> tuple[Window, ...]:
        """The documented windows, shortest first; empty for none."""
        return tuple(sorted(self.limits.windows, key=lambda window: window.seconds))

    @property
    def horizon_s(self) -> int:
        """Length of the longest window, seconds; nothing that a server says makes the gate look farther ahead."""
        return max((window.seconds for window in self.windows), default=DAY_S)

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request reaches; a HEAD reaches the GET where it is not documented itself.

        Args:
            method: upper case.
            path: below the base URL, without the query; percent-encoded or not.
        """
        plain = unquote(path)
        found = {operation.method: operation for operation, pattern in self.routes if pattern.fullmatch(plain)}
        return found.get(method) or (found.get("GET") if method == "HEAD" else None)

    def is_write(self, method: str, path: str) -> bool:
        """Say whether a request may change something: documented so, or not documented and no reading method."""
        operation = self.operation(method, path)
        return operation.is_write if operation is not None else method not in READING_METHODS

    def first_read(self) -> Operation | None:
        """Return a GET that needs no parameter, None where there is none."""
        for operation, _ in self.routes:
            needs = not operation.is_askable or any(parameter.is_required for parameter in operation.parameters)
            if operation.method == "GET" and not operation.is_write and not needs:
                return operation
        return None


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", template))))


def _words(document: Document, rules: list[ResponseRule]) -> Iterator[str]:
    for operation in document.operations:
        yield operation.id
        yield from operation.path.split("/")
        yield from (parameter.name for parameter in operation.parameters)
        yield from (str(value) for parameter in operation.parameters for value in parameter.enum)
        yield from (rule.error_code for rule in operation.errors)
    yield from (rule.error_code for rule in document.errors)
    for rule in rules:
        yield from (token for pattern in rule.facts.fields for token in tokens(pattern))
        for shape in rule.facts.shapes.values():
            values = (*shape.get("enum", ()), shape.get("const"))
            yield from (value for value in values if isinstance(value, str))
    if document.limits is not None:
        yield from (document.limits.error_code, document.limits.retry_header)
        yield from (
            name for window in document.limits.windows for name in (window.limit_header, window.remaining_header)
        )
