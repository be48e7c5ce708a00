"""What the gate must know of the contract: which requests write, where limits, keys and secrets stand, public names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from contracts.messages import KEY_HEADER
from oas.contract import Contract
from oas.operation import Operation, Response
from oas.pointers import tokens
from oas.vocabulary import RateLimits, RateLimitWindow

__all__ = ["READING_METHODS", "RequestIndex"]

#: Methods that change nothing unless the document says so. Source: RFC 9110 §9.2.1.
READING_METHODS = ("GET", "HEAD", "OPTIONS")
DAY_S = 86_400

_NO_LIMITS = RateLimits(error_code="", message="", error="", retry_body="")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestIndex:
    """A contract as seen from the wire.

    Attributes:
        contract: the document; None where nothing is known of the API.
        limits: windows shortest first; without windows where the document sets none.
        key_header: name of the header that carries the key.
        secrets: patterns of the secret values in any answer.
        words: names that the document states: members, error codes, enumerations, headers, path segments.
    """

    contract: Contract | None = None
    limits: RateLimits = _NO_LIMITS
    key_header: str = KEY_HEADER
    secrets: tuple[str, ...] = ()
    words: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, document: Contract) -> RequestIndex:
        """Read what matters here from a contract."""
        rules = [rule for operation in document.operations for rule in operation.all_responses]
        return cls(
            contract=document,
            limits=document.limits or _NO_LIMITS,
            key_header=document.key_header or KEY_HEADER,
            secrets=tuple(dict.fromkeys(secret for rule in rules for secret in rule.annotations.secrets)),
            words=frozenset(_words(document, rules)),
        )

    @property
    def windows(self) -> tuple[RateLimitWindow, ...]:
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
        found = self.contract.find(unquote(path)) if self.contract is not None else None
        match = (found or {}).get(method) or ((found or {}).get("GET") if method == "HEAD" else None)
        return match.target if match is not None else None

    def is_write(self, method: str, path: str) -> bool:
        """Say whether a request may change something: documented so, or not documented and no reading method."""
        operation = self.operation(method, path)
        return operation.is_write if operation is not None else method not in READING_METHODS

    def first_read(self) -> Operation | None:
        """Return a GET that needs no parameter, None where there is none."""
        for operation in self.contract.operations if self.contract is not None else ():
            needs = not operation.is_askable or any(parameter.is_required for parameter in operation.inputs)
            if operation.method == "GET" and not operation.is_write and not needs:
                return operation
        return None


def _words(document: Contract, rules: list[Response]) -> Iterator[str]:
    for operation in document.operations:
        yield operation.id
        yield from operation.path.split("/")
        yield from (parameter.name for parameter in operation.inputs)
        yield from (str(value) for parameter in operation.inputs for value in parameter.enum)
        yield from (rule.error_code for rule in operation.errors)
    yield from (rule.error_code for rule in document.errors)
    for rule in rules:
        yield from (token for pattern in rule.annotations.fields for token in tokens(pattern))
        for shape in rule.annotations.shapes.values():
            values = (*shape.get("enum", ()), shape.get("const"))
            yield from (value for value in values if isinstance(value, str))
    if document.limits is not None:
        yield from (document.limits.error_code, document.limits.retry_header)
        yield from (
            name for window in document.limits.windows for name in (window.limit_header, window.remaining_header)
        )
