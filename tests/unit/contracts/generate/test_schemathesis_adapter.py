from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode

from contracts.errors import SpecInvalid, UsageError
from contracts.generate.schemathesis_adapter import (
    NEGATIVE,
    POSITIVE,
    CaseSource,
    GeneratedCase,
    check_version,
    coverage_cases,
)
from contracts.messages import Answer, Request
from documents import altered
from oas.package_data import openapi
from pipelinegate import PipelineGate, contract


def source() -> CaseSource:
    return CaseSource(contract())


@cache
def enumerated(mode: str, operation_id: str = "getCampaignInfo") -> tuple[GeneratedCase, ...]:
    return tuple(source().enumerated(contract().by_id[operation_id], mode))


def checks(draft: GeneratedCase, answer: Answer) -> list[str]:
    return [failed.check for failed in source().failures(draft, answer)]


def answered(change: Any = None, **more: Any) -> tuple[GeneratedCase, Answer]:
    """Return the first positive draft with the mock's answer, changed."""
    draft = enumerated(POSITIVE, "getUserCampaignFilters")[0]
    answer = PipelineGate(change=change).send(draft.request, "fuzz").answer
    assert answer is not None
    parts = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    return draft, Answer(**{**parts, **more})


@pytest.mark.parametrize("version", ["4.31.9", "5.0.0", "5.1", "3.40.0"])
def test_another_version_of_schemathesis_is_refused_with_what_to_do(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schemathesis, "__version__", version)
    with pytest.raises(UsageError, match=rf">=4.32,<5 is needed.*{version} is installed; pip install") as raised:
        check_version()
    assert raised.value.exit_code == 2


def test_a_missing_schemathesis_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "schemathesis", None)
    with pytest.raises(UsageError, match="is not installed; pip install"):
        check_version()


def test_coverage_cases_reach_every_value_of_an_enum_and_every_way_to_be_wrong() -> None:
    schema = schemathesis.openapi.from_path(openapi())
    operation: Any = schema["/campaign-info"]["GET"]
    right = list(coverage_cases(operation, GenerationMode.POSITIVE))
    wrong = list(coverage_cases(operation, GenerationMode.NEGATIVE))
    assert {case.query.get("campaign_status") for case in right} >= {"active", "inactive", "completed", "draft"}
    assert "0" in [case.query.get("limit") for case in wrong]
    assert any("Authorization" not in case.headers for case in wrong)


def test_a_version_without_coverage_cases_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = schemathesis.openapi.from_path(openapi())
    operation: Any = schema["/campaign-info"]["GET"]
    monkeypatch.setattr(type(schema), "iter_coverage_cases", None)
    with pytest.raises(UsageError, match="gives no coverage cases"):
        list(coverage_cases(operation, GenerationMode.POSITIVE))


def test_examples_come_before_the_other_cases() -> None:
    stages = [draft.stage for draft in enumerated(POSITIVE, "postCampaignInfo")]
    assert stages[0] == "examples"
    assert stages == sorted(stages, reverse=True)


def test_negative_cases_are_no_examples() -> None:
    assert {draft.stage for draft in enumerated(NEGATIVE)} == {"coverage"}


def test_a_request_names_its_key_and_never_carries_one() -> None:
    found = Counter(draft.request.credential for draft in enumerated(NEGATIVE))
    assert found["none"] == 1
    assert set(found) == {"key", "none"}
    assert all(name.lower() != "authorization" for draft in enumerated(NEGATIVE) for name, _ in draft.request.headers)


def test_a_method_that_is_not_documented_belongs_to_no_operation() -> None:
    strange = [draft.request for draft in enumerated(NEGATIVE, "getDashboardInfo") if draft.request.method != "GET"]
    assert {(request.method, request.operation_id) for request in strange} == {("PATCH", "")}


def test_a_wrong_content_type_is_kept() -> None:
    types = {draft.request.content_type for draft in enumerated(NEGATIVE, "postDashboardInfo")}
    assert "text/plain" in types


def test_bodies_are_json_values_where_the_value_says_it_all() -> None:
    requests = [draft.request for draft in enumerated(NEGATIVE, "postDashboardInfo")]
    assert any(isinstance(request.body, dict) for request in requests)
    assert b"null" in [request.raw_body for request in requests]


@pytest.mark.parametrize("mode", [POSITIVE, NEGATIVE])
def test_random_requests_are_the_same_for_the_same_seed(mode: str) -> None:
    operation = contract().by_id["postCampaignInfo"]
    first = [draft.request for draft in source().drawn(operation, mode, 6, 3)]
    assert first == [draft.request for draft in source().drawn(operation, mode, 6, 3)]
    assert first != [draft.request for draft in source().drawn(operation, mode, 6, 4)]
    assert {request.credential for request in first} == {"key"}


def test_nothing_is_drawn_where_nothing_was_asked_for() -> None:
    assert source().drawn(contract().operations[0], POSITIVE, 0, 1) == []


def test_the_checks_find_nothing_on_a_right_server() -> None:
    assert checks(*answered()) == []


@pytest.mark.parametrize(
    "change, check",
    [
        ({"status": 500}, "not_a_server_error"),
        ({"status": 418}, "status_code_conformance"),
        ({"headers": {"content-type": ("text/html",)}}, "content_type_conformance"),
        ({"headers": {"content-type": ("application/json",)}}, "response_headers_conformance"),
        ({"body": b'{"code": 200}'}, "response_schema_conformance"),
        ({"body": b"{"}, "response_schema_conformance"),
    ],
)
def test_each_check_finds_its_fault(change: dict[str, Any], check: str) -> None:
    assert check in checks(*answered(**change))


def test_no_check_sends_a_request_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Any, request: Any, **options: Any) -> None:
        pytest.fail(f"{request.method} {request.url} was sent past the gate")

    monkeypatch.setattr("requests.sessions.Session.send", refuse)
    for operation in contract().operations:
        for draft in (*enumerated(NEGATIVE, operation.id), *enumerated(POSITIVE, operation.id)):
            assert "not_a_server_error" in checks(draft, Answer(status=500, headers={}, body=b""))


def test_a_method_that_should_be_refused_is_checked() -> None:
    draft = next(draft for draft in enumerated(NEGATIVE, "getDashboardInfo") if draft.request.method == "PATCH")
    _, answer = answered()
    assert checks(draft, answer) == ["unsupported_method"]


def test_a_finding_has_stable_words() -> None:
    draft, answer = answered(status=418)
    words = {failed.detail for failed in source().failures(draft, answer)}
    assert "UndefinedStatusCode 418" in words


def test_no_hook_and_no_check_stays_behind() -> None:
    from schemathesis.checks import CHECKS, load_all_checks
    from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

    load_all_checks()
    before = set(CHECKS.get_all_names())
    checks(*answered(status=418))
    assert set(CHECKS.get_all_names()) == before
    assert not any(GLOBAL_HOOK_DISPATCHER.get_all_by_name(name) for name in ("map_case", "before_call", "filter_case"))


def test_a_document_that_schemathesis_cannot_read_is_named() -> None:
    broken = altered(contract(), tree={"openapi": "2.7", "paths": 3})
    with pytest.raises(SpecInvalid, match="no requests can be generated"):
        CaseSource(broken)


def test_importing_loads_neither_schemathesis_nor_hypothesis() -> None:
    program = (
        "from contracts.generate import failures, phase, sequences;"
        " from contracts.recordings import drift, replay; import contracts.cli.recordings, json, sys;"
        " print(json.dumps(sorted({'schemathesis', 'hypothesis', 'requests', 'redis'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_requests_that_servers_may_find_too_long_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    every = len(enumerated(POSITIVE))
    monkeypatch.setattr("contracts.generate.schemathesis_adapter.MAX_TARGET_BYTES", 130)
    short = list(source().enumerated(contract().by_id["getCampaignInfo"], POSITIVE))
    assert 0 < len(short) < every
    assert isinstance(short[0].request, Request)
