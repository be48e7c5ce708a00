"""The right answers: the mock's own, each judged by its schema as it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mockserver.config import Config
from mockserver.live.server import LiveServer
from side_by_side.cases import Answer, Case, WrongAnswer, ask, cases


@dataclass(frozen=True, slots=True)
class Recorded:
    """What all peers are held against.

    Attributes:
        cases: to be asked.
        answers: name of a case → the right answer.
        base_path: path prefix of the API.
    """

    cases: tuple[Case, ...]
    answers: Mapping[str, Answer]
    base_path: str


def record() -> Recorded:
    """Ask the mock every case once, its answers judged.

    Raises:
        WrongAnswer: a status is not the one that the case names.
    """
    free = Config(check_answers=True, limit_minute=10**9, limit_day=10**9)
    narrow = replace(free, limit_minute=1, limit_day=1)
    with LiveServer(free) as server, LiveServer(narrow) as exhausted:
        (filters,) = (case for case in cases("") if case.name == "filters")
        listed = json.loads(ask(server.base_url + filters.target, filters).body)
        asked = cases(listed["data"]["campaign_routines"][0]["linkedin_campaign_routine_id"])
        ask(exhausted.base_url + filters.target, filters)  # the one request that the limit allows
        answers = {case.name: _right((exhausted if case.status == 429 else server).base_url, case) for case in asked}
        return Recorded(asked, answers, server.address.base_path)


def _right(base_url: str, case: Case) -> Answer:
    answer = ask(base_url + case.target, case)
    if answer.status != case.status:
        raise WrongAnswer(f"{case.title}: the mock itself answered {answer.status}; {case.status} was expected")
    return answer
