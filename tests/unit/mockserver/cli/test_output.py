"""What the control API says, as lines for a terminal that obey nobody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.cli.running import clock_line, event_line, key_line, request_line, scenario_lines


def entry(**changes: Any) -> dict[str, Any]:
    """Make an entry of the journal; `url` and `method` are the request's, `status` the answer's."""
    request = {"loggedDateString": "2025-05-11T09:00:07Z", "method": "GET", "url": "/things?limit=1"}
    request |= {name: changes.pop(name) for name in ("url", "method") if name in changes}
    made = {
        "request": request,
        "response": {"status": changes.pop("status", 200)},
        "violations": [],
        "durationMs": 0.25,
        "operationId": "getThings",
        "applied": "",
    }
    return {**made, **changes}


@pytest.mark.parametrize(
    "changes, line",
    [
        ({}, "09:00:07  GET    200      0.2 ms  getThings  /things?limit=1"),
        ({"method": "OPTIONS"}, "09:00:07  OPTIONS  200      0.2 ms  getThings  /things?limit=1"),
        ({"status": 404, "operationId": None}, "09:00:07  GET    404      0.2 ms  -  /things?limit=1"),
        ({"durationMs": 12345.678}, "09:00:07  GET    200  12345.7 ms  getThings  /things?limit=1"),
        ({"applied": "rule:1"}, "09:00:07  GET    200      0.2 ms  getThings  /things?limit=1  [rule:1]"),
        (
            {"violations": [{"message": "first"}, {"message": "second"}], "applied": "rule:1"},
            "09:00:07  GET    200      0.2 ms  getThings  /things?limit=1  [rule:1]  ! first",
        ),
    ],
    ids=range(6),
)
def test_an_exchange_is_a_line(changes: dict[str, Any], line: str) -> None:
    assert request_line(entry(**changes)) == line
    assert event_line("request", entry(**changes)) == line


@pytest.mark.parametrize("state, role", [("active", "admin"), ("deactivated", "member")])
def test_a_key_is_a_line_by_its_hash(state: str, role: str) -> None:
    key = {"hash": "0123456789ab", "role": role, "state": state, "description": ""}
    assert key_line(key).split() == ["0123456789ab", role, state]
    assert key_line(key) == key_line(key).rstrip()
    assert key_line({**key, "description": "for tests"}).endswith(f"{state:<11}  for tests")


@pytest.mark.parametrize("is_frozen, word", [(True, "frozen"), (False, "running")])
def test_the_clock_is_a_line(is_frozen: bool, word: str) -> None:
    assert clock_line({"now": "2025-05-11T09:00:00Z", "frozen": is_frozen}) == f"2025-05-11T09:00:00Z  {word}"


def test_scenarios_are_listed_in_columns_and_the_one_that_is_played_is_marked() -> None:
    listed = [{"name": name, "description": text} for name, text in (("a", "First."), ("longer", "Second."), ("b", ""))]
    assert scenario_lines({"scenarios": listed, "playing": "longer"}) == [
        "  a       First.",
        "* longer  Second.",
        "  b",
    ]
    assert not any(line.startswith("*") for line in scenario_lines({"scenarios": listed, "playing": ""}))
    assert scenario_lines({"scenarios": [], "playing": ""}) == []


@pytest.mark.parametrize(
    "kind, data, line",
    [
        ("lost", {"lost": 1}, "-- 1 requests were too many to follow"),
        ("reload", {"files": ["a.yaml", "b.yaml"], "problem": ""}, "-- a.yaml, b.yaml: reloaded"),
        ("reload", {"files": ["a.yaml"], "problem": "line 3: no"}, "-- a.yaml: line 3: no"),
        ("reset", {}, "-- reset"),
    ],
)
def test_an_event_is_a_line(kind: str, data: dict[str, Any], line: str) -> None:
    assert event_line(kind, data) == line


@given(st.text(max_size=30))
def test_nothing_that_anybody_sends_moves_the_cursor(text: str) -> None:
    lines = [
        request_line(entry(url=text, method=text, applied=text, operationId=text, violations=[{"message": text}])),
        key_line({"hash": "h", "role": "member", "state": "active", "description": text}),
    ]
    for line in lines:
        assert not [char for char in line if ord(char) < 0x20 or 0x7F <= ord(char) <= 0x9F]
