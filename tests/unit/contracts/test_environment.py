"""What the environment says, read once at the edge."""

from __future__ import annotations

import pytest

from contracts.config import Environment


def test_an_empty_environment_says_nothing() -> None:
    assert Environment.read({}) == Environment()


def test_keys_are_read_and_not_shown() -> None:
    found = Environment.read({"CONTRACTS_API_KEY": "secret-one", "CONTRACTS_MEMBER_KEY": "secret-two"})
    assert (found.api_key, found.member_key) == ("secret-one", "secret-two")
    assert "secret" not in repr(found)


def test_an_empty_key_is_none() -> None:
    assert Environment.read({"CONTRACTS_API_KEY": ""}).api_key is None


@pytest.mark.parametrize("value, is_on", [("1", True), ("true", True), ("0", False), ("false", False), ("", False)])
def test_a_switch_is_off_when_it_says_so(value: str, is_on: bool) -> None:
    found = Environment.read({"GITHUB_ACTIONS": value, "CONTRACTS_DEBUG": value})
    assert (found.is_github, found.is_debug) == (is_on, is_on)


@pytest.mark.parametrize("value, is_colourless", [("1", True), ("0", True), ("", False)])
def test_no_color_counts_whatever_it_says(value: str, is_colourless: bool) -> None:
    assert Environment.read({"NO_COLOR": value}).is_colourless is is_colourless
