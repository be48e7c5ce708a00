"""What changes rarely in a session as one document, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from mockserver.config import Config
from mockserver.errors import ConfigInvalid
from mockserver.scenarios.parsing import rule_of
from mockserver.state.session import Session, SessionOptions
from mockserver.state.sessions import Sessions
from mockserver.state.snapshot import describe, read, settings_of
from oas.vocabulary import RateLimitWindow

WINDOWS = (RateLimitWindow("minute", 60, 100, "LM", "RM"), RateLimitWindow("day", 86_400, 5000, "LD", "RD"))
MOMENT = 1_746_954_000.0  # 2025-05-11T09:00:00Z
RULE = {"answers": [{"status": 500, "delay": {"uniform": {"from_ms": 1, "to_ms": 2}}}], "priority": 3}


def world(**options: Any) -> Sessions:
    return Sessions(Config(**{"clock": MOMENT, **options}), WINDOWS, lambda key: key)


def fresh(options: SessionOptions | None = None) -> Session:
    """Make a session of a world of its own."""
    return world().create(options)[0]


def moved(session: Session) -> Session:
    """Take over what another's document says; return a session that was something else before."""
    other = fresh()
    other.clock.advance(99)
    other.script.play("outage")
    other.keys.create("admin", 0.0, "another")
    read(describe(session, "same"), "same").apply(other)
    return other


def told(session: Session) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(describe(session, "same"))
    return document


CHANGES: dict[str, Callable[[Session], object]] = {
    "nothing": lambda session: None,
    "a key": lambda session: session.keys.create("member", MOMENT, 'for "tests" ü', "0123456789ab"),
    "a deactivated key": lambda session: session.keys.deactivate(session.keys.create("admin", MOMENT)[1].hash_id),
    "the clock moved": lambda session: session.clock.advance(-3600.5),
    "the clock running": lambda session: session.clock.freeze(False),
    "a scenario": lambda session: session.script.play("flaky"),
    "a scenario of a key": lambda session: session.script.play("empty", "0123456789ab"),
    "limits": lambda session: session.script.limit({"minute": 3}),
    "a rule": lambda session: session.script.add(lambda rule_id: rule_of(RULE, rule_id)),
    "a rule that went": lambda session: session.script.remove(
        session.script.add(lambda rule_id: rule_of(RULE, rule_id)).id
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_one_process_says_another_becomes(change: str) -> None:
    session = fresh()
    CHANGES[change](session)
    other = moved(session)
    assert told(other) == told(session)
    assert other.keys.contents == session.keys.contents
    assert other.clock.setting == session.clock.setting
    assert other.script.contents == session.script.contents


@pytest.mark.parametrize("change", CHANGES)
def test_a_reset_leads_to_the_start_of_the_session_that_was_taken_over(change: str) -> None:
    session = fresh(SessionOptions(clock=MOMENT + 5, scenario="empty"))
    before = told(session)
    CHANGES[change](session)
    other = moved(session)
    other.reset()
    assert told(other) == before


@pytest.mark.parametrize(
    "options",
    [
        SessionOptions(),
        SessionOptions(limit_minute=1, limit_day=2),
        SessionOptions(routines=0, seed=-7),
        SessionOptions(clock=0.0),
        SessionOptions(scenario=""),
    ],
    ids=range(5),
)
def test_a_document_says_what_a_session_was_made_from(options: SessionOptions) -> None:
    session = fresh(options)
    facts = read(describe(session, "same"), "same")
    assert facts.dataset_key == session.dataset_key
    assert facts.limits == {window.name: window.limit for window in session.quota.windows}
    assert (facts.frozen_at, facts.created) == (session.frozen_at, session.created)


def test_a_document_holds_no_key() -> None:
    made = world()
    plain, _ = made.default.keys.create("member", MOMENT)
    document = describe(made.default, "same").decode()
    assert plain not in document
    assert "your_api_key_here" not in document


def test_a_document_of_other_settings_is_refused_with_what_to_do() -> None:
    document = describe(fresh(), "theirs")
    with pytest.raises(ConfigInvalid, match="give this one a database of its own, such as redis://host/1") as caught:
        read(document, "ours")
    assert caught.value.source == "--state"


def settings(windows: tuple[RateLimitWindow, ...] = WINDOWS, **options: Any) -> str:
    return settings_of(Config(**options), windows)


@pytest.mark.parametrize(
    "options",
    [{"clock": 1.0}, {"routines": 5}, {"seed": 1}, {"scenario": "empty"}, {"errors": 0.5}],
    ids=lambda options: next(iter(options)),
)
def test_what_decides_an_answer_must_be_the_same_everywhere(options: dict[str, Any]) -> None:
    assert settings(**options) != settings()
    assert settings(**options) == settings(**options)


@pytest.mark.parametrize(
    "options",
    [{"port": 1}, {"host": "::1"}, {"log": "json"}, {"workers": 4}, {"cors": ("http://x",)}, {"journal_entries": 5}],
    ids=lambda options: next(iter(options)),
)
def test_what_decides_no_answer_may_differ(options: dict[str, Any]) -> None:
    assert settings(**options) == settings()


@pytest.mark.parametrize("changes", [{"limit": 9}, {"seconds": 61}, {"name": "moment"}], ids=str)
def test_windows_must_be_the_same_everywhere(changes: dict[str, Any]) -> None:
    assert settings((replace(WINDOWS[0], **changes), WINDOWS[1])) != settings()
    assert settings(WINDOWS[::-1]) != settings()


@pytest.mark.parametrize("name", ["spec", "dataset"])
def test_files_must_say_the_same_wherever_they_lie(name: str, tmp_path: Path) -> None:
    paths = [tmp_path / "one.yaml", tmp_path / "two.yaml", tmp_path / "other.yaml"]
    for path, text in zip(paths, ("same", "same", "other"), strict=True):
        path.write_text(text)
    options_of: list[dict[str, Any]] = [{name: path} for path in paths]
    one, two, other = (settings(**options) for options in options_of)
    assert one == two
    assert len({one, other, settings()}) == 3


def test_a_file_is_known_by_its_option(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("text")
    assert settings(spec=path) != settings(dataset=path)


def test_a_file_that_is_not_there_is_found_out_elsewhere(tmp_path: Path) -> None:
    assert len(settings(spec=tmp_path / "gone.yaml")) == 16


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@bounded(max_examples=40)
@given(description=TEXT, scenario=TEXT, moves=st.lists(st.floats(-1e6, 1e6), max_size=5), limits=st.integers(1, 10**9))
def test_any_text_and_any_moment_survives(description: str, scenario: str, moves: list[float], limits: int) -> None:
    session = fresh()
    for seconds in moves:
        session.clock.advance(seconds)
    session.keys.create("member", session.clock.now(), description)
    session.script.play(scenario, "0123456789ab")
    session.script.limit({"minute": limits})
    other = moved(session)
    assert other.keys.contents == session.keys.contents
    assert other.script.contents == session.script.contents
    assert other.clock.now() == session.clock.now()


def test_keys_that_a_session_starts_with_are_those_it_returns_to() -> None:
    session = fresh()
    keys = session.keys.contents[0]
    other = moved(session)
    other.keys.create("member", MOMENT)
    other.keys.restore()
    assert other.keys.contents == (keys, keys)
