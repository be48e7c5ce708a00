from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.messages import Answer
from contracts.recordings.comparison import Difference, ResponseComparison, ServerSide
from pipelinegate import PipelineGate, contract


def contrast(left: Any, right: Any, operation_id: str = "getCampaignInfo") -> list[Difference]:
    """Compare two bodies of a 200 answer."""
    answers = [Answer(status=200, headers={}, body=json.dumps({"data": body}).encode()) for body in (left, right)]
    first = ServerSide(PipelineGate(), {"user": ("u", "u-10")})
    second = ServerSide(PipelineGate(), {"user": ("v",), "organisation": (1,)})
    return list(ResponseComparison(contract(), operation_id, 1, (first, second)).differences(*answers))


@pytest.mark.parametrize(
    "left, right",
    [
        ({"campaign_info": []}, {"campaign_info": [{"member_count": 1}]}),
        ({"campaign_info": [{"daily_stats": []}]}, {"campaign_info": [{"daily_stats": [{"member_count": 1}]}]}),
        ({"pagination": {"next_page_url": None}}, {"pagination": {"next_page_url": None}}),
        ({"note": "for u-10"}, {"note": "for v"}),
        ({"n": 1}, {"n": 1.0}),
    ],
)
def test_what_follows_from_the_data_is_no_difference(left: Any, right: Any) -> None:
    assert contrast(left, right) == []


def test_what_may_be_null_is_a_difference_of_values() -> None:
    left = {"pagination": {"next_page_url": None}}
    right = {"pagination": {"next_page_url": "/campaign-info"}}
    assert [item.kind for item in contrast(left, right)] == ["values"]


@pytest.mark.parametrize(
    "left, right, told",
    [
        ({"n": 1}, {"n": "1"}, ("number", "string")),
        ({"n": 1}, {"n": None}, ("number", "null")),
        ({"n": 1}, {"n": True}, ("number", "boolean")),
        ({"n": {"a": 1}}, {"n": 1}, ("absent", "number")),
        ({"n": []}, {"n": {}}, ("array", "object")),
        ({}, {"n": 1}, ("absent", "number")),
    ],
)
def test_another_type_is_a_difference_of_shape(left: Any, right: Any, told: tuple[str, str]) -> None:
    found = [(item.left, item.right) for item in contrast(left, right, "") if item.kind == "shape"]
    assert told in found


def test_a_list_of_another_length_is_told_by_its_length() -> None:
    (difference,) = contrast({"n": [1, 1]}, {"n": [1]}, "")
    assert (difference.left, difference.right) == ("2 values", "1 values")


def test_a_long_value_is_told_in_short() -> None:
    (difference,) = contrast({"n": "x" * 900}, {"n": "y"}, "")
    assert len(difference.left) <= 160


def test_two_answers_that_are_missing_do_not_differ() -> None:
    side = ServerSide(PipelineGate(), {})
    assert list(ResponseComparison(contract(), "", 1, (side, side)).differences(None, None)) == []
