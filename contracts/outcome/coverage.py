"""How much of the document a run touched: operation × status × parameter × keyword.

A count is a number of requests that left, no estimate. A case is covered when
it was answered by something that says anything about it: not by 401, 429 or
silence. Parameters are those of the query and the members at the top of a JSON
body.

Source: OpenAPI 3.1.1, Parameter Object and Schema Object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.generate.parameter_cases import ABSENT, ParameterCase, cases_of, value_of
from contracts.messages import CREDENTIALS, Exchange, Request

__all__ = ["Coverage", "OperationCoverage", "Row", "Share", "Status", "measure"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
#: Answers that say nothing about the parameters; 0 stands for no answer.
SILENT = frozenset({0, 401, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A column of the matrix.

    Attributes:
        code: HTTP status; 0 where no answer came.
        count: answers with it.
        is_documented: the operation names it, by itself, by its class or by `default`.
    """

    code: int
    count: int
    is_documented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case of one keyword of one parameter.

    Attributes:
        parameter: its name; `(key)` and `(body)` stand for the credential and for the body as a whole.
        keyword: of the schema, for instance `minimum`.
        case: for instance `below 1`.
        counts: status → requests with this case that got it.
    """

    parameter: str
    keyword: str
    case: str
    counts: Mapping[int, int]

    @property
    def is_covered(self) -> bool:
        """Whether an answer says something about it."""
        silent = frozenset[int]() if self.parameter == "(key)" else SILENT
        return any(count for status, count in self.counts.items() if status not in silent)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCoverage:
    """The matrix of one operation: `rows` × `statuses`."""

    operation_id: str
    method: str
    path: str
    statuses: tuple[Status, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """`covered` of `total`."""

    covered: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The matrices of all operations, in the order of the document."""

    operations: tuple[OperationCoverage, ...]

    @property
    def touched(self) -> Share:
        """Operations that were answered at all."""
        answered = [any(status.count for status in item.statuses if status.code) for item in self.operations]
        return Share(sum(answered), len(answered))

    @property
    def statuses(self) -> Share:
        """Documented statuses that were seen."""
        documented = [status for item in self.operations for status in item.statuses if status.is_documented]
        return Share(sum(status.count > 0 for status in documented), len(documented))

    @property
    def cases(self) -> Share:
        """Cases of parameters that were tried and answered."""
        rows = [row for item in self.operations for row in item.rows]
        return Share(sum(row.is_covered for row in rows), len(rows))


def measure(exchanges: Iterable[Exchange], document: Mapping[str, Any]) -> Coverage:
    """Count what a run touched.

    Args:
        exchanges: of the run; those outside the document are passed over.
        document: the whole OpenAPI document.
    """
    sent: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        sent.setdefault(exchange.request.operation_id, []).append(exchange)
    return Coverage(
        operations=tuple(
            _of_operation(document, path, method, item, sent.get(str(item.get("operationId")), []))
            for path, method, item in _operations(document)
        )
    )


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                shared = [*item.get("parameters", []), *item[method].get("parameters", [])]
                yield path, method, {**item[method], "parameters": shared}


def _of_operation(
    document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any], sent: list[Exchange]
) -> OperationCoverage:
    cases = list(cases_of(document, item))
    counters = [Counter[int]() for _ in cases]
    keys = {name: Counter[int]() for name in CREDENTIALS}
    for exchange in sent:
        status = _status(exchange)
        keys.setdefault(exchange.request.credential, Counter())[status] += 1
        for case, counter in zip(cases, counters, strict=True):
            if _meets(case, exchange.request):
                counter[status] += 1
    rows = [
        Row(parameter=case.parameter, keyword=case.keyword, case=case.name, counts=counter)
        for case, counter in zip(cases, counters, strict=True)
    ]
    key_rows = [
        Row(parameter="(key)", keyword="credential", case=name, counts=counter)
        for name, counter in keys.items()
        if counter or name in ("key", "none")
    ]
    return OperationCoverage(
        operation_id=str(item.get("operationId", "")),
        method=method.upper(),
        path=path,
        statuses=_statuses(item.get("responses", {}), Counter(map(_status, sent))),
        rows=(*key_rows, *rows),
    )


def _meets(case: ParameterCase, request: Request) -> bool:
    if case.parameter == "(body)":
        return case.holds(request)
    value = value_of(request, case)
    return case.holds(value) if value is not ABSENT or case.keyword in ("required", "optional") else False


def _statuses(responses: Mapping[Any, Any], seen: Counter[int]) -> tuple[Status, ...]:
    names = {str(name).upper() for name in responses}
    codes = {int(name) for name in names if name.isdigit()} | set(seen)
    documented = {code for code in codes if code and {str(code), f"{code // 100}XX", "DEFAULT"} & names}
    return tuple(Status(code=code, count=seen[code], is_documented=code in documented) for code in sorted(codes))


def _status(exchange: Exchange) -> int:
    return exchange.answer.status if exchange.answer else 0
