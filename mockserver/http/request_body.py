"""A request's body on its way in: kept up to the limit; a longer one is refused at once, and then drained for a while.

A client that is still sending when its connection closes may see a reset in
place of the 413, so its bytes are read and forgotten once it has been answered.
Knows no server: whoever has
the bytes asks how many are wanted and hands them over. Imports nothing of the
package.

Source: RFC 9112 §6 (message body length), §9.6 (reset problem); RFC 9110 §10.1.1 (Expect).
"""

from __future__ import annotations

from collections.abc import Mapping

#: Read of a body beyond the limit, and forgotten.
DRAINED_BYTES = 16 << 20


def has_body(headers: Mapping[str, str]) -> bool:
    """Whether a request announces a body. Source: RFC 9112 §6.3."""
    return "content-length" in headers or "transfer-encoding" in headers


class RequestBody:
    """One body.

    Args:
        headers: of the request, names in lower case.
        max_bytes: longer bodies are not kept.

    Attributes:
        wanted: bytes that should still be read before the answer, if they come; ≤ 0 when it is enough.
        left: bytes that should still be read after the answer, so that it is seen.
        size: bytes that were read, or are announced where that is more than is kept.
    """

    __slots__ = ("_max_bytes", "_parts", "left", "size", "wanted")

    def __init__(self, headers: Mapping[str, str], max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self.left = self.size = 0
        length = headers.get("content-length")
        if length is None:
            self.wanted = max_bytes + 1 if "transfer-encoding" in headers else 0
            return
        # The server has refused what is not a number; the slice keeps the conversion cheap.
        self.wanted = int(length[:20]) if length.isascii() and length.isdigit() else max_bytes + 1
        if self.wanted > max_bytes:
            self.size, self.wanted = self.wanted, 0
            # A client that waits for 100 Continue will not send it at all.
            self.left = 0 if "expect" in headers else min(self.size, DRAINED_BYTES)

    @property
    def is_too_large(self) -> bool:
        """Whether the body exceeds the limit; it is then empty."""
        return self.size > self._max_bytes

    def take(self, part: bytes) -> None:
        """Add what was read before the answer."""
        self.wanted -= len(part)
        self.size += len(part)
        self._parts.append(part)
        if self.size > self._max_bytes:
            self._parts.clear()
            self.wanted, self.left = 0, DRAINED_BYTES

    def body(self) -> bytes:
        """Return all that was read; nothing where it is too large."""
        return b"".join(self._parts)
