"""Settings that make no sense are refused in one line; shards share a budget to the last request."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.config import BUDGET_ELSEWHERE, BUDGET_ON_LOOPBACK, PHASES, Config, Shard
from contracts.errors import ConfigInvalid


@pytest.mark.parametrize(
    "settings, line",
    [
        ({"budget": 0}, "--budget: a budget of at least 1 request was expected"),
        ({"budget": -5}, "--budget: a budget of at least 1 request was expected"),
        ({"max_wait_s": -0.1}, "--max-wait: 0 or more seconds were expected"),
        ({"phases": ()}, "--phases: phases are relations, fuzz, limits; got none"),
        ({"phases": ("relations", "burst", "x")}, "--phases: phases are relations, fuzz, limits; got burst, x"),
        ({"assumptions": "ignore"}, "--assumptions: `fail` or `warn` was expected"),
        ({"assumptions": ""}, "--assumptions: `fail` or `warn` was expected"),
        ({"base_url": ""}, "BASE_URL: a URL that begins with http:// or https:// was expected"),
        ({"base_url": "127.0.0.1:4010"}, "BASE_URL: a URL that begins with http:// or https:// was expected"),
        ({"base_url": "ftp://x"}, "BASE_URL: a URL that begins with http:// or https:// was expected"),
        ({"budget": 2, "shard": Shard(3, 3)}, "--budget: a budget of 2 has no request for shard 3/3"),
    ],
    ids=str,
)
def test_a_setting_that_makes_no_sense_is_one_line(settings: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        Config(**settings)
    assert str(caught.value) == line


@pytest.mark.parametrize(
    "settings",
    [
        {"budget": 1},
        {"max_wait_s": 0.0},
        {"phases": ("limits",)},
        {"phases": tuple(reversed(PHASES))},
        {"assumptions": "warn"},
        {"base_url": "https://x"},
        {"budget": 3, "shard": Shard(3, 3)},
        {"shard": Shard(64, 64)},
    ],
    ids=str,
)
def test_a_setting_at_its_edge_is_taken(settings: dict[str, Any]) -> None:
    made = Config(**settings)
    assert {name: getattr(made, name) for name in settings} == settings


def test_keys_are_shown_nowhere() -> None:
    assert "secret" not in repr(Config(api_key="secret-1", member_key="secret-2"))


def test_a_live_server_is_never_asked_more_than_its_minute_allows() -> None:
    assert BUDGET_ELSEWHERE < 100 < BUDGET_ON_LOOPBACK


@pytest.mark.parametrize("text, shard", [("1/1", (1, 1)), ("2/3", (2, 3)), ("3/3", (3, 3)), ("07/10", (7, 10))])
def test_a_shard_is_read(text: str, shard: tuple[int, int]) -> None:
    assert Shard.parse(text) == Shard(*shard)


@pytest.mark.parametrize(
    "text",
    ["", "/", "1", "1/", "/3", "0/3", "4/3", "-1/3", "1/-3", "1.0/3", "a/b", "1/3/3", " 1/3", "1 /3", "0/0", "²/3"],
)
def test_what_is_no_shard_is_refused_with_the_form_that_is(text: str) -> None:
    with pytest.raises(ConfigInvalid, match="INDEX/COUNT was expected") as caught:
        Shard.parse(text)
    assert repr(text) in str(caught.value)


@given(st.integers(1, 50), st.integers(0, 10_000))
def test_the_shares_of_all_shards_add_up_and_hardly_differ(count: int, amount: int) -> None:
    shares = [Shard(index, count).share(amount) for index in range(1, count + 1)]
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)


@given(st.integers(1, 99).flatmap(lambda count: st.tuples(st.integers(1, count), st.just(count))))
def test_a_shard_reads_what_it_writes(pair: tuple[int, int]) -> None:
    assert Shard.parse(str(Shard(*pair))) == Shard(*pair)


@pytest.mark.parametrize("shard, share", [(None, 90), (Shard(1, 1), 90), (Shard(1, 4), 23), (Shard(4, 4), 22)], ids=str)
def test_a_run_may_send_its_share(shard: Shard | None, share: int) -> None:
    assert Config(shard=shard).share(90) == share
