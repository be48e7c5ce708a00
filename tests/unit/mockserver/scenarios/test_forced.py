"""Chosen answers: which can be had, what they say, and whether they break the document on purpose."""

from __future__ import annotations

import json
from typing import Any

import pytest

from documents import compiled, packaged_contract, plain
from mockserver.contract.operation import Operation
from mockserver.contract.spec import Spec
from mockserver.messages import Built, Refusal, Request
from mockserver.scenarios.forced import Forced, Forge, Maker
from mockserver.scenarios.preferences import preference_of
from mockserver.scenarios.records import FAULTS, Answer, Delay
from mockserver.state.quota import Allowance, Window

SPEC = compiled(packaged_contract())
NOW = 1_746_954_010.0  # ten seconds into a minute
MINUTE = Window("minute", 60, 100, "LM", "RM")
DAY = Window("day", 86_400, 5000, "LD", "RD")
LEFT = Allowance((MINUTE, DAY), (99, 4999), None, 0)
PLAIN = Built(200, b'{"plain": true}')

#: A document of somebody else's: examples by name, a schema, a status without either, a range.
OTHER = compiled(
    plain(
        {
            "operationId": "getThings",
            "responses": {
                "200": {
                    "description": "Fine.",
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
                            "examples": {
                                "one": {"value": {"n": 1}},
                                "shared": {"$ref": "#/components/examples/Two"},
                                "elsewhere": {"externalValue": "https://x.example/three.json"},
                            },
                        }
                    },
                },
                "404": {"description": "Gone."},
                "429": {"description": "Slow."},
                "5XX": {"description": "Broken."},
            },
        },
        components={"examples": {"Two": {"value": {"n": 2}}}},
    )
)


def operation_of(spec: Spec, name: str = "") -> Operation:
    return spec.operations[name] if name else next(iter(spec.operations.values()))


def build(answer: Answer, spec: Spec = SPEC, name: str = "", documented: Any = None) -> Forced:
    """Build a chosen answer of the list, or of the one operation of another document."""
    operation = operation_of(spec, name or ("getCampaignInfo" if spec is SPEC else ""))
    maker = Maker(lambda: PLAIN, lambda status: documented)
    return Forge(spec, 7).build(operation, answer, LEFT, NOW, maker)


def body_of(forced: Forced) -> Any:
    assert isinstance(forced.result, Built)
    return json.loads(forced.result.body)


def refused(prefer: str, spec: Spec = SPEC) -> Refusal | None:
    _, preference = preference_of(Request("GET", "/things", "", {"prefer": prefer}))
    assert preference is not None
    operation = operation_of(spec, "getCampaignInfo" if spec is SPEC else "")
    return Forge(spec, 7).unusable(operation, preference)


@pytest.mark.parametrize("answer", [Answer(), Answer(delay=Delay("fixed", 5)), Answer(status=200)], ids=str)
def test_what_is_not_chosen_in_detail_is_the_plain_answer(answer: Answer) -> None:
    assert build(answer) == Forced(PLAIN, LEFT, False)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_connection_breaks_the_document_on_purpose(fault: str) -> None:
    assert build(Answer(fault=fault)) == Forced(PLAIN, LEFT, True)


@pytest.mark.parametrize(
    "status, code", [(400, "INVALID_REQUEST"), (401, "INVALID_API_KEY"), (500, "INTERNAL_SERVER_ERROR")]
)
def test_a_documented_status_says_what_its_rule_says(status: int, code: str) -> None:
    forced = build(Answer(status=status))
    assert isinstance(forced.result, Refusal)
    assert (forced.result.status, forced.result.error_code, forced.is_deliberate) == (status, code, False)
    assert forced.result.message
    assert forced.result.error


@pytest.mark.parametrize(
    "status, code",
    [
        (503, "SERVICE_UNAVAILABLE"),
        (418, "IM_A_TEAPOT"),
        (203, "NON_AUTHORITATIVE_INFORMATION"),
        (599, "STATUS_599"),
    ],
)
def test_a_status_that_the_document_has_not_is_told_by_its_phrase_and_breaks_it(status: int, code: str) -> None:
    forced = build(Answer(status=status))
    assert isinstance(forced.result, Refusal)
    assert (forced.result.status, forced.result.error_code, forced.is_deliberate) == (status, code, True)


def test_what_a_document_says_for_a_status_goes_before_its_rules() -> None:
    said = Refusal(404, "SAID")
    assert build(Answer(status=404), OTHER, documented=said) == Forced(said, LEFT, False)


@pytest.mark.parametrize(
    "example, place, window, wait_s",
    [("", 0, MINUTE, 50), ("minute", 0, MINUTE, 50), ("day", 1, DAY, 53_990), ("?", 0, MINUTE, 50)],
)
def test_a_chosen_429_has_one_window_used_up(example: str, place: int, window: Window, wait_s: int) -> None:
    forced = build(Answer(status=429, example=example))
    assert isinstance(forced.result, Refusal)
    assert forced.allowance.remaining == tuple(0 if at == place else left for at, left in enumerate(LEFT.remaining))
    assert (forced.allowance.exhausted, forced.allowance.retry_after_s) == (window, wait_s)
    assert dict(forced.result.headers)["Retry-After"] == str(wait_s)
    assert forced.is_deliberate is False


def test_a_429_of_a_document_without_limits_is_any_other_status() -> None:
    forced = build(Answer(status=429), OTHER)
    assert isinstance(forced.result, Refusal)
    assert (forced.result.error_code, forced.allowance) == ("TOO_MANY_REQUESTS", LEFT)


@pytest.mark.parametrize(
    "body, fits",
    [({"n": 1}, True), ({"n": "1"}, False), ({}, False), (None, False), ([], False), ("text", False)],
    ids=str,
)
def test_a_body_is_sent_as_it_is_and_judged(body: Any, fits: bool) -> None:
    forced = build(Answer(body=body, has_body=True), OTHER)
    assert (body_of(forced), forced.is_deliberate) == (body, not fits)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_body_of_an_answer_without_a_schema_breaks_the_document_on_purpose(status: int) -> None:
    forced = build(Answer(status=status, body={}, has_body=True), OTHER)
    assert isinstance(forced.result, Built)
    assert (forced.result.status, forced.is_deliberate) == (status, True)


def test_a_redirect_has_no_body_and_breaks_the_document_on_purpose() -> None:
    forced = build(Answer(status=302, location="https://x.example/"))
    assert forced == Forced(Built(302, b"", (("Location", "https://x.example/"),)), LEFT, True)


@pytest.mark.parametrize("name, body", [("one", {"n": 1}), ("shared", {"n": 2})])
def test_an_example_is_sent_as_the_document_has_it(name: str, body: Any) -> None:
    forced = build(Answer(example=name), OTHER)
    assert (body_of(forced), forced.is_deliberate) == (body, False)


@pytest.mark.parametrize("name", ["elsewhere", "none"])
def test_an_example_that_is_not_there_leaves_the_plain_answer(name: str) -> None:
    assert build(Answer(example=name), OTHER) == Forced(PLAIN, LEFT, False)


def test_a_dynamic_body_fits_its_schema_and_follows_its_seed() -> None:
    bodies = [body_of(build(Answer(is_dynamic=True, seed=seed), OTHER)) for seed in (1, 1, 7, None)]
    assert bodies[0] == bodies[1]
    assert bodies[2] == bodies[3]  # the server's own seed
    assert all(isinstance(body["n"], int) for body in bodies)


def test_without_a_schema_nothing_is_made_up() -> None:
    assert isinstance(build(Answer(status=404, is_dynamic=True), OTHER).result, Refusal)


@pytest.mark.parametrize("prefer", ["code=200", "code=404", "code=500", "code=599", "example=one", "example=shared"])
def test_what_the_document_has_can_be_preferred(prefer: str) -> None:
    assert refused(prefer, OTHER) is None


@pytest.mark.parametrize(
    "prefer, line",
    [
        ("code=302", "code=302 cannot be used; getThings documents 200, 404, 429, 5XX"),
        ("example=none", "example='none' cannot be used; for 200 the document gives: one, shared"),
        ("example=elsewhere", "example='elsewhere' cannot be used; for 200 the document gives: one, shared"),
        ("code=404, example=one", "example='one' cannot be used; for 404 the document gives: none"),
        ('example="\u2028"', "example='\\u2028' cannot be used; for 200 the document gives: one, shared"),
        (f"example={'x' * 99}", f"example='{'x' * 60}' cannot be used; for 200 the document gives: one, shared"),
    ],
    ids=range(6),
)
def test_what_the_document_has_not_is_refused_with_what_it_has(prefer: str, line: str) -> None:
    refusal = refused(prefer, OTHER)
    assert refusal is not None
    assert (refusal.status, refusal.error) == (400, line)
    assert [(one.location, one.pointer, one.code) for one in refusal.violations] == [
        ("header", "/Prefer", "preference")
    ]


def test_everything_that_is_wrong_with_a_preference_is_told_at_once() -> None:
    refusal = refused("code=x, delay=-1")
    assert refusal is not None
    assert len(refusal.violations) == 2
    assert refusal.error == "; ".join(one.message for one in refusal.violations)
    assert refusal.error_code == "INVALID_REQUEST"
