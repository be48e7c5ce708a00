"""Relations, violations, exchanges and a whole report, made up for the tests of what reads them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from contracts.messages import Answer, Exchange, Request
from contracts.verdicts import Outcome, Relation, Report, Verdict, Violation

STARTED_AT = 1_780_000_000.25


def relation(id: str = "collection.subset[getCampaignInfo:campaign_status]", **changes: Any) -> Relation:
    """Make a relation; kind and operation are read from its id."""
    kind, _, rest = id.partition(".")
    operation = rest.partition("[")[2].rstrip("]").partition(":")[0]
    made = Relation(
        id=id,
        kind=kind,
        operation_id=operation,
        pointer="/paths/~1campaign-info/get/x-collection/filters/1",
        cost=2,
        meaning="Every row of a filtered list has the value that was asked for.",
    )
    return replace(made, **changes)


def violation(relation_id: str = "collection.subset[getCampaignInfo:campaign_status]", **changes: Any) -> Violation:
    """Make a violation with everything that one can carry."""
    made = Violation(
        relation_id=relation_id,
        operation_id="getCampaignInfo",
        title="A row with campaign_status `draft` came back for `active`",
        expected="only rows whose campaign_status is `active`",
        pointer="/paths/~1campaign-info/get/x-collection/filters/1",
        excerpt='{"campaign_status": "draft", "note": "<b>100 %</b>"}',
        exchanges=(2,),
        curl="curl -H \"Authorization: $CONTRACTS_API_KEY\" 'http://127.0.0.1:4010/campaign-info?campaign_status=active'",
        detail="/data/campaign_info/0",
    )
    return replace(made, **changes)


def verdict(id: str, outcome: Outcome = Outcome.KEPT, **changes: Any) -> Verdict:
    """Make a verdict on the relation with this id."""
    return replace(Verdict(relation=relation(id), outcome=outcome, requests=2), **changes)


def exchange(number: int, status: int | None = 200, body: Any = None, **request: Any) -> Exchange:
    """Make an exchange; `body` is the answer's, `sent` the request's; no status means that nothing came back."""
    asked: dict[str, Any] = {"operation_id": "getCampaignInfo", "method": "GET", "path": "/campaign-info", **request}
    phase = asked.pop("phase", "relations")
    asked["body"] = asked.pop("sent", None)
    content = body if isinstance(body, bytes) else json.dumps({"code": status} if body is None else body).encode()
    headers = {"content-type": ("application/json",), "x-ratelimit-remaining-minute": ("99",)}
    answer = Answer(status=status, headers=headers, body=content, elapsed_s=0.0125) if status else None
    return Exchange(
        number=number,
        phase=phase,
        request=Request(**asked),
        answer=answer,
        failure="" if answer else "the connection was closed before an answer came",
        started_at=STARTED_AT + number,
    )


def exchanges() -> tuple[Exchange, ...]:
    """Make one exchange of every form: query, body, raw body, no JSON, no answer."""
    return (
        exchange(1, query=(("limit", "2"), ("campaign_status", "active"))),
        exchange(2, operation_id="postCampaignInfo", method="POST", sent={"limit": 5, "campaign_status": "active"}),
        exchange(3, 400, method="POST", operation_id="postDashboardInfo", path="/dashboard-info", raw_body=b'{"a":'),
        exchange(4, 502, b"\xff<html>bad gateway</html>", path="/user-campaign-filters"),
        exchange(5, None, operation_id="getDashboardInfo", path="/dashboard-info"),
        exchange(6, 401, credential="unknown"),
        exchange(7, 429, phase="limits"),
    )


def report(**changes: Any) -> Report:
    """Make a report with every outcome, a warning, a finding of the generated requests, and hostile text."""
    broken = violation()
    verdicts = (
        verdict("collection.subset[getCampaignInfo:campaign_status]", Outcome.BROKEN, violations=(broken,)),
        verdict("collection.complete[getCampaignInfo:campaign_type]"),
        verdict("envelope.code[getUserCampaignFilters]"),
        verdict("identity.opens[getOptimizedRoutineData]", Outcome.INCONCLUSIVE, reason="no routine was listed"),
        verdict("effect.created[createApiKey]", Outcome.LEFT_OUT, reason="it writes; --allow-writes sends it"),
        verdict(
            "fuzz.checks[getDashboardInfo]",
            Outcome.BROKEN,
            violations=(
                violation(
                    "fuzz.not_a_server_error[getDashboardInfo]",
                    operation_id="getDashboardInfo",
                    title="500 for a request that the document allows: </script>\x1b[31m",
                    pointer="/paths/~1dashboard-info/get/responses",
                    detail="500",
                    assumed="Days are UTC days.",
                    exchanges=(4, 5),
                ),
            ),
        ),
    )
    undocumented = violation(
        "envelope.undocumented[getCampaignInfo]",
        severity="warning",
        title="A field `extra` is not documented",
        detail="x",
    )
    made = Report(
        target="http://127.0.0.1:4010/social_app/api/v1/third_party",
        seed=7,
        budget=1000,
        sent=7,
        started_at=STARTED_AT,
        duration_s=1.25,
        verdicts=verdicts,
        warnings=(undocumented,),
        exchanges=exchanges(),
        versions=(("contracts", "0.1.0"), ("document", "1.0.0")),
    )
    return replace(made, **changes)


def kept(count: int = 4, **changes: Any) -> Report:
    """Make the report of a server on which every relation holds."""
    verdicts = tuple(verdict(f"envelope.rule{number}[getCampaignInfo]") for number in range(count))
    return report(**{"verdicts": verdicts, "warnings": (), "exchanges": (exchange(1), exchange(2)), **changes})
