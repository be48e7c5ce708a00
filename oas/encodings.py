"""The forms in which a secret can show: case, percent-encoding, JSON and HTML escapes, base64.

Two directions. `spellings` lists what a secret looks like once it is written in
another way; `unescape` takes escapes out of a text, so that one search finds a
secret however its characters were escaped.
"""

from __future__ import annotations

import base64
import html
import re
from bisect import bisect_right
from collections.abc import Iterator

__all__ = ["Unescaped", "spellings", "unescape"]

#: `%41`, `\\u0041`, `\\/`, `&amp;`, `&#65;`, `&#x41;`.
_ESCAPE = re.compile(
    rb"%[0-9a-f]{2}|\\u[0-9a-f]{4}|\\[\\/\"bfnrt]|&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE
)
_SHORT_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class Unescaped:
    """A text without its escapes, that knows where each byte came from.

    Args:
        data: the bytes with every escape replaced by what it stands for.
        starts: offsets in `data` of the pieces that it is made of, ascending.
        origins: for each piece, its first byte in the text, and how far apart two of its bytes are there.
    """

    __slots__ = ("_origins", "_starts", "data")

    def __init__(self, data: bytes, starts: list[int], origins: list[tuple[int, int]]) -> None:
        self.data = data
        self._starts = starts
        self._origins = origins

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open range of the text that became `data[start:end]`; escapes are never cut in two."""
        first = self._origin(start)[0]
        last, width = self._origin(end - 1)
        return first, last + width

    def _origin(self, offset: int) -> tuple[int, int]:
        piece = bisect_right(self._starts, offset) - 1
        origin, width = self._origins[piece]
        # A literal piece has one byte per byte; an escape is one block, whichever of its bytes is asked for.
        return (origin + offset - self._starts[piece], 1) if width == 1 else (origin, width)


def unescape(data: bytes) -> Unescaped | None:
    """Replace each escape by what it stands for, one level deep.

    Returns:
        None where there is no escape, so that the caller need not search twice.
    """
    pieces: list[bytes] = []
    starts: list[int] = []
    origins: list[tuple[int, int]] = []
    size = cursor = 0
    for match in _ESCAPE.finditer(data):
        for piece, origin, width in (
            (data[cursor : match.start()], cursor, 1),
            (_meaning(match.group()), match.start(), match.end() - match.start()),
        ):
            if piece:
                pieces.append(piece)
                starts.append(size)
                origins.append((origin, width))
                size += len(piece)
        cursor = match.end()
    if not pieces:
        return None
    if cursor < len(data):
        pieces.append(data[cursor:])
        starts.append(size)
        origins.append((cursor, 1))
    return Unescaped(b"".join(pieces), starts, origins)


def spellings(secret: str) -> Iterator[bytes]:
    """Yield the secret, and every base64 text of it that does not depend on what stands around it.

    Base64 depends on case and on the place of the first byte in its group of
    three, so each usual case comes at each of three places, in both alphabets.
    The plain forms are for a search that ignores ASCII case.

    Source: RFC 4648 §4, §5.
    """
    cases = dict.fromkeys((secret, secret.lower(), secret.upper(), secret.swapcase(), secret.title()))
    forms = dict.fromkeys(_encoded(text) for text in cases)
    yield from forms
    yield from dict.fromkeys(text for form in forms for text in _base64(form))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _base64(form: bytes) -> Iterator[bytes]:
    for place in range(3):
        padded = bytes(place) + form
        # Characters that also carry bits of a neighbour are unknown, and are left out.
        first = (place * 8 + 5) // 6
        last = len(padded) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(padded)[first:last]


def _meaning(escape: bytes) -> bytes:
    if escape.startswith(b"%"):
        return bytes((int(escape[1:], 16),))
    if escape.startswith(b"&"):
        return _encoded(html.unescape(escape.decode("ascii").lower()))
    if escape[1:2] in b"uU" and len(escape) > 2:
        return _encoded(chr(int(escape[2:], 16)))
    return _SHORT_ESCAPES.get(escape[1:].lower(), escape[1:])
