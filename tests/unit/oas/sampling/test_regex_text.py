"""Texts for patterns."""

from __future__ import annotations

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oas.sampling.regex import parse
from oas.sampling.regex_text import MAX_CHARS, text_for
from oas.sampling.seeded_random import Budget, BudgetSpent, SampleImpossible, SeededRandom


def texts(pattern: str, count: int = 30, stretch: int = 3) -> list[str]:
    return [text_for(parse(pattern), SeededRandom(str(seed), Budget(10_000)), stretch) for seed in range(count)]


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "^$", "abc", "^[a-z]+$", r"^\d{4}-\d\d$", "^(a|b|)c?$", r"^\+?[1-9]\d{1,14}$", r"^.{3,5}$", "a|b||c"),
        *(r"^[\w.-]+@[\w-]+\.[a-z]{2,}$", "^#([0-9a-f]{3}|[0-9a-f]{6})$", r"^\$\{x\}$", r"^[^\s/]+$", r"^\S+$"),
        *(r"^(a|b)\1$", r"^(?<y>\d{4})-(?<m>\d\d)$", r"^\p{Lu}\p{L}*$", r"^\u0041\x42\u{43}$", "^[^ -~]+$"),
        *(r"^(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{8,}$", r"^(?!foo)[a-z]+$", r"^[\u4e00-\u9fa5]+$", "^(?i)abc$", "(a+)+$"),
        *("^sha256:[a-f0-9]{64}$", r"^(\([0-9]{3}\))?[0-9]{3}-[0-9]{4}$", "^refs/(heads|tags|pull)/.*$"),
        r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$",
    ],
)
def test_a_text_matches_its_pattern(pattern: str) -> None:
    validator = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    assert [text for text in texts(pattern) if not validator.is_valid(text)] == []


def test_texts_vary() -> None:
    assert len(set(texts("^[a-z]{8}$"))) > 20


@pytest.mark.parametrize("stretch, longest", [(0, 1), (3, 4), (50, 51)])
def test_open_ended_parts_occur_as_often_as_asked(stretch: int, longest: int) -> None:
    lengths = [len(text) for text in texts("^a+$", 300, stretch)]
    assert min(lengths) >= 1
    assert longest * 0.8 < max(lengths) <= longest


@pytest.mark.parametrize("pattern", ["^a+$", "^a*b*$", "^(a|bc)*$", "^((ab)+c)+$", "^x{1,900}$"])
def test_what_is_missing_of_a_length_is_made_up_by_repetition(pattern: str) -> None:
    found = [text_for(parse(pattern), SeededRandom(str(seed), Budget(50_000)), 0, 100) for seed in range(20)]
    assert sum(100 <= len(text) <= 110 for text in found) >= 10


@pytest.mark.parametrize(
    "pattern",
    [
        "(a{1000}){1000}",
        "(((a{30}){30}){30}){30}",
        "a{99999999999}",
        "((a{2,}){2,}){2,}" * 200,
        "(a|aa)*" * 900,
        "(){1000000000}",
    ],
)
def test_an_explosive_pattern_ends_soon(pattern: str) -> None:
    budget = Budget(20_000)
    with pytest.raises(SampleImpossible):
        text_for(parse(pattern), SeededRandom("7", budget), 10**9)


def test_repeating_nothing_spends_the_budget() -> None:
    with pytest.raises(BudgetSpent):
        text_for(parse("(){1000000}"), SeededRandom("7", Budget(1_000)))


@given(st.from_regex(r"([abc.*+?|()\[\]{}^$\\d1,-]|\{1,3\}){0,12}", fullmatch=True), st.integers(0, 5))
def test_any_pattern_gives_a_bounded_text_or_none(pattern: str, stretch: int) -> None:
    try:
        found = text_for(parse(pattern), SeededRandom("7", Budget(5_000)), stretch)
    except SampleImpossible:
        return
    assert len(found) <= MAX_CHARS
