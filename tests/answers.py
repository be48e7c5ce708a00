"""Answers made up for the tests of what judges them: a case, its exchange, and rules by their id."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from contracts import relations
from contracts.messages import Answer, Exchange, Request
from contracts.observations.cases import PlannedRequest, ask
from contracts.observations.observations import Observation, Observations
from contracts.relations.relation_check import CheckResult, RelationCheck
from oas.contract import Contract, load

NOON = 1_780_000_020.0


@functools.cache
def document() -> Contract:
    return load()


@functools.cache
def rules() -> Mapping[str, RelationCheck]:
    return {rule.relation.id: rule for rule in relations.rules(document())}


def seen(operation_id: str, body: Any = None, **given: Any) -> Observation:
    """Make an answered case.

    Args:
        operation_id: empty for a path outside the document.
        body: of the answer; bytes are taken as they are.
        given: `parameters`, `status`, `number`, `headers`, `credential`, `phase`, `walk`, `case`, `at`.
    """
    operation = document().by_id.get(operation_id)
    credential = given.get("credential", "key")
    outside = Request(operation_id="", method="GET", path="/nowhere", credential=credential)
    request = ask(operation, given.get("parameters"), credential) if operation else outside
    answer = Answer(
        status=given.get("status", 200),
        headers={"content-type": ("application/json",), **{k: (v,) for k, v in given.get("headers", {}).items()}},
        body=body if isinstance(body, bytes) else json.dumps(body or {}).encode(),
        received_at=given.get("at", NOON),
    )
    case = given.get("case") or PlannedRequest(request=request, meaning="made up", covers=())
    number, phase = given.get("number", 1), given.get("phase", "relations")
    exchange = Exchange(number=number, phase=phase, request=request, answer=answer)
    return Observation(case, exchange, operation, given.get("walk", ""))


def observed(*answers: Observation) -> Observations:
    return Observations(document(), answers)


def judge(relation_id: str, *answers: Observation) -> CheckResult:
    """Judge answers by one relation."""
    return rules()[relation_id](observed(*answers))


def titles(relation_id: str, *answers: Observation) -> list[str]:
    """Judge answers by one relation; return what is wrong, a line each."""
    return [violation.title for violation in judge(relation_id, *answers).violations]


def routine(number: int, **changes: Any) -> dict[str, Any]:
    """Make the part of a listed item that filters and sorts look at."""
    routine = {
        "id": f"r{number}",
        "campaign_name": f"Name {number}",
        "campaign_status": "active",
        "campaign_type": "smart_campaign",
        "created_at": f"2025-05-{number:02}T10:00:00Z",
    }
    user = {"linkedin_user_information_id": f"u{number % 2}", "name": f"User {number % 2}"}
    own = {name: value for name, value in changes.items() if name in routine}
    rest = {name: value for name, value in changes.items() if name not in routine}
    return {"linkedin_campaign_routine": {**routine, **own}, "linkedin_user": user, "member_count": number, **rest}


def page(*items: dict[str, Any], total: int | None = None, **data: Any) -> dict[str, Any]:
    """Make the body of a list."""
    count = len(items) if total is None else total
    return {"data": {"campaign_info": list(items), "total_campaign_routines_count": count, **data}}
