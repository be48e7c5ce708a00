from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.errors import ConfigInvalid
from contracts.plugin.settings import Settings, read_settings

MOMENT_S = 1746954000.0  # 2025-05-11T09:00:00Z


def test_the_clock_stands_at_the_beginning_of_the_minute() -> None:
    assert Settings().of_mock(MOMENT_S + 59.9) == {"clock": MOMENT_S}


@pytest.mark.parametrize(
    "clock",
    [
        "2025-05-11T09:00:00Z",
        "2025-05-11T14:30:00+05:30",
        datetime(2025, 5, 11, 9, tzinfo=UTC),
        MOMENT_S,
        int(MOMENT_S),
    ],
    ids=["utc", "offset", "datetime", "seconds", "whole seconds"],
)
def test_a_moment_is_said_in_several_ways(clock: Any) -> None:
    assert Settings(clock=clock).of_mock(0.0) == {"clock": MOMENT_S}


@pytest.mark.parametrize(
    "clock",
    ["2025-05-11T09:00:00", "noon", datetime(2025, 5, 11), float("nan"), True, []],
    ids=["no offset", "no date", "naive", "nan", "bool", "list"],
)
def test_what_is_no_moment_is_refused_with_an_example(clock: Any) -> None:
    with pytest.raises(ConfigInvalid, match=r"`clock` takes a moment such as 2025-05-11T09:00:00Z"):
        Settings(clock=clock).of_mock(0.0)


def test_the_mock_is_told_numbers_and_no_rules() -> None:
    settings = read_settings([{"limit_minute": 3, "routines": 0, "seed": 7, "allow": ["C104"], "clock": 0}])
    assert settings.of_mock(9.0) == {"limit_minute": 3, "routines": 0, "seed": 7, "clock": 0.0}


def test_the_closest_value_wins_and_rules_add_up() -> None:
    common: dict[str, Any] = {"limit_minute": 3, "allow": ["C101"]}
    layers = [common, {"limit_minute": 5, "allow": ["C104", "C101"]}, {"seed": 1}]
    assert read_settings(layers) == Settings(limit_minute=5, seed=1, allow=("C101", "C104"))


@pytest.mark.parametrize(
    "layer, message",
    [
        (
            {"limit_minutes": 3},
            r"`limit_minutes` is not a setting; did you mean `limit_minute`\? There are limit_minute,",
        ),
        ({"x": 3}, r"`x` is not a setting; There are limit_minute,"),
        ({"routines": "3"}, r"`routines` takes a whole number, got '3'"),
        ({"seed": True}, r"`seed` takes a whole number, got True"),
        ({"allow": "C104"}, r'`allow` takes a list of ids, such as allow=\["C104"\]'),
        ({"also": 3}, r"`also` takes a list of ids"),
        ([3], r"a dict of settings was expected, got list"),
    ],
    ids=["misspelt", "unknown", "text", "bool", "one id", "number", "no dict"],
)
def test_what_makes_no_sense_is_refused(layer: Any, message: str) -> None:
    with pytest.raises(ConfigInvalid, match=message):
        read_settings([layer])
