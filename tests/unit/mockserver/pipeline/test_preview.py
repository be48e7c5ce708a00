"""What an operation would answer, asked by nobody."""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import parse_qs

import pytest

from documents import compiled, packaged_contract, plain
from mockserver.pipeline.preview import PreviewUnavailable, look
from mockserver.state.session import Session
from oas.contract import Contract
from oas.messages import BuiltResponse, Refusal, Request

SPEC = compiled(packaged_contract())
SESSION = cast(Session, object())


class Pipeline:
    """Answers everything in the same way, and keeps what it was asked."""

    def __init__(self, answer: BuiltResponse | Refusal) -> None:
        self.answer = answer
        self.asked: list[tuple[Session, Request]] = []

    def plain(self, session: Session, request: Request) -> BuiltResponse | Refusal:
        self.asked.append((session, request))
        return self.answer


def seen(answer: Any, operation: str = "getCampaignInfo", spec: Contract = SPEC, **query: Any) -> tuple[Any, Pipeline]:
    pipeline = Pipeline(
        answer if isinstance(answer, Refusal) else BuiltResponse(200, json.dumps({"data": answer}).encode())
    )
    return look(spec, pipeline.plain, SESSION, operation, query), pipeline


@pytest.mark.parametrize("data", [{"rows": [1, 2]}, [], None, 0])
def test_the_data_of_the_answer_is_shown(data: Any) -> None:
    assert seen(data)[0] == data


def test_the_operation_is_asked_with_its_parameters_and_without_a_key() -> None:
    _, pipeline = seen({}, limit=5, linkedin_user_information_ids=["a b", "c&d"], term="ü")
    ((session, request),) = pipeline.asked
    assert session is SESSION
    assert (request.method, request.path) == ("GET", "/social_app/api/v1/third_party/campaign-info")
    assert parse_qs(request.query) == {
        "limit": ["5"],
        "linkedin_user_information_ids": ["a b", "c&d"],
        "term": ["ü"],
    }
    assert (request.headers, request.body) == ({}, b"")


@pytest.mark.parametrize(
    "refusal, reason",
    [
        (Refusal(404, "NOT_FOUND", "no such routine", message="Not found"), "no such routine"),
        (Refusal(404, "NOT_FOUND", message="Not found"), "Not found"),
    ],
)
def test_a_refusal_is_told_by_its_reason(refusal: Refusal, reason: str) -> None:
    with pytest.raises(PreviewUnavailable, match=f"^{reason}$"):
        seen(refusal)


def test_an_operation_that_the_document_has_not_shows_nothing() -> None:
    with pytest.raises(PreviewUnavailable, match="no organisation to show"):
        seen({}, "nothing")


def test_a_document_without_an_organisation_shows_nothing() -> None:
    spec = compiled(plain({"operationId": "getCampaignInfo"}))
    with pytest.raises(PreviewUnavailable, match="it is there for the packaged contract"):
        seen({}, spec=spec)
