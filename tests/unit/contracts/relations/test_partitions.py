"""Parts of the days, and of the entities."""

from __future__ import annotations

from typing import Any

from answers import document, judge, seen, titles
from contracts.observations.known_values import typical_values
from contracts.relations import partitions

BOARD = "getDashboardInfo"
DAYS = f"parts.days[{BOARD}:/data/message_stats/daily_stats]"
ALL_DAYS = f"parts.all-days[{BOARD}]"
SENT = f"parts.entities[{BOARD}:/data/message_stats/sent]"


def board(*days: int, number: int = 1, sent: int = 0, **asked: Any) -> Any:
    series = [{"date": f"2025-05-{day:02}", "sent": day} for day in days]
    return seen(
        BOARD, {"data": {"message_stats": {"sent": sent, "daily_stats": series}}}, parameters=asked, number=number
    )


WHOLE = board(1, 2, 3)


def test_a_cut_series_holds_the_days_of_the_uncut_one() -> None:
    assert titles(DAYS, WHOLE, board(2, 3, number=2, start_date="2025-05-02")) == []
    assert titles(DAYS, WHOLE, board(1, number=2, end_date="2025-05-01")) == []


def test_a_day_too_few_is_named() -> None:
    assert titles(DAYS, WHOLE, board(3, number=2, start_date="2025-05-02")) == [
        "/data/message_stats/daily_stats of made up: 1 days, 2 of the uncut answer"
    ]


def test_other_parameters_must_be_the_same() -> None:
    part = board(3, number=2, start_date="2025-05-02", linkedin_user_information_ids=["u"])
    assert judge(DAYS, WHOLE, part).checked == 0


def test_the_range_of_all_days_is_the_uncut_answer() -> None:
    asked: Any = {"start_date": "2025-05-01", "end_date": "2025-05-03"}
    assert titles(ALL_DAYS, WHOLE, board(1, 2, 3, number=2, **asked)) == []
    assert len(titles(ALL_DAYS, WHOLE, board(1, 2, 3, number=2, sent=9, **asked))) == 1


def test_a_narrower_range_is_not_all_days() -> None:
    assert judge(ALL_DAYS, WHOLE, board(2, 3, number=2, start_date="2025-05-02")).checked == 0
    assert judge(ALL_DAYS, board(), board(number=2, start_date="2025-05-02")).checked == 0


def users(*names: str) -> Any:
    listed = [{"linkedin_user_information_id": name, "name": name} for name in names]
    return seen("getUserCampaignFilters", {"data": {"linkedin_users": listed}}, number=9)


def test_figures_of_single_entities_add_up() -> None:
    halves = [
        board(number=place + 2, sent=sent, linkedin_user_information_ids=[name])
        for place, (name, sent) in enumerate((("u", 3), ("v", 4)))
    ]
    assert titles(SENT, users("u", "v"), board(sent=7), *halves) == []
    assert titles(SENT, users("u", "v"), board(sent=8), *halves) == [
        "/data/message_stats/sent is 8 for all, 3 + 4 for its parts"
    ]
    assert judge(SENT, users("u", "v", "w"), board(sent=7), *halves).checked == 0


def test_all_days_are_asked_for_before_parts_of_them() -> None:
    made = [case for case in partitions.cases(typical_values(document())) if "start_date" in case.request.parameters]
    first = min(made, key=lambda case: case.priority)
    assert first.request.parameters["end_date"] == "2025-05-10"


def test_forms_take_turns() -> None:
    methods = {
        case.request.method
        for case in partitions.cases(typical_values(document()))
        if BOARD[3:] in case.request.operation_id
    }
    assert methods == {"GET", "POST"}
