"""Envelopes around every answer, their stamps and their ids."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from documents import compiled, contract, packaged_contract, plain
from mockserver.pipeline.envelopes import (
    MAX_VIOLATIONS_BYTES,
    Envelopes,
    TimestampFormatter,
    request_ids,
    violations_header,
)
from oas.messages import Refusal, Violation

SPEC = compiled(packaged_contract())


def json_answer(**media: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "x", "content": {"application/json": media}}}}


@pytest.mark.parametrize(
    "operation, message",
    [
        ("getUserCampaignFilters", "Encrypted identifiers retrieved successfully"),
        ("createApiKey", "API key created successfully"),
        ("getDashboardInfo", "Dashboard details shared successfully"),
        ("postDashboardInfo", "Dashboard details shared successfully"),
        ("getCampaignInfo", "Campaign info shared successfully"),
        ("postCampaignInfo", "Campaign info shared successfully"),
        ("getOptimizedRoutineData", "Campaign routine data retrieved successfully"),
    ],
)
def test_a_success_has_the_documented_message(operation: str, message: str) -> None:
    body = Envelopes(SPEC).success(SPEC.by_id[operation], {"a": orjson.Fragment(b"[1, 2]")})
    assert json.loads(body) == {"code": 200, "status": True, "message": message, "data": {"a": [1, 2]}}
    assert list(json.loads(body)) == ["code", "status", "message", "data"]


@pytest.mark.parametrize(
    "operation, message",
    [
        (json_answer(examples={"a": {"externalValue": "x"}, "b": {"value": {"message": 'Said "so"'}}}), 'Said "so"'),
        (json_answer(examples={"a": {"value": [1]}}) | {"summary": "List"}, "List"),
        (json_answer(), "GET /things"),
        ({"operationId": "list"}, "list"),
    ],
)
def test_without_a_documented_message_the_operation_is_named(operation: dict[str, Any], message: str) -> None:
    spec = compiled(plain(operation))
    (only,) = spec.operations
    assert json.loads(Envelopes(spec).success(only, None))["message"] == message


def test_a_refusal_has_reason_code_id_and_stamp() -> None:
    refusal = Refusal(429, "TOO_MANY", "Slow down", message="No", data={"retry_after": 4})
    body = json.loads(Envelopes(compiled(contract())).refusal(refusal, "req_1", "2025"))
    data = {
        "error": "Slow down",
        "error_code": "TOO_MANY",
        "retry_after": 4,
        "request_id": "req_1",
        "timestamp": "2025",
    }
    assert body == {"code": 429, "status": False, "message": "No", "data": data}


@pytest.mark.parametrize(
    "moment, stamp",
    [
        (0, "1970-01-01T05:30:00+05:30"),
        (-0.5, "1970-01-01T05:29:59+05:30"),
        (1746955792.999, "2025-05-11T14:59:52+05:30"),
        (253370764800, "9999-01-01T05:30:00+05:30"),
    ],
)
def test_stamps_are_in_the_zone_of_the_vendor(moment: float, stamp: str) -> None:
    assert TimestampFormatter().at(moment) == stamp


def test_stamps_follow_a_clock_that_moves_either_way() -> None:
    stamps = TimestampFormatter()
    assert [stamps.at(moment)[17:19] for moment in (5, 5.9, 6, 4)] == ["05", "05", "06", "04"]


def test_ids_are_random_unless_begun_somewhere() -> None:
    assert next(request_ids(7)) == next(request_ids(7))
    assert next(request_ids()) != next(request_ids())


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("eager_threads")
def test_ids_are_never_given_twice_however_many_threads_ask() -> None:
    ids = request_ids(2**64 - 1000)
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: [next(ids) for _ in range(2000)], range(8)))
    found = [one for run in runs for one in run]
    assert len(set(found)) == 16_000
    assert all(re.fullmatch("req_[0-9a-f]{16}", one) for one in found)


def test_violations_are_written_as_ascii_json() -> None:
    violations = (Violation("query", "/é", "type", "a\nb"), Violation("body", "", "x", "m", "warning"))
    text = violations_header(violations)
    assert text.isascii()
    assert text.isprintable()
    first, second = json.loads(text)
    assert first == {"location": "query", "pointer": "/é", "code": "type", "message": "a\nb"}
    assert second["severity"] == "warning"


@pytest.mark.parametrize("count, length, kept", [(0, 1, 0), (3, 10, 3), (100, 400, 17), (1, 9000, 0), (20, 300, 20)])
def test_violations_that_do_not_fit_into_a_header_are_left_out(count: int, length: int, kept: int) -> None:
    text = violations_header((Violation("query", "/limit", "type", "x" * length),) * count)
    assert len(text) <= MAX_VIOLATIONS_BYTES
    assert len(json.loads(text)) == kept
