"""Auth: every operation asks for a key, and no key but a right one is taken."""

from __future__ import annotations

from functools import partial

from contracts.observations.cases import PlannedRequest, ask
from contracts.observations.known_values import KnownValues
from contracts.observations.observations import Observations
from contracts.relations.errors import refusal, required_of
from contracts.relations.relation_check import CheckResult, RelationCheck, judged
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.envelope import Envelope
from oas.operation import Operation
from oas.vocabulary import ErrorRule

__all__ = ["cases", "rules"]

_KIND = "auth"
_VARIANTS = {
    "empty": "An empty key is refused.",
    "unknown": "A key that nobody has is refused.",
    "truncated": "A key without its last character is refused.",
    "lengthened": "A key with one character more is refused.",
    "other-case": "A key in other case is refused.",
    "elsewhere": "A key in a header that is not the documented one is refused.",
}
_FIRST_RANK, _GUARD_RANK, _VARIANT_RANK, _MEMBER_RANK = 4.5, 8.5, 0.5, 12.5


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return one relation for each operation without a key, each variant of a key, each operation of administrators."""
    judge = partial(_judge, document.envelope)
    return tuple(RelationCheck(relation, judge) for relation, *_ in _table(document))


def cases(known: KnownValues) -> tuple[PlannedRequest, ...]:
    """Return every operation once without a key, and every variant of a key once, on rotating operations."""
    found: list[PlannedRequest] = []
    for place, (relation, rule, operation, credential) in enumerate(_table(known.document)):
        is_barred = operation.is_write and not known.allow_writes
        if is_barred or (credential == "member" and not known.has_member):
            continue
        request = ask(operation, required_of(known, operation), credential)
        meaning = f"{operation.method} with key: {credential}"
        rank = _rank(credential, place)
        found.append(
            PlannedRequest(request=request, meaning=meaning, covers=(relation.id,), expects=rule, priority=rank)
        )
    return tuple(found)


def _rank(credential: str, place: int) -> float:
    """Spread what asks for little over what asks for much; the first request without a key comes early."""
    if credential == "none":
        return _GUARD_RANK + 3 * place if place else _FIRST_RANK
    return _MEMBER_RANK if credential == "member" else _VARIANT_RANK + 1.5 * place


def _table(document: Contract) -> list[tuple[Relation, ErrorRule, Operation, str]]:
    rule = document.error("unauthenticated")
    guarded = [item for item in document.operations if item.requires_credentials]
    found: list[tuple[Relation, ErrorRule, Operation, str]] = []
    if rule is not None and guarded:
        for operation in guarded:
            meaning = f"{operation.id} is refused without a key."
            found.append((_relation("guarded", operation.id, operation.id, rule, meaning), rule, operation, "none"))
        reads = [item for item in guarded if not item.is_write] or guarded
        for place, (variant, meaning) in enumerate(_VARIANTS.items()):
            operation = reads[place % len(reads)]
            found.append((_relation("refused", variant, "", rule, meaning), rule, operation, variant))
    for operation in guarded:
        own = next((item for item in operation.errors if item.condition == "not-admin"), None)
        if own is not None:
            meaning = f"{operation.id} is refused to a key without administrator's rights."
            found.append((_relation("admin", operation.id, operation.id, own, meaning), own, operation, "member"))
    return found


def _relation(pattern: str, detail: str, operation_id: str, rule: ErrorRule, meaning: str) -> Relation:
    return Relation(
        id=f"{_KIND}.{pattern}[{detail}]",
        kind=_KIND,
        operation_id=operation_id,
        pointer=rule.pointer,
        cost=1,
        meaning=f"{meaning[:-1]}: {rule.status} {rule.error_code}.",
        assumed=rule.assumed,
    )


def _judge(envelope: Envelope, relation: Relation, observations: Observations) -> CheckResult:
    asked = [item for item in observations.judged if relation.id in item.case.covers]
    reason = "not asked: it needs a member's key" if relation.id.startswith(f"{_KIND}.admin") else "not asked"
    return judged(relation, (refusal(envelope, item) for item in asked), reason)
