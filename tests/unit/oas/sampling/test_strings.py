"""Words and texts of a format."""

from __future__ import annotations

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oas.sampling.seeded_random import Budget, SeededRandom
from oas.sampling.strings import formatted, is_formatted, word, words

FORMATS = [
    *("date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6", "iri"),
    *("iri-reference", "json-pointer", "regex", "relative-json-pointer", "time", "uri", "uri-reference"),
    *("uri-template", "uuid"),
]


def dice(seed: object = 7) -> SeededRandom:
    return SeededRandom(str(seed), Budget(10_000))


def check(name: str, text: str) -> bool:
    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True).is_valid(text)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("bounds", [(0, None), (40, None), (0, 8), (0, 3)])
def test_a_text_is_of_its_format(name: str, bounds: tuple[int, int | None]) -> None:
    assert all(check(name, formatted(name, dice(seed), *bounds)) for seed in range(20))


@pytest.mark.parametrize("name", ["uri", "iri-reference", "json-pointer", "uri-template", "byte"])
def test_a_format_that_can_be_lengthened_is(name: str) -> None:
    assert len(formatted(name, dice(), 100)) >= 100


@pytest.mark.parametrize("name, limit", [("uri", 3), ("email", 6), ("hostname", 1), ("ipv6", 3), ("duration", 3)])
def test_a_format_that_can_be_shortened_is(name: str, limit: int) -> None:
    assert len(formatted(name, dice(), 0, limit)) <= limit


@pytest.mark.parametrize("name", ["binary", "password", "house-format", ""])
def test_a_format_without_rules_has_no_texts_of_its_own(name: str) -> None:
    assert not is_formatted(name)


def test_names_of_hosts_belong_to_nobody() -> None:
    hosts = {formatted("email", dice(seed)).partition("@")[2] for seed in range(50)}
    assert hosts == {"example.com", "example.net", "example.org"}


@given(st.text(), st.integers(0, 200), st.none() | st.integers(0, 50))
def test_words_have_a_length_within_bounds(seed: str, low: int, room: int | None) -> None:
    high = None if room is None else low + room
    found = words(dice(seed), low, high)
    assert low <= len(found) <= (high if high is not None else low + 10)
    assert found == found.strip()


def test_words_vary() -> None:
    assert len({word(dice(seed)) for seed in range(100)}) > 20
