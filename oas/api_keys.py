"""API keys of the mock in text: the digest, the short hash that people see, and what stands in a key's place.

Unlike `oas.redaction`, which is told its secrets, this finds what looks like a key: a server does not know
the keys that strangers send.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final
from urllib.parse import unquote

__all__ = [
    "HASH_CHARS",
    "KEY_CHARS",
    "SAMPLE_KEYS",
    "digest_of",
    "hash_of",
    "mask_of",
    "masked",
    "redact",
    "short_hash",
]

#: Hexadecimal digits of a key that was made.
KEY_CHARS: Final = 32
#: Hexadecimal digits of a digest that people see.
HASH_CHARS: Final = 12
#: Keys that are no secret: an administrator, as in the samples of the reference; a member; a deactivated one.
SAMPLE_KEYS: Final = ("your_api_key_here", "member_api_key_here", "deactivated_api_key_here")


def digest_of(plain: str) -> bytes:
    """Return the SHA-256 of a key, 32 bytes; a lone surrogate counts as itself."""
    try:
        return hashlib.sha256(plain.encode()).digest()
    except UnicodeEncodeError:
        return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()


def hash_of(plain: str) -> str:
    """Return the short stable hash that stands for a presented key, known or not."""
    return short_hash(digest_of(plain))


def mask_of(plain: str) -> str:
    """Return what stands in place of a key wherever it would be written: `[redacted:<hash>]`."""
    return masked(hash_of(plain))


def masked(key_hash: str) -> str:
    """Return what stands in place of a key of which the hash is known."""
    return f"[redacted:{key_hash}]"


def redact(text: str) -> str:
    """Replace everything that looks like a key by `[redacted:<hash>]`.

    A key is one of the default keys, or exactly 32 lower-case hexadecimal
    digits with none beside them; any of its characters may be percent-encoded.
    Idempotent. A text without one costs a scan at memory speed.
    """
    marks = text.encode("ascii", "replace").translate(_HEX_MARKS)
    if _RUN in marks or _DEFAULT_TAIL in (unquote(text) if "%" in text else text):
        return _KEY.sub(_masked, text)
    return text


def short_hash(digest: bytes) -> str:
    """Return the first twelve lower-case hexadecimal digits of a digest."""
    return digest.hex()[:HASH_CHARS]


def _masked(match: re.Match[str]) -> str:
    before = match["before"] or ""
    return before + mask_of(unquote(match[0][len(before) :]))


def _spelt(plain: str) -> str:
    """Return a pattern for a text of which any character may be percent-encoded."""
    return "".join(f"(?:{re.escape(char)}|%(?i:{ord(char):02x}))" for char in plain)


_DEFAULT_TAIL = "_api_key_here"
_RUN = b"h" * KEY_CHARS
# Every byte that a percent-encoded or plain key can hold becomes `h`: a key is then a run of 32 or more.
_HEX_MARKS = bytes(104 if chr(byte) in "0123456789abcdefABCDEF%" else 32 for byte in range(256))
_UNIT = "(?:[0-9a-f]|%3[0-9]|%6[1-6])"
# `before` is another percent-encoded character, whose digits do not count as part of the key behind it.
_KEY = re.compile(
    "|".join(map(_spelt, SAMPLE_KEYS))
    + rf"|(?:(?P<before>%[0-9A-Fa-f]{{2}})|(?<![0-9a-f])){_UNIT}{{{KEY_CHARS}}}(?!{_UNIT})"
)
