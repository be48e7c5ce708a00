"""A second look at what looks broken."""

from __future__ import annotations

from dataclasses import replace

from answers import document, rules
from apps.judging import Direct
from apps.right import Right
from contracts.observations.cases import PlannedRequest, ask
from contracts.observations.observations import Observations
from contracts.plan.ordering import Plan
from contracts.relations.relation_check import CheckResult, RelationCheck
from contracts.run.confirmation import confirmed
from contracts.run.sender import CaseSender

LIST, POST = (document().by_id[name] for name in ("getCampaignInfo", "postCampaignInfo"))
RULE = rules()["same_as.equal[postCampaignInfo]"]


def looked_at(
    server: Right, budget: int, rule: RelationCheck = RULE, change: bool = True
) -> tuple[CheckResult, Direct]:
    """Ask in both forms, the data changing between them, judge, and look again."""

    def before(number: int) -> None:
        if change and number == 2:
            server.rows.pop()

    gate = Direct(server, budget=budget, before=before)
    sending = CaseSender(gate, document())
    cases = tuple(PlannedRequest(request=ask(operation), meaning="", covers=()) for operation in (LIST, POST))
    sending.send(Plan(cases=cases))
    observations = Observations(document(), sending.seen)
    judgement = RULE(observations)
    assert judgement.violations
    ((_, settled),) = confirmed([(rule, judgement)], observations, sending)
    return settled, gate


def test_what_is_gone_at_the_second_look_was_a_change() -> None:
    settled, gate = looked_at(Right(), budget=9)
    assert settled.violations == ()
    assert settled.checked
    assert gate.sent == 4


def test_what_no_longer_fits_into_the_budget_is_believed() -> None:
    settled, gate = looked_at(Right(), budget=3)
    assert settled.violations
    assert gate.sent == 2


def test_what_is_about_the_moment_is_not_read_again() -> None:
    settled, gate = looked_at(Right(), budget=9, rule=replace(RULE, is_time_bound=True))
    assert settled.violations
    assert gate.sent == 2


def test_what_is_there_again_is_believed() -> None:
    class Forgetful(Right):
        def perform(self, operation: str, *given: object) -> dict[str, object]:
            data = super().perform(operation, *given)  # type: ignore[arg-type]
            return {**data, "total_campaign_routines_count": 99} if operation == POST.id else data

    settled, gate = looked_at(Forgetful(), budget=9, change=False)
    assert settled.violations
    assert gate.sent == 4
