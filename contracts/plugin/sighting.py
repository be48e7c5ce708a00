"""An exchange that the gate saw → the record that the rules on clients judge.

A mock says by itself what is wrong with a request; of any other server only what
the contract does not name is found here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from contracts.client import Breach, ClientRequest
from contracts.messages import Answer, Exchange, Request

if TYPE_CHECKING:
    from oas.contract import Contract

__all__ = ["sent_of"]

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
