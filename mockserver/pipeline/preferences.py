"""What a request itself asks for: the header `Prefer`, and its twins in the query for links and address bars.

    Prefer: code=429, example=day, delay=1500        ?__code=429&__example=day&__delay=1500

The twins never reach validation. Where both name a word, the header counts.
Preferences that are not ours are left alone.

Source: RFC 7240 §2; the words are Prism's, `delay`, `fault` and `seed` ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_plus

from mockserver.scenarios.models import FAULTS, MAX_DELAY_S, PLAIN, Delay, PlannedAnswer
from oas.messages import Request

TWIN = "__"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PREFERENCE = re.compile(
    rf'\s*({_TOKEN})(?:\s*=\s*({_TOKEN}|"(?:[^"\\]|\\.)*"))?\s*(?:;[^,"]*(?:"(?:[^"\\]|\\.)*"[^,"]*)*)?(?:,|$)',
    re.ASCII,
)
_MAX_DELAY_MS = int(MAX_DELAY_S * 1000)


@dataclass(frozen=True, slots=True)
class Preference:
    """What a request prefers.

    Attributes:
        answer: made of its words.
        words: the words as they were understood, such as `code=429, delay=1500`.
        problems: where each wrong value stands, and one sentence; empty where all is well.
    """

    answer: PlannedAnswer
    words: str
    problems: tuple[tuple[str, str], ...] = ()


def preference_of(request: Request) -> tuple[Request, Preference | None]:
    """Return the request without its twins, and what it prefers; None where that is nothing of ours."""
    header = request.headers.get("prefer")
    if header is None and TWIN not in request.query:
        return request, None
    query, twins = _strip_query_preferences(request.query)
    asked = {name: ("query", value) for name, value in twins.items()}
    asked |= {name: ("header", value) for name, value in _preferences(header or "") if name in _WORDS}
    if query != request.query:
        request = replace(request, query=query)
    return request, _read(asked) if asked else None


def _read(asked: Mapping[str, tuple[str, str]]) -> Preference:
    answer, problems = PLAIN, []
    for name, (location, value) in asked.items():
        accepted = _WORDS[name](value)
        if accepted is None:
            problems.append((location, f"{name}={value[:60]!a} cannot be used; {_EXPECTED[name]} was expected"))
        else:
            answer = replace(answer, **accepted)
    words = ", ".join(f"{name}={value}" for name, (_, value) in asked.items())
    return Preference(answer, words, tuple(problems))


def _strip_query_preferences(query: str) -> tuple[str, dict[str, str]]:
    kept, twins = [], {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        word = unquote_plus(name)
        if word.startswith(TWIN) and word[len(TWIN) :] in _WORDS:
            twins[word[len(TWIN) :]] = unquote_plus(value)
        else:
            kept.append(part)
    return "&".join(kept), twins


def _preferences(header: str) -> Iterator[tuple[str, str]]:
    """Read a field value; names are case-insensitive, and the first of a name counts."""
    seen = set()
    for match in _PREFERENCE.finditer(header):
        name, value = match[1].lower(), match[2] or ""
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        if name not in seen:
            seen.add(name)
            yield name, value


def _whole(value: str, most: int) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]{1,10}", value) and int(value) <= most else None


def _code(value: str) -> dict[str, Any] | None:
    code = _whole(value, 599)
    return {"status": code} if code is not None and code >= 100 else None


def _example(value: str) -> dict[str, Any] | None:
    return {"example": value} if value and len(value) <= 200 else None


def _dynamic(value: str) -> dict[str, Any] | None:
    return {"is_dynamic": value == "true"} if value in ("true", "false") else None


def _seed(value: str) -> dict[str, Any] | None:
    seed = _whole(value, 10**9)
    return {"seed": seed} if seed is not None else None


def _delay(value: str) -> dict[str, Any] | None:
    delay_ms = _whole(value, _MAX_DELAY_MS)
    return {"delay": Delay("fixed", delay_ms)} if delay_ms is not None else None


def _fault(value: str) -> dict[str, Any] | None:
    return {"fault": value} if value in FAULTS else None


#: Word → reads its value into members of an `PlannedAnswer`; None where it cannot be used.
_WORDS: Mapping[str, Callable[[str], dict[str, Any] | None]] = {
    "code": _code,
    "example": _example,
    "dynamic": _dynamic,
    "seed": _seed,
    "delay": _delay,
    "fault": _fault,
}
_EXPECTED = {
    "code": "a status that the operation documents",
    "example": "the name of an example of the document",
    "dynamic": "true or false",
    "seed": "a whole number up to 1000000000",
    "delay": f"a number of milliseconds up to {_MAX_DELAY_MS}",
    "fault": f"one of {', '.join(FAULTS)}",
}
