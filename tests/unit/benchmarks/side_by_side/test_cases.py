from __future__ import annotations

import json
from typing import Any

import pytest

from side_by_side.cases import KEY, Agreement, Answer, Case, WrongAnswer, cases, check, shape

CASE = Case(name="page", title="page", target="/page")
RIGHT = Answer(200, {}, b'{"id": 1, "rows": [{"a": 1}, {"a": 2}]}')


def changed(value: Any, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps(value).encode())


SAME_JSON = changed({"rows": [{"a": 1}, {"a": 2}], "id": 1})
SAME_SHAPE = changed({"id": 9, "rows": [{"a": 5}]})
OTHER = changed({"id": 1})


@pytest.mark.parametrize("agreement", ["bytes", "json", "shape", "status"])
def test_the_recorded_answer_is_right_whatever_is_compared(agreement: Agreement) -> None:
    check(CASE, RIGHT, RIGHT, agreement)


@pytest.mark.parametrize(
    "found, agreements",
    [
        pytest.param(SAME_JSON, {"json", "shape", "status"}, id="the same JSON, other bytes"),
        pytest.param(SAME_SHAPE, {"shape", "status"}, id="the same members, other values"),
        pytest.param(OTHER, {"status"}, id="a member missing"),
        pytest.param(changed(json.loads(RIGHT.body), 404), set(), id="another status"),
    ],
)
@pytest.mark.parametrize("agreement", ["bytes", "json", "shape", "status"])
def test_other_answers_are_right_as_far_as_they_agree(
    found: Answer, agreements: set[str], agreement: Agreement
) -> None:
    if agreement in agreements:
        check(CASE, found, RIGHT, agreement)
    else:
        with pytest.raises(WrongAnswer, match=r"^page: "):
            check(CASE, found, RIGHT, agreement)


def test_a_shape_is_the_places_of_all_members() -> None:
    assert shape({"a": [{"b": 1}, {"c": None}], "d": "x"}) == {"", "/a", "/a/*", "/a/*/b", "/a/*/c", "/d"}


def test_every_case_is_one_request_of_its_own() -> None:
    found = cases("r 1")
    assert len({case.name for case in found}) == len(found) == 8
    assert [case.status for case in found if case.status != 200] == [400, 401, 429]
    by_name = {case.name: case for case in found}
    assert by_name["campaigns"].headers == {"Authorization": KEY}
    assert by_name["keyless"].headers == {}
    assert by_name["post"].headers["Content-Type"] == "application/json"
    assert json.loads(by_name["post"].payload) == {"limit": 10, "offset": 0}
    assert by_name["campaigns"].payload == b""
