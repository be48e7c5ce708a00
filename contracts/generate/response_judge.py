"""Judges one response: its status, and every relation that needs no other response.

An answer that refuses for the rate is never judged, one that refuses the key says
nothing about the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from contracts import relations
from contracts.generate.expected_outcomes import Expectation, ExpectedOutcomes
from contracts.generate.placeholders import Entities
from contracts.generate.schemathesis_adapter import CheckFailure
from contracts.messages import Exchange, Request
from contracts.observations.cases import PlannedRequest
from contracts.observations.comparison import excerpt
from contracts.observations.observations import Observation, Observations
from contracts.relations.relation_check import RelationCheck
from contracts.verdicts import Violation
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import get, join

__all__ = ["Failure", "ResponseJudge"]

_KEY_REFUSED = (401, 403)
#: Check of schemathesis → beginning of the relations that say the same; the relation's word is kept.
EQUIVALENT_CHECKS = {
    "not_a_server_error": ("fuzz.survives",),
    "status_code_conformance": ("structure.status",),
    "content_type_conformance": ("structure.type",),
    "response_schema_conformance": ("structure.body", "structure.type"),
    "response_headers_conformance": ("ledger.present", "ledger.limit"),
    "unsupported_method": ("fuzz.refuses",),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with one answer, before it is known how little of the request is needed for it.

    Attributes:
        violation: without the command that sends it again.
        kind: what stays the same however the request is shrunk.
        blamed: parameters that may be at fault; the fewest that still show it are the cause.
    """

    violation: Violation
    kind: str
    blamed: frozenset[str] = frozenset()

    def is_like(self, other: Failure) -> bool:
        """Whether a smaller request's symptom is the same one."""
        return self.kind == other.kind and other.blamed <= self.blamed


class ResponseJudge:
    """Judges exchanges of one target.

    Args:
        document: the contract.
        entities: ids that exist there.
    """

    def __init__(self, document: Contract, entities: Entities) -> None:
        self.document = document
        self.expectations = ExpectedOutcomes(document, entities)
        limits = document.limits
        self._refusal_status = limits.status if limits else 429
        self._single: dict[str, list[RelationCheck]] = {}
        for rule in relations.rules(document):
            if rule.is_single:
                self._single.setdefault(rule.relation.operation_id, []).append(rule)

    def is_refused(self, exchange: Exchange) -> bool:
        """Say whether an answer refuses for the rate, so that nothing can be learnt from it."""
        return exchange.answer is not None and exchange.answer.status == self._refusal_status

    def home_of(self, request: Request) -> str:
        """Return the operation that a request is counted for: its own, or the first one of its path."""
        if request.operation_id:
            return request.operation_id
        return next((item.id for item in self.document.operations if item.path == request.path), "")

    def judge(
        self, request: Request, exchange: Exchange, now: float | None = None, failures: Iterable[CheckFailure] = ()
    ) -> list[Failure]:
        """Return everything that is wrong with an answer, each cause once.

        Args:
            request: as it was meant, ids resolved.
            exchange: what came of it.
            now: what the target's own clock showed, seconds since the epoch.
            failures: what schemathesis' checks say.
        """
        if exchange.answer is None or self.is_refused(exchange):
            return []
        operation = self.document.by_id.get(request.operation_id)
        expected = self.expectations.of(request)
        expects = expected.conditions[0] if expected.conditions else None
        seen = Observation(
            PlannedRequest(request=request, meaning="generated", covers=(), expects=expects),
            exchange,
            operation,
            "",
            now,
        )
        found = [*self._related(seen, expected), *self._deserved(seen, request, expected)]
        reported = tuple(symptom.violation.relation_id for symptom in found)
        for failed in failures:
            if not any(name.startswith(EQUIVALENT_CHECKS.get(failed.check, (failed.check,))) for name in reported):
                found.append(self._checked(seen, failed))
        return found

    def _related(self, seen: Observation, expected: Expectation) -> Iterator[Failure]:
        observations = Observations(self.document, (seen,))
        own = self._single.get(seen.operation.id, []) if seen.operation else []
        for rule in (*own, *self._single.get("", [])):
            # What a list must show follows from parameters that can be read in one way only.
            if expected.is_valid or rule.relation.kind != "collection":
                for violation in rule(observations).violations:
                    yield Failure(violation, f"{violation.relation_id} {violation.detail}")

    def _deserved(self, seen: Observation, request: Request, expected: Expectation) -> Iterator[Failure]:
        status, code = seen.status, self._code(seen)
        if status >= 500:
            yield self._survival(seen, request)
        elif status in _KEY_REFUSED and "key" not in expected.blamed:
            return
        elif expected.is_valid and not 200 <= status < 300:
            yield self._refused(seen, request, f"{status} {code}".strip())
        elif expected.conditions and not any((status, code) == self._wanted(rule) for rule in expected.allowed):
            yield self._wrongly(seen, request, expected, f"{status} {code}".strip())

    def _wanted(self, rule: Any) -> tuple[int, str]:
        return rule.status, rule.error_code if self.document.envelope.error_code else ""

    def _code(self, seen: Observation) -> str:
        place = self.document.envelope.error_code
        found = get(seen.body, place) if place else ""
        return found if isinstance(found, str) else ""

    def _survival(self, seen: Observation, request: Request) -> Failure:
        violation = self._violation(
            seen,
            "survives",
            f"the server failed: {seen.status} for a request of {_size(request)}",
            "any answer below 500",
        )
        return Failure(violation, f"survives {seen.status}", frozenset(request.parameters))

    def _refused(self, seen: Observation, request: Request, answered: str) -> Failure:
        operation = seen.operation
        names = sorted(request.parameters)
        violation = self._violation(
            seen,
            "accepts",
            f"a valid request with {', '.join(names) or 'no parameters'} was answered {answered}",
            "a 2xx answer",
        )
        assumed = next((item.assumed for item in _of(operation, names) if item.assumed), "")
        return Failure(replace(violation, assumed=assumed), f"accepts {answered}", frozenset(names))

    def _wrongly(self, seen: Observation, request: Request, expected: Expectation, answered: str) -> Failure:
        rule = expected.conditions[0]
        names = [blamed.partition(":")[0] for blamed in expected.blamed]
        violation = self._violation(
            seen,
            "refuses",
            f"a request that is wrong ({', '.join(expected.blamed)}) was answered {answered}",
            expected.words,
        )
        assumed = rule.assumed or next((item.assumed for item in _of(seen.operation, names) if item.assumed), "")
        violation = replace(violation, pointer=rule.pointer, assumed=assumed)
        return Failure(violation, f"refuses {expected.words}, {answered}", frozenset(expected.blamed))

    def _checked(self, seen: Observation, failed: CheckFailure) -> Failure:
        violation = self._violation(seen, failed.check, failed.title, "what the document says of this answer")
        return Failure(replace(violation, detail=failed.detail), f"{failed.check} {failed.detail}")

    def _violation(self, seen: Observation, check: str, title: str, expected: str) -> Violation:
        name = self.home_of(seen.case.request)
        operation = seen.operation or self.document.by_id.get(name)
        return Violation(
            relation_id=f"fuzz.{check}[{name or seen.case.request.path}]",
            operation_id=name,
            title=title,
            expected=expected,
            pointer=join(operation.pointer, "responses") if operation else "/paths",
            excerpt=excerpt(seen.answer.body[:400].decode("utf-8", "replace")),
            exchanges=(seen.number,),
        )


def _of(operation: Operation | None, names: Iterable[str]) -> Iterator[Any]:
    for name in names:
        parameter = operation.input(name) if operation else None
        if parameter is not None:
            yield parameter


def _size(request: Request) -> str:
    names = sorted(request.parameters)
    return f"{request.method} {request.path}" + (f" with {', '.join(map(repr, names))}" if names else "")
