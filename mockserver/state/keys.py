"""API keys: who may call, in which role, and how a key is named without being shown.

A plain key exists in the request that carries it and in the one answer that
hands it out. Everything else knows its SHA-256 digest, and people see the
first twelve hexadecimal digits of that.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Literal

from mockserver.errors import ToolError
from oas.api_keys import KEY_CHARS, SAMPLE_KEYS, digest_of, short_hash

Role = Literal["admin", "member"]

MAX_DESCRIPTION_CHARS = 200


class KeyLimitReached(ToolError):
    """A registry holds as many created keys as it may; a reset of the session makes room."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; never the key itself.

    Attributes:
        hash_id: first 12 lower-case hexadecimal digits of the key's SHA-256.
        role: `admin` may create keys, `member` may not.
        is_active: False for a deactivated key, which is found and then refused.
        created_at: seconds since the epoch on the mock's clock.
        description: as given at creation, at most 200 characters of it.
        created_by: hash_id of the key that asked for this one; empty for an initial key.
    """

    hash_id: str
    role: Role
    is_active: bool
    created_at: float
    description: str = ""
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class InitialKey:
    """A key that a registry starts with and returns to."""

    plain: str = field(repr=False)
    role: Role
    is_active: bool = True
    description: str = ""


DEFAULT_KEYS = (
    InitialKey(SAMPLE_KEYS[0], "admin", description="administrator, as in the samples"),
    InitialKey(SAMPLE_KEYS[1], "member", description="no administrator"),
    InitialKey(SAMPLE_KEYS[2], "member", is_active=False, description="deactivated"),
)


class KeyRegistry:
    """The keys of one session. Reading takes no lock.

    Args:
        initial: keys present from the start, and again after `restore`.
        created_at: their creation, seconds since the epoch.
        max_created: most keys beside the initial ones, ≥ 0.
        new_key: makes a plain key; tests pass their own.
        lock: held while keys change; one of its own by default.
    """

    __slots__ = ("_entries", "_hashes", "_initial", "_listener", "_lock", "_max_created", "_new_key")

    def __init__(
        self,
        initial: Iterable[InitialKey] = DEFAULT_KEYS,
        created_at: float = 0.0,
        *,
        max_created: int = 10_000,
        new_key: Callable[[], str] = lambda: secrets.token_hex(KEY_CHARS // 2),
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        self._initial: dict[bytes, ApiKey] = {}
        for key in initial:
            digest = digest_of(key.plain)
            self._initial[digest] = ApiKey(short_hash(digest), key.role, key.is_active, created_at, key.description)
        # The digest is kept beside the key: what the look-up found is compared once more, in constant time.
        self._entries: dict[bytes, tuple[bytes, ApiKey]] = {}
        self._hashes: dict[str, bytes] = {}
        self._listener: Callable[[bytes, bool], None] = _nobody
        self._lock = threading.Lock() if lock is None else lock
        self._max_created = max_created
        self._new_key = new_key
        self._take(self._initial)

    def find(self, presented: str | None) -> ApiKey | None:
        """Return what is known of a presented key, deactivated ones too; None where it is absent or unknown."""
        return None if presented is None else self.at(digest_of(presented))

    def at(self, digest: bytes) -> ApiKey | None:
        """Return the key with a SHA-256 digest (32 bytes), or None."""
        entry = self._entries.get(digest)
        return entry[1] if entry is not None and hmac.compare_digest(entry[0], digest) else None

    def create(self, role: Role, now: float, description: str = "", created_by: str = "") -> tuple[str, ApiKey]:
        """Make a key that works at once.

        Args:
            role: of the new key.
            now: seconds since the epoch.
            description: what it is for; only the first 200 characters are kept.
            created_by: hash_id of the key that asks.

        Returns:
            The plain key, 32 lower-case hexadecimal digits, to be shown once; and its record.

        Raises:
            KeyLimitReached: there are as many created keys as there may be.
        """
        with self._lock:
            if len(self._entries) - len(self._initial) >= self._max_created:
                raise KeyLimitReached(
                    f"{self._max_created} keys were created and no more are kept; reset the session to remove them"
                )
            plain = self._new_key()
            while short_hash(digest := digest_of(plain)) in self._hashes:
                plain = self._new_key()
            key = ApiKey(short_hash(digest), role, True, now, description[:MAX_DESCRIPTION_CHARS], created_by)
            self._put(digest, key)
            self._listener(digest, True)
        return plain, key

    def deactivate(self, hash_id: str) -> ApiKey | None:
        """Refuse a key from now on; returns its new record, None where no key has that hash."""
        return self._switch(hash_id, False)

    def activate(self, hash_id: str) -> ApiKey | None:
        """Accept a key again; returns its new record, None where no key has that hash."""
        return self._switch(hash_id, True)

    def list(self) -> list[ApiKey]:
        """List every key, the initial ones first, then by creation."""
        with self._lock:
            return [key for _, key in self._entries.values()]

    def restore(self) -> None:
        """Return to the initial keys in their initial state."""
        with self._lock:
            self._take(self._initial)

    @property
    def contents(self) -> tuple[dict[bytes, ApiKey], dict[bytes, ApiKey]]:
        """Digest → key: those that there are at the start, and those that there are."""
        return self._initial, dict(self._entries.values())

    def adopt(self, initial: dict[bytes, ApiKey], present: dict[bytes, ApiKey]) -> None:
        """Take over the contents of another registry."""
        self._initial = initial
        self._take(present)

    def watch(self, listener: Callable[[bytes, bool], None]) -> None:
        """Report each digest that is present, then each that comes (True) or goes (False)."""
        with self._lock:
            self._listener = listener
            for digest in self._entries:
                listener(digest, True)

    def unwatch(self) -> None:
        """Report each present digest as gone, and nothing from then on."""
        with self._lock:
            for digest in self._entries:
                self._listener(digest, False)
            self._listener = _nobody

    def _take(self, keys: dict[bytes, ApiKey]) -> None:
        before = self._entries.keys()
        self._entries = {digest: (digest, key) for digest, key in keys.items()}
        self._hashes = {key.hash_id: digest for digest, key in keys.items()}
        for digest in before - keys.keys():
            self._listener(digest, False)
        for digest in keys.keys() - before:
            self._listener(digest, True)

    def _switch(self, hash_id: str, is_active: bool) -> ApiKey | None:
        with self._lock:
            digest = self._hashes.get(hash_id)
            if digest is None:
                return None
            key = replace(self._entries[digest][1], is_active=is_active)
            self._put(digest, key)
            return key

    def _put(self, digest: bytes, key: ApiKey) -> None:
        self._entries[digest] = (digest, key)
        self._hashes[key.hash_id] = digest


def _nobody(digest: bytes, is_present: bool) -> None:
    """Listen to nothing."""
