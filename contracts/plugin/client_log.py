"""What a test's client sent, and the verdict on it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from contracts.client import Breach, ClientRequest, Expectation, Verdict, VerdictOptions, judge
from contracts.messages import Answer, Exchange, Request

if TYPE_CHECKING:
    from contracts.plugin.settings import Settings
    from oas.contract import Contract

    #: Returns the requests that are kept, in the order of arrival, and how many there were.
    Read = Callable[[], tuple[tuple[ClientRequest, ...], int]]

__all__ = [
    "ClientLog",
    "sent_of",
]

#: In which a mock tells what it found. Source: `mockserver`, stage `record`.
_FOUND = "x-mock-violations"
_NO_ANSWER = Answer(status=0, headers={}, body=b"")


def sent_of(document: Contract, order: int, exchange: Exchange) -> ClientRequest:
    """Describe an exchange.

    Args:
        document: the contract.
        order: place among the test's requests, from 1.
        exchange: redacted.
    """
    request, answer = exchange.request, exchange.answer or _NO_ANSWER
    return ClientRequest(
        order=order,
        at=exchange.started_at,
        method=request.method,
        path=request.path,
        query=urlencode(request.query),
        operation_id=request.operation_id,
        headers={name.lower(): value for name, value in request.headers},
        key_hash="" if request.credential in ("none", "empty") else request.credential,
        body=_body(request),
        status=answer.status,
        answer_headers={name: values[0] for name, values in answer.headers.items() if values},
        answer_body=answer.body.decode("utf-8", "replace"),
        breaches=tuple(_told(answer) or _breaches(document, request)),
        fault=exchange.failure,
        id=str(exchange.number),
    )


def _body(request: Request) -> str:
    if request.raw_body is not None:
        return request.raw_body.decode("utf-8", "replace")
    return "" if request.body is None else json.dumps(request.body)


def _told(answer: Answer) -> list[Breach]:
    try:
        found = json.loads(answer.header(_FOUND) or "[]")
        return [Breach(one["location"], one["pointer"], one["code"], one["message"]) for one in found]
    except (KeyError, TypeError, ValueError):
        return []  # another server's header of this name


def _breaches(document: Contract, request: Request) -> Iterator[Breach]:
    operation = document.by_id.get(request.operation_id)
    if operation is None:
        is_path = any(request.path == one.path for one in document.operations)
        code = "unknown-method" if is_path else "unknown-path"
        yield Breach("path", "", code, f"the contract has no {request.method} {request.path}")
        return
    known = {parameter.name for parameter in operation.inputs}
    in_query, in_body = (set(), known) if operation.has_body else (known, set())
    yield from _strange("query", (name for name, _ in request.query), in_query)
    if isinstance(request.body, dict):
        yield from _strange("body", request.body, in_body)


def _strange(location: str, names: Iterable[str], known: set[str]) -> Iterator[Breach]:
    for name in dict.fromkeys(names):
        if name not in known:
            pointer = "/" + name.replace("~", "~0").replace("/", "~1")
            yield Breach(location, pointer, "undocumented", f"{name} is not documented and is ignored")


class ClientLog:
    """The requests of one test and what was expected of them.

    Args:
        read: tells what was sent.
        document: the contract.
        settings: which rules may be broken, and which are judged as well.

    Raises:
        ConfigInvalid: the settings name a rule that does not exist.
    """

    def __init__(self, read: Read, document: Contract, settings: Settings) -> None:
        self._read = read
        self._document = document
        self._terms = VerdictOptions(allow=settings.allow, also=settings.also)
        self._expected: tuple[Expectation, ...] = ()

    @property
    def sent(self) -> tuple[ClientRequest, ...]:
        """The requests, in the order of arrival."""
        return self._read()[0]

    def verdict(self) -> Verdict:
        """Judge what was sent so far."""
        return self._judge(self._terms.allow, self._expected)

    @contextlib.contextmanager
    def expect(self, rule_id: str) -> Iterator[None]:
        """Expect that the requests of a block break a rule.

        Raises:
            ConfigInvalid: there is no such rule.
            AssertionError: the block ended without an exception, and no request of it breaks the rule.
        """
        VerdictOptions(expected=(Expectation(rule_id),))
        before = self._read()[1]
        try:
            yield
        finally:
            after = self._read()[1]
            expectation = Expectation(rule_id, before + 1, after)
            if after > before:
                self._expected += (expectation,)
        if after == before:
            raise AssertionError(f"{rule_id} was expected, and no request came")
        unmet = self._judge((), (expectation,)).unmet
        if unmet:
            raise AssertionError(unmet[0].sentence)

    def _judge(self, allow: Collection[str], expected: tuple[Expectation, ...]) -> Verdict:
        sent, total = self._read()
        terms = VerdictOptions(allow=allow, also=self._terms.also, expected=expected)
        return judge(sent, self._document, terms, total=total)
