"""Everything that rules judge by: requests in the order of arrival, and the contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from contracts.client.models import Breach, ClientRequest, Finding, parsed
from contracts.errors import ConfigInvalid

if TYPE_CHECKING:
    from oas.contract import Contract
    from oas.operation import Operation

__all__ = [
    "Judge",
    "Traffic",
    "read_journal",
]


@dataclass(frozen=True)
class Traffic:
    """One client's requests, and what they are held against.

    Attributes:
        sent: all of them, in the order of arrival.
        document: the contract.
    """

    sent: tuple[ClientRequest, ...]
    document: Contract

    @cached_property
    def own(self) -> tuple[ClientRequest, ...]:
        """Requests that came to the API itself."""
        return tuple(sent for sent in self.sent if not sent.origin)

    @cached_property
    def by_key(self) -> Mapping[str, tuple[ClientRequest, ...]]:
        """Hash of the key, empty for none, → own requests with it."""
        grouped: defaultdict[str, list[ClientRequest]] = defaultdict(list)
        for sent in self.own:
            grouped[sent.key_hash].append(sent)
        return {key: tuple(found) for key, found in grouped.items()}

    def operation(self, sent: ClientRequest) -> Operation | None:
        """Return the operation that a request reached, None where it reached none or the contract has it not."""
        return self.document.by_id.get(sent.operation_id)

    def parameters(self, sent: ClientRequest) -> dict[str, Any]:
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
Judge = Callable[[Traffic], Iterator[Finding]]


#: Replaced whole, should a journal of other making hold them as sent.
_SECRET_HEADERS = frozenset(["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"])
_MASKED = "[redacted"


def read_journal(journal: Any, base_path: str = "") -> tuple[ClientRequest, ...]:
    """Read a journal, the newest entry first as WireMock has it, into requests in the order of arrival.

    Args:
        journal: an object with `requests`, or that array.
        base_path: of the API; left out of the paths, which are then easier to read.

    Raises:
        ConfigInvalid: it is no such journal.
    """
    entries = journal.get("requests") if isinstance(journal, Mapping) else journal
    if isinstance(entries, str) or not isinstance(entries, Iterable):
        raise ConfigInvalid("a journal was expected: an object with `requests`, as GET /__admin/requests answers")
    oldest_first = list(entries)[::-1]
    return tuple(_sent(number, entry, base_path) for number, entry in enumerate(oldest_first, 1))


def _sent(order: int, entry: Any, base_path: str) -> ClientRequest:
    try:
        return _read(order, entry, base_path)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else f"cannot be read: {error}"
        raise ConfigInvalid(f"the journal's request {order}, counted from the oldest, {what}") from error


def _read(order: int, entry: Mapping[str, Any], base_path: str) -> ClientRequest:
    request, response = entry["request"], entry["response"]
    planned = entry.get("responseDefinition") or {}
    path, _, query = str(request["url"]).partition("?")
    return ClientRequest(
        order=order,
        at=request["loggedDate"] / 1000,
        method=str(request["method"]).upper(),
        path=_below(unquote(path), base_path),
        query=query,
        operation_id=entry.get("operationId") or "",
        headers={name.lower(): _header(name, value) for name, value in request.get("headers", {}).items()},
        key_hash=entry.get("keyHash") or "",
        body=request.get("body") or "",
        status=int(response["status"]),
        answer_headers={name.lower(): _first(value) for name, value in response.get("headers", {}).items()},
        answer_body=response.get("body") or "",
        breaches=tuple(_breach(item) for item in entry.get("violations", ()) if item["location"] != "response"),
        applied=entry.get("applied") or "",
        is_deliberate=bool(entry.get("deliberate")),
        delay_s=_late_ms(planned) / 1000,
        fault=planned.get("fault") or "",
        origin=entry.get("origin") or "",
        id=str(entry.get("id", "")),
    )


def _late_ms(planned: Mapping[str, Any]) -> float:
    """Return the milliseconds until the last byte of an answer. Source: WireMock, Response Delays."""
    dribble = planned.get("chunkedDribbleDelay") or {}
    return float(planned.get("fixedDelayMilliseconds") or 0) + float(dribble.get("totalDuration") or 0)


def _below(path: str, base_path: str) -> str:
    if base_path and path.startswith(f"{base_path}/"):
        return path[len(base_path) :]
    return path


def _header(name: str, value: Any) -> str:
    text = _first(value)
    return _MASKED + "]" if name.lower() in _SECRET_HEADERS and not text.startswith(_MASKED) else text


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value)


def _breach(item: Mapping[str, Any]) -> Breach:
    return Breach(item["location"], item["pointer"], item["code"], item["message"])
