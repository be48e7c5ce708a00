"""Keys: found by digest, switched, restored, counted, and never shown."""

from __future__ import annotations

import hashlib
import re

import pytest

from mockserver.state.keys import DEFAULT_KEYS, ApiKey, InitialKey, KeyLimitReached, KeyRegistry
from oas.api_keys import digest_of, hash_of

HEX_KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"


@pytest.mark.parametrize(
    "plain, role, is_active",
    [
        ("your_api_key_here", "admin", True),
        ("member_api_key_here", "member", True),
        ("deactivated_api_key_here", "member", False),
    ],
)
def test_the_default_keys_are_found(plain: str, role: str, is_active: bool) -> None:
    key = KeyRegistry(created_at=7.0).find(plain)
    assert key is not None
    assert (key.role, key.is_active, key.created_at) == (role, is_active, 7.0)
    assert key.hash_id == hashlib.sha256(plain.encode()).hexdigest()[:12] == hash_of(plain)


@pytest.mark.parametrize("presented", [None, "", "your_api_key_her", "YOUR_API_KEY_HERE", "ключ", "\ud800", "x" * 9000])
def test_an_absent_or_unknown_key_is_not_found(presented: str | None) -> None:
    assert KeyRegistry().find(presented) is None


def test_a_digest_that_only_the_table_takes_for_equal_is_not_found() -> None:
    class Alike(bytes):
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return hash(digest_of("your_api_key_here"))

    assert KeyRegistry().at(Alike(digest_of("another key"))) is None


def test_a_created_key_works_at_once() -> None:
    registry = KeyRegistry()
    plain, key = registry.create("admin", now=12.5, description="CRM", created_by="abc")
    assert re.fullmatch("[0-9a-f]{32}", plain)
    assert key == ApiKey(hash_of(plain), "admin", True, 12.5, "CRM", "abc")
    assert registry.find(plain) == key


def test_only_the_beginning_of_a_description_is_kept() -> None:
    _, key = KeyRegistry().create("member", now=0.0, description="x" * 100_000)
    assert len(key.description) == 200


def test_a_deactivated_key_is_found_but_not_active_and_can_return() -> None:
    registry = KeyRegistry()
    plain, key = registry.create("member", now=0.0)
    assert registry.deactivate(key.hash_id) == registry.find(plain)
    assert [item.is_active for item in registry.list()] == [True, True, False, False]
    assert registry.activate(key.hash_id) == registry.find(plain) == key


def test_switching_an_unknown_hash_changes_nothing() -> None:
    registry = KeyRegistry()
    before = registry.list()
    assert registry.activate("ffffffffffff") is None
    assert registry.deactivate("") is None
    assert registry.list() == before


def test_the_list_is_in_order_of_creation_whatever_is_switched() -> None:
    registry = KeyRegistry()
    created = [registry.create("member", now=float(moment))[1].hash_id for moment in range(3)]
    registry.deactivate(created[0])
    assert [key.hash_id for key in registry.list()] == [hash_of(key.plain) for key in DEFAULT_KEYS] + created


def test_restoring_removes_created_keys_and_undoes_switches() -> None:
    registry = KeyRegistry()
    before = registry.list()
    plain, _ = registry.create("member", now=0.0)
    registry.deactivate(hash_of("your_api_key_here"))
    registry.activate(hash_of("deactivated_api_key_here"))
    registry.restore()
    assert registry.list() == before
    assert registry.find(plain) is None


def test_the_number_of_created_keys_is_bounded() -> None:
    registry = KeyRegistry(max_created=2)
    for _ in range(2):
        registry.create("member", now=0.0)
    with pytest.raises(KeyLimitReached, match=r"2 keys were created .* reset"):
        registry.create("member", now=0.0)
    registry.restore()
    assert registry.create("member", now=0.0)


def test_a_new_key_never_shares_its_hash_with_another() -> None:
    plain_keys = iter(["your_api_key_here", "your_api_key_here", "fresh"])
    registry = KeyRegistry(new_key=lambda: next(plain_keys))
    assert registry.create("member", now=0.0)[0] == "fresh"


def test_a_listener_hears_of_every_key_that_comes_or_goes() -> None:
    registry, present = KeyRegistry(), set[bytes]()
    registry.watch(lambda digest, is_present: present.add(digest) if is_present else present.remove(digest))
    plain, _ = registry.create("member", now=0.0)
    initial = {digest_of(key.plain) for key in DEFAULT_KEYS}
    assert present == initial | {digest_of(plain)}
    registry.restore()
    assert present == initial
    registry.unwatch()
    registry.create("member", now=0.0)
    assert present == set()


@pytest.mark.parametrize("thing", [InitialKey(HEX_KEY, "admin"), KeyRegistry([InitialKey(HEX_KEY, "admin")])])
def test_no_representation_shows_a_key(thing: object) -> None:
    assert HEX_KEY not in repr(thing)
