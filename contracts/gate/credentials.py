"""The keys of a run, and the wrong keys made from them.

A request names its credential (`contracts.messages.CREDENTIALS`); here the name
becomes a header, and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts.errors import ConfigInvalid, RequestRefused
from oas.redaction import PLACEHOLDER, marker

__all__ = ["CredentialMissing", "Credentials"]

_OTHER_HEADER = "X-API-KEY"
_NEEDED = {"member": "a key without administrator's rights is needed; give one with --member-key"}


class CredentialMissing(RequestRefused):
    """The request names a credential that this run does not have."""


@dataclass(slots=True, kw_only=True)
class Credentials:
    """What is known of keys; none of it is shown by `repr`.

    Raises:
        ConfigInvalid: a key is empty, or cannot stand in a header.

    Attributes:
        header_name: header that carries the key.
        key: of the caller, None for none.
        member: a key without administrator's rights, None for none.
        created: keys that this run created, in order.
    """

    header_name: str
    key: str | None = field(default=None, repr=False)
    member: str | None = field(default=None, repr=False)
    created: list[str] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        for key, option in ((self.key, "--api-key"), (self.member, "--member-key")):
            if key is not None and not (key and key.isascii() and key.isprintable() and key == key.strip()):
                raise ConfigInvalid("a key of visible ASCII characters was expected", option)

    def header(self, credential: str) -> tuple[str, str] | None:
        """Return name and value of the header of a credential, None where nothing is sent.

        Raises:
            CredentialMissing: the run has no such key, or none that it can be made from.
        """
        if credential == "none":
            return None
        if credential == "empty":
            return self.header_name, ""
        if credential == "unknown":
            return self.header_name, self._unknown()
        if credential == "elsewhere":
            return self._elsewhere()
        return self.header_name, self._value(credential)

    def name_of(self, value: str | None) -> str:
        """Return the credential that a child means by the value it sends.

        Args:
            value: as sent; None where the header is absent.

        Returns:
            `key` for the placeholder, `created` for the mark of a created key, `none`, `empty`, or `unknown`.
        """
        if value is None:
            return "none"
        if not value:
            return "empty"
        if value == PLACEHOLDER or value == self.key:
            return "key"
        return "created" if self.created_like(value) is not None else "unknown"

    def created_like(self, value: str) -> str | None:
        """Return the created key that a value is, or whose redaction mark it is; None for neither."""
        return next((key for key in self.created if value in (key, marker(key))), None)

    def own(self) -> Iterable[str]:
        """Return every real key, for redaction."""
        return [key for key in (self.key, self.member, *self.created) if key]

    def _value(self, credential: str) -> str:
        if credential == "created":
            if not self.created:
                raise CredentialMissing("no key was created in this run; send a request that creates one first")
            return self.created[-1]
        if credential == "member":
            if self.member is None:
                raise CredentialMissing(_NEEDED["member"])
            return self.member
        return self._variant(credential, self._key())

    def _variant(self, credential: str, key: str) -> str:
        if credential == "truncated" and len(key) > 1:
            return key[:-1]
        if credential == "lengthened":
            return key + "x"
        if credential == "other-case" and key.swapcase() != key:
            return key.swapcase()
        if credential == "key":
            return key
        raise CredentialMissing(f"no credential `{credential}` can be made from the key that was given")

    def _key(self) -> str:
        if self.key is None:
            raise CredentialMissing("an API key is needed; give one with --api-key or CONTRACTS_API_KEY")
        return self.key

    def _unknown(self) -> str:
        length = max(16, min(64, len(self.key or "")))
        return hashlib.sha256(b"unknown" + (self.key or "").encode("utf-8", "surrogatepass")).hexdigest()[:length]

    def _elsewhere(self) -> tuple[str, str]:
        key = self._key()
        if self.header_name.lower() == _OTHER_HEADER.lower():
            return "Authorization", f"Bearer {key}"
        return _OTHER_HEADER, key
