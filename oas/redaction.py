"""Takes secrets out of everything that is shown, kept or passed on.

The rule is exact: of no secret a run of eight characters survives, in any case,
percent-encoded, JSON- or HTML-escaped, or in base64. A truncated, lengthened or
otherwise cased key falls under it without being known. What follows from it:

- A text that happens to share eight characters with a secret loses them too.
  A key such as `your_api_key_here` shares `_api_key` with the error code
  `INVALID_API_KEY`; so names that the document itself states (members, error
  codes, enumerations, headers, paths) stay where they stand as whole words in
  their own spelling. They are public, and no part of the key is learnt from them.
- A key made of digits only can hit a number of a body, which then is not JSON.
- Of a secret of four to seven characters only the whole is replaced; one
  shorter than that is replaced in headers alone.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from oas.encodings import Unescaped, spellings, unescape

__all__ = ["MIN_RUN", "PLACEHOLDER", "SECRET_HEADERS", "Redactor", "marker"]

#: Characters of a secret that may stand together nowhere.
MIN_RUN = 8
#: Stands for the caller's key in commands that are shown.
PLACEHOLDER = "$CONTRACTS_API_KEY"
#: Headers whose value is replaced whole, lower case.
SECRET_HEADERS = frozenset(
    ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token")
)

_SHORTEST = 4
# Every run of eight bytes holds four that begin at a multiple of four: only those are looked up.
_BLOCK = 4
_TOKENS = (re.compile(rb"\w+"), re.compile(rb"[\w-]+"))
_MAX_TOKEN = 80
# JSON in JSON, or a URL in a URL: escapes of escapes.
_MAX_LEVELS = 3


def marker(value: str | bytes) -> str:
    """Return what stands for a value: the same for the same value, telling nothing of it."""
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return f"[redacted:{hashlib.sha256(data).hexdigest()[:8]}]"


@dataclass(frozen=True, slots=True)
class _Index:
    """What is searched for; replaced as a whole when a secret is added, so that readers need no lock."""

    runs: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    blocks: frozenset[int] = frozenset()
    shorts: tuple[tuple[re.Pattern[bytes], bytes], ...] = ()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    words: frozenset[bytes] = frozenset()


class Redactor:
    """Replaces every trace of the secrets that it knows.

    Adding a secret costs once; a search is linear in the text, whatever the
    number of secrets. Safe for any number of threads.

    Args:
        secrets: known from the start.
        secret_headers: names beside `SECRET_HEADERS` whose value is replaced whole.
        words: names that stay where they stand as whole words in this spelling.
    """

    def __init__(
        self, secrets: Iterable[str] = (), *, secret_headers: Iterable[str] = (), words: Iterable[str] = ()
    ) -> None:
        self._headers = SECRET_HEADERS.union(name.lower() for name in secret_headers)
        kept = {word.encode() for word in words} | {PLACEHOLDER.strip("$").encode()}
        self._lock = threading.Lock()
        self._index = _Index(words=frozenset(word for word in kept if len(word) >= MIN_RUN))
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Redactor({len(self._index.secrets)} secrets)"

    def add(self, secret: str) -> None:
        """Learn a secret; from now on it is replaced. One of fewer than four characters is passed over."""
        with self._lock:
            index = self._index
            if len(secret) < _SHORTEST or secret in index.secrets:
                return
            lowered = secret.encode("utf-8", "surrogatepass").lower()
            index = replace(
                index,
                secrets=index.secrets | {secret},
                words=frozenset(word for word in index.words if word.lower() not in lowered),
            )
            self._index = _with_short(index, secret) if len(secret) < MIN_RUN else _with_runs(index, secret)

    def data(self, data: bytes) -> bytes:
        """Return the bytes without secrets; the same object where there is none."""
        index = self._index
        for pattern, mark in index.shorts:
            data = pattern.sub(lambda _match, mark=mark: mark, data)  # type: ignore[misc]
        if not index.runs:
            return data
        spans = list(_spans(index, data))
        levels: list[Unescaped] = []
        plain: bytes = data
        while len(levels) < _MAX_LEVELS and (level := unescape(plain)) is not None:
            levels.append(level)
            plain = level.data
            for start, end, mark in _spans(index, plain):
                for below in reversed(levels):
                    start, end = below.span(start, end)
                spans.append((start, end, mark))
        return _replaced(data, sorted(spans)) if spans else data

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        data = text.encode("utf-8", "surrogatepass")
        redacted = self.data(data)
        return text if redacted is data else redacted.decode("utf-8", "replace")

    def url(self, url: str) -> str:
        """Return the URL without secrets, and without user name and password."""
        return self.text(re.sub(r"(?<=://)[^/?#@]*@", "", url))

    def header(self, name: str, value: str) -> str:
        """Return a header's value without secrets; the usual secret headers are replaced whole."""
        return marker(value) if name.lower() in self._headers else self.text(value)

    def headers(self, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return names and values, in order, without secrets."""
        return tuple((self.text(name), self.header(name, value)) for name, value in headers)

    def value(self, value: Any) -> Any:
        """Return a JSON value, as deep as it goes, without secrets in its texts and member names."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(name)): self.value(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def error(self, error: BaseException) -> str:
        """Take secrets out of an exception, its notes, causes and contexts, in place; return its words."""
        pending: list[BaseException | None] = [error]
        seen: set[int] = set()
        while pending:
            current = pending.pop()
            if current is None or id(current) in seen:
                continue
            seen.add(id(current))
            current.args = tuple(self._argument(item) for item in current.args)
            if notes := getattr(current, "__notes__", None):
                notes[:] = [self.text(note) for note in notes]
            pending += [current.__cause__, current.__context__]
        return self.text(str(error))

    def _argument(self, item: Any) -> Any:
        if isinstance(item, bytes):
            return self.data(item)
        if item is None or isinstance(item, int | float | BaseException):
            return item
        return self.value(item) if isinstance(item, str | Mapping | list | tuple) else self.text(repr(item))


def _spans(index: _Index, data: bytes) -> Iterator[tuple[int, int, bytes]]:
    lowered = data.lower()
    whole = len(lowered) - len(lowered) % _BLOCK
    blocks = memoryview(lowered)[:whole].cast("I")
    if index.blocks.isdisjoint(blocks):
        return
    for place, block in enumerate(blocks):
        if block not in index.blocks:
            continue
        first = max(0, (place + 1) * _BLOCK - MIN_RUN)
        for start in range(first, min(place * _BLOCK, len(lowered) - MIN_RUN) + 1):
            mark = index.runs.get(lowered[start : start + MIN_RUN])
            if mark is not None and not _is_named(index, data, start):
                yield start, start + MIN_RUN, mark


def _is_named(index: _Index, data: bytes, start: int) -> bool:
    """Say whether the run stands inside a public name, in the name's own spelling."""
    low = max(0, start - _MAX_TOKEN)
    window = data[low : start + MIN_RUN + _MAX_TOKEN]
    inside = start - low
    tokens = (
        match.group()
        for pattern in _TOKENS
        for match in pattern.finditer(window)
        if match.start() <= inside and inside + MIN_RUN <= match.end()
    )
    return not index.words.isdisjoint(tokens)


def _with_short(index: _Index, secret: str) -> _Index:
    pattern = re.compile(re.escape(secret.encode("utf-8", "surrogatepass")), re.IGNORECASE)
    return replace(index, shorts=(*index.shorts, (pattern, marker(secret).encode())))


def _with_runs(index: _Index, secret: str) -> _Index:
    mark = marker(secret).encode()
    forms = [form.lower() for form in spellings(secret)]
    new = {form[start : start + MIN_RUN] for form in forms for start in range(len(form) - MIN_RUN + 1)}
    runs = {**dict.fromkeys(new, mark), **index.runs}
    if any(mark[start : start + MIN_RUN] in runs for mark in set(runs.values()) for start in range(len(mark))):
        runs = dict.fromkeys(runs, b"[*]")
    return replace(index, runs=runs, blocks=index.blocks | _blocks(new))


def _blocks(runs: Iterable[bytes]) -> frozenset[int]:
    starts = range(MIN_RUN - _BLOCK + 1)
    return frozenset(
        memoryview(piece).cast("I")[0] for piece in {run[start : start + _BLOCK] for run in runs for start in starts}
    )


def _replaced(data: bytes, spans: list[tuple[int, int, bytes]]) -> bytes:
    pieces: list[bytes] = []
    cursor = 0
    end = -1
    for start, stop, mark in spans:
        if start > end:
            pieces += [data[cursor:start], mark]
        end = max(end, stop)
        cursor = end
    return b"".join((*pieces, data[cursor:]))
