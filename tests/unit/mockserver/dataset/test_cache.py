"""A cache that forgets the oldest and never holds more bytes than it may."""

from __future__ import annotations

import random
import threading

import pytest

from mockserver.dataset.cache import ENTRY_BYTES, BoundedCache


def cache_for(entries: int, size_bytes: int = 100) -> BoundedCache[str]:
    """Make a cache with room for so many values."""
    return BoundedCache(entries * (size_bytes + ENTRY_BYTES))


def test_what_was_kept_is_found() -> None:
    cache = cache_for(2)
    assert cache.keep("key", "value", 100) == "value"
    assert cache.find("key") == "value"


def test_what_was_not_kept_is_not_found() -> None:
    assert cache_for(2).find("key") is None


def test_the_oldest_value_goes_when_there_is_no_room() -> None:
    cache = cache_for(2)
    for key in "abc":
        cache.keep(key, key.upper(), 100)
    assert [cache.find(key) for key in "abc"] == [None, "B", "C"]


def test_a_large_value_takes_the_room_of_several() -> None:
    cache = cache_for(3)
    for key in "abc":
        cache.keep(key, key, 100)
    cache.keep("large", "large", 200)
    assert [cache.find(key) for key in ("a", "b", "c", "large")] == [None, None, "c", "large"]


def test_a_value_larger_than_the_cache_is_returned_and_not_kept() -> None:
    cache = cache_for(2)
    cache.keep("small", "small", 100)
    assert cache.keep("huge", "huge", 10_000) == "huge"
    assert cache.find("huge") is None
    assert cache.find("small") == "small"


def test_the_first_value_of_a_key_stays() -> None:
    cache = cache_for(2)
    cache.keep("key", "first", 100)
    assert cache.keep("key", "second", 100) == "first"
    assert cache.find("key") == "first"


def test_keeping_a_key_again_counts_its_bytes_once() -> None:
    cache = cache_for(2)
    cache.keep("a", "a", 100)
    before = cache.size_bytes
    cache.keep("a", "a", 100)
    assert cache.size_bytes == before


def test_a_value_that_comes_back_after_it_went_is_kept_anew() -> None:
    cache = cache_for(1)
    for key in "aba":
        cache.keep(key, key, 100)
    assert cache.find("a") == "a"
    assert cache.size_bytes == 100 + ENTRY_BYTES


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_holds_whatever_is_kept(seed: int) -> None:
    source, cache = random.Random(seed), BoundedCache[int](5_000)
    for _ in range(500):
        cache.keep(source.randrange(50), source.randrange(10), source.randrange(6_000))
        assert 0 <= cache.size_bytes <= 5_000


def test_threads_that_keep_the_same_keys_agree_on_one_value_each() -> None:
    cache: BoundedCache[tuple[int, int]] = BoundedCache(1 << 20)
    barrier, kept = threading.Barrier(8), [dict[int, tuple[int, int]]() for _ in range(8)]

    def work(mine: int) -> None:
        barrier.wait(10)
        for key in range(300):
            kept[mine][key] = cache.keep(key, (mine, key), 10)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert all(one == kept[0] for one in kept)
    assert cache.size_bytes == 300 * (10 + ENTRY_BYTES)
