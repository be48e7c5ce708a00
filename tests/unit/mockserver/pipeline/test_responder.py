"""Chosen answers: built so that they fit the document, or known to break it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import MAY_2025
from documents import compiled, plain
from mockserver.pipeline.preferences import Preference
from mockserver.pipeline.responder import ChosenResponder, ChosenResponse, Maker
from mockserver.scenarios.models import PlannedAnswer
from mockserver.state.rate_limits import RateLimitStatus
from oas.contract import load
from oas.messages import BuiltResponse, Refusal
from oas.operation import Operation

SPEC = load()
INFO = SPEC.by_id["getCampaignInfo"]
ALLOWANCE = RateLimitStatus(SPEC.windows, (70, 4000), None, 0)
PLAIN = BuiltResponse(200, b"plain")


def build(
    answer: PlannedAnswer, *, documented: Any = None, seed: int = 1, operation: Operation = INFO
) -> ChosenResponse:
    """Build an answer where the plain one is `PLAIN`."""
    maker = Maker(lambda: PLAIN, lambda status: documented)
    return ChosenResponder(SPEC, seed).build(operation, answer, ALLOWANCE, MAY_2025 + 15, maker)


def refused(answer: PlannedAnswer, **more: Any) -> tuple[int, str]:
    result = build(answer, **more).result
    assert isinstance(result, Refusal)
    return result.status, result.error_code


def test_an_answer_that_says_nothing_is_the_plain_one() -> None:
    assert build(PlannedAnswer()) == build(PlannedAnswer(status=200)) == ChosenResponse(PLAIN, ALLOWANCE, False)


@pytest.mark.parametrize(
    "status, error_code",
    [
        (400, "INVALID_REQUEST"),
        (401, "INVALID_API_KEY"),
        (404, "NOT_FOUND"),
        (405, "METHOD_NOT_ALLOWED"),
        (413, "PAYLOAD_TOO_LARGE"),
        (500, "INTERNAL_SERVER_ERROR"),
        (418, "IM_A_TEAPOT"),
        (203, "NON_AUTHORITATIVE_INFORMATION"),
        (503, "SERVICE_UNAVAILABLE"),
        (599, "STATUS_599"),
    ],
)
def test_a_status_is_told_as_the_document_does_or_by_its_phrase(status: int, error_code: str) -> None:
    assert refused(PlannedAnswer(status=status)) == (status, error_code)


def test_what_the_document_says_for_a_status_stands_before_its_rules() -> None:
    said = BuiltResponse(500, b"said")
    assert build(PlannedAnswer(status=500), documented=said).result is said


@pytest.mark.parametrize(
    "answer, is_deliberate",
    [
        (PlannedAnswer(), False),
        (PlannedAnswer(status=500), False),
        (PlannedAnswer(status=503), True),
        (PlannedAnswer(status=404), True),
        (PlannedAnswer(fault="EMPTY_RESPONSE"), True),
        (PlannedAnswer(status=307, location="http://127.0.0.1:1/"), True),
        (PlannedAnswer(has_body=True, body={"nonsense": 1}), True),
        (PlannedAnswer(has_body=True, body=None), True),
        (PlannedAnswer(status=503, has_body=True, body={}), True),
        (PlannedAnswer(status=429), False),
        (PlannedAnswer(status=429, fault="EMPTY_RESPONSE"), True),
        (PlannedAnswer(example="documented"), False),
        (PlannedAnswer(is_dynamic=True), False),
    ],
    ids=str,
)
def test_what_breaks_the_document_is_known(answer: PlannedAnswer, is_deliberate: bool) -> None:
    assert build(answer).is_deliberate is is_deliberate


def test_a_redirect_leads_where_it_is_told_and_has_no_body() -> None:
    result = build(PlannedAnswer(status=308, location="http://127.0.0.1:1/x")).result
    assert result == BuiltResponse(308, b"", (("Location", "http://127.0.0.1:1/x"),))


def test_a_body_is_sent_as_it_is_and_one_that_fits_breaks_nothing() -> None:
    example = json.loads(body_of(PlannedAnswer(example="documented")))
    forced = build(PlannedAnswer(has_body=True, body=example))
    assert isinstance(forced.result, BuiltResponse)
    assert (json.loads(forced.result.body), forced.is_deliberate) == (example, False)
    assert body_of(PlannedAnswer(has_body=True, body=None)) == b"null"


def body_of(answer: PlannedAnswer, seed: int = 1) -> bytes:
    result = build(answer, seed=seed).result
    assert isinstance(result, BuiltResponse)
    return result.body


@pytest.mark.parametrize(
    "example, remaining, seconds", [("", (0, 4000), 45), ("minute", (0, 4000), 45), ("day", (70, 0), 53_985)]
)
def test_a_429_says_which_window_is_used_up(example: str, remaining: tuple[int, int], seconds: int) -> None:
    forced = build(PlannedAnswer(status=429, example=example))
    assert isinstance(forced.result, Refusal)
    assert forced.allowance.remaining == remaining
    assert forced.allowance.retry_after_s == seconds
    assert forced.allowance.exhausted is not None
    assert forced.allowance.exhausted.name == (example or "minute")


def test_a_429_of_a_document_without_limits_is_told_by_its_phrase() -> None:
    spec = compiled(plain({"operationId": "list", "responses": {"200": {"description": "x"}}}))
    maker = Maker(lambda: PLAIN, lambda status: None)
    forced = ChosenResponder(spec, 1).build(
        spec.by_id["list"], PlannedAnswer(status=429), RateLimitStatus((), (), None, 0), 0, maker
    )
    assert isinstance(forced.result, Refusal)
    assert (forced.result.status, forced.is_deliberate) == (429, True)


def test_a_body_from_the_schema_is_of_its_own_seed_else_of_the_servers() -> None:
    own = [body_of(PlannedAnswer(is_dynamic=True, seed=7), server) for server in (1, 2)]
    servers = [body_of(PlannedAnswer(is_dynamic=True), server) for server in (1, 1, 2)]
    assert own[0] == own[1]
    assert servers[0] == servers[1] != servers[2]
    assert body_of(PlannedAnswer(is_dynamic=True, seed=0), 1) == body_of(PlannedAnswer(is_dynamic=True), 0)
    judge = SPEC.response_validator(INFO, 200)
    assert judge is not None
    assert all(judge.is_valid(json.loads(body)) for body in (*own, *servers))


def unusable(answer: PlannedAnswer, problems: tuple[tuple[str, str], ...] = (), operation: Operation = INFO) -> str:
    """Return why a preference cannot be had; empty where it can."""
    refusal = ChosenResponder(SPEC, 1).unusable(operation, Preference(answer, "", problems))
    if refusal is None:
        return ""
    assert (refusal.status, refusal.error_code) == (400, "INVALID_REQUEST")
    assert [one.message for one in refusal.violations] == [refusal.error]
    return str(refusal.error)


@pytest.mark.parametrize(
    "answer",
    [PlannedAnswer(), PlannedAnswer(status=500), PlannedAnswer(example="documented"), PlannedAnswer(429, "day")],
)
def test_what_the_document_has_can_be_preferred(answer: PlannedAnswer) -> None:
    assert unusable(answer) == ""


@pytest.mark.parametrize(
    "answer, problems, words",
    [
        (PlannedAnswer(status=404), (), ["code=404", "getCampaignInfo", "200, 400, 401, 429, 500"]),
        (PlannedAnswer(example="day"), (), ["example='day'", "for 200", "documented"]),
        (PlannedAnswer(429, "x" * 99), (), ["x" * 60 + "'", "minute, day"]),
        (PlannedAnswer(), (("query", "seed=x cannot be used"),), ["seed=x"]),
        (PlannedAnswer(status=404), (("query", "seed=x cannot be used"),), ["seed=x"]),
    ],
    ids=str,
)
def test_what_it_does_not_have_is_told_with_what_there_is(
    answer: PlannedAnswer, problems: tuple[tuple[str, str], ...], words: list[str]
) -> None:
    told = unusable(answer, problems)
    assert [word for word in words if word not in told] == []
    assert "x" * 61 not in told
