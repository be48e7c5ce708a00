"""Figures of a load test, and two counts of the same requests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from contracts.load.summary import CountCheck, Summary, figures_of, reckon


def entry(name: str, requests: int) -> Any:
    return SimpleNamespace(
        name=name, num_requests=requests, num_failures=0, get_response_time_percentile=lambda share: share * 100
    )


def figures(requests: int = 90, **errors: int) -> dict[str, Any]:
    total = entry("Aggregated", requests)
    total.start_time, total.last_request_timestamp = 100.0, 109.0
    named = {
        number: SimpleNamespace(error=name, occurrences=count) for number, (name, count) in enumerate(errors.items())
    }
    return figures_of(
        SimpleNamespace(total=total, entries={2: entry("open b", 60), 1: entry("list a", 30)}, errors=named)
    )


def summary(requests: int = 90, server: int | None = 90, **errors: int) -> Summary:
    made = CountCheck(client=requests, server=server, reason="" if server is not None else "it is silent")
    return Summary(figures=figures(requests, **errors), reckoning=made, users=5)


def test_steps_come_behind_their_total_by_name() -> None:
    assert [step["name"] for step in figures()["steps"]] == ["Aggregated", "list a", "open b"]
    assert figures()["steps"][1]["percentiles_ms"] == [50, 95, 99]
    assert figures()["duration_s"] == 9


def test_errors_of_workers_are_counted_with_those_of_the_master() -> None:
    found = figures(**{"429": 2, "CatchResponseError('429')": 3, "CatchResponseError('status 500')": 1})
    assert found["errors"] == {"429": 5, "status 500": 1}


@pytest.mark.parametrize(
    "client, before, after, server, word",
    [
        (7, [100], [92], 7, ""),
        (7, [100, 50], [96, 45], 7, ""),
        (9, [100], [92], 7, ""),
        (7, [], [], None, "do not tell"),
        (7, [None], [92], None, "do not tell"),
        (7, [100], [None], None, "do not tell"),
        (7, [5], [0], None, "used up"),
        (7, [5], [100], None, "new window"),
    ],
)
def test_what_left_the_allowance_is_what_the_server_counted(
    client: int, before: list[int | None], after: list[int | None], server: int | None, word: str
) -> None:
    found = reckon(client, before, after)
    assert found.server == server
    assert word in found.reason
    assert found.is_right == (server in (None, client))


@pytest.mark.parametrize(
    "made, code",
    [
        (summary(), 0),
        (summary(server=None), 0),
        (summary(**{"429": 90}), 0),
        (summary(server=89), 1),
        (summary(**{"status 500": 1}), 1),
        (summary(0, 0), 4),
    ],
)
def test_the_exit_code_says_whether_all_is_well(made: Summary, code: int) -> None:
    assert made.exit_code == code


def test_a_person_reads_rate_share_counts_and_failures() -> None:
    lines = list(summary(server=88, **{"429": 9, "status 500": 2}).lines())
    assert lines[1].split() == ["list", "a", "30", "50", "95", "99"]
    assert lines[-4:] == [
        "rate       10.0 requests/s by 5 users in 9.0 s",
        "refused    9 with 429, 10.0 %",
        "counted    90 by the clients, 88 by the server: 2 apart",
        "failed     2 × status 500",
    ]


def test_nothing_sent_is_no_division_by_nothing() -> None:
    made = Summary(figures={**figures(0), "duration_s": 0.0}, reckoning=reckon(0, [], []), users=1)
    assert made.rate == 0
    assert any("the server's count is unknown" in line for line in made.lines())
