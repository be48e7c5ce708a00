"""What follows from an operation: which rule answers a condition, which status is success."""

from __future__ import annotations

from typing import Any

import pytest

from documents import altered_operation, compiled, packaged_contract, plain
from oas.operation import Operation
from oas.vocabulary import ErrorRule

SPEC = compiled(packaged_contract())


def operation(responses: dict[str, Any] | None = None, *rules: ErrorRule) -> Operation:
    """Make an operation of a plain document with other responses and rules."""
    made = compiled(plain()).operations[0]
    node = {"responses": responses} if responses is not None else {}
    return altered_operation(made, node=node, rules=rules)


def rule(condition: str, code: str = "A") -> ErrorRule:
    return ErrorRule(condition, 400, code, "m", "e")


@pytest.mark.parametrize(
    "statuses, success",
    [
        (["200"], 200),
        (["201"], 201),
        (["400", "204", "200"], 204),
        (["404", "2XX"], 200),
        (["default"], 200),
        (["302"], 200),
        ([], 200),
    ],
    ids=str,
)
def test_success_is_the_first_2xx_that_is_documented(statuses: list[str], success: int) -> None:
    assert operation({status: {"description": "x"} for status in statuses}).success_status == success


def test_an_operation_without_responses_succeeds_with_200() -> None:
    assert operation().success_status == 200


def test_the_first_rule_of_a_condition_holds() -> None:
    found = operation({}, rule("unauthenticated", "FIRST"), rule("unknown-path"), rule("unauthenticated", "SECOND"))
    assert {name: one.error_code for name, one in found.conditions.items()} == {
        "unauthenticated": "FIRST",
        "unknown-path": "A",
    }


def test_rules_about_values_keep_their_order_and_are_alone() -> None:
    rules = [rule(name) for name in ("unknown-entity", "invalid-request", "end-before-start", "unknown-entity")]
    assert operation({}, *rules).value_rules == (rules[0], rules[2], rules[3])


@pytest.mark.parametrize("name", SPEC.by_id)
def test_every_packaged_operation_answers_what_it_can_refuse(name: str) -> None:
    found = SPEC.by_id[name]
    assert found.success_status in (200, 201)
    assert {"invalid-request", "unauthenticated"} <= set(found.conditions)
    documented = set(found.node["responses"])
    assert {str(one.status) for one in found.value_rules} <= documented


def test_a_packaged_operation_shares_its_answers_with_its_get_form() -> None:
    same = {name: found.same_as for name, found in SPEC.by_id.items() if found.same_as}
    assert same == {"postCampaignInfo": "getCampaignInfo", "postDashboardInfo": "getDashboardInfo"}
    assert [name for name, found in SPEC.by_id.items() if found.has_secret] == ["createApiKey"]
