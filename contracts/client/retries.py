"""C2xx: clients that do not wait, and clients that do not give up.

All moments are the mock's: a client that waits in real time, while the mock's
clock stands still, has not waited there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from contracts.client.models import ClientRequest, Finding, Rule
from contracts.client.traffic import Traffic
from oas.pointers import get

if TYPE_CHECKING:
    from oas.vocabulary import RateLimits, RateLimitWindow

__all__ = ["PACE", "judge_pace"]

SAME_TOO_SOON = Rule(
    "C201",
    "ignored a 429: repeated the request before its wait was over",
    "After a 429 the same request comes again only when the seconds of `retry_after` have passed.",
    "Wait for `data.retry_after` seconds before the next try; in a test wait by `mock_api.sleep`, which moves the "
    "mock's clock and takes no time.",
)
OTHER_TOO_SOON = Rule(
    "C202",
    "ignored a 429: went on with other requests before its wait was over",
    "After a 429 no request with the same key comes until the seconds of `retry_after` have passed.",
    "Let all requests with one key share one wait, in a test by `mock_api.sleep`; where they had left in parallel "
    "before the 429 came, allow the rule.",
)
ABOVE_ALLOWANCE = Rule(
    "C203",
    "went above the allowance",
    "With one key no more requests go out in a window than the contract allows, whatever the mock lets through.",
    "Slow down by the `X-RateLimit-Remaining-…` headers; in a test move the mock's clock by `mock_api.sleep`.",
)
HAMMERED = Rule(
    "C204",
    "hammered on after a 401",
    "A key that was refused is not sent again and again: no wait makes it valid.",
    "Stop at the first 401 and tell the user that the key is not valid.",
)

#: In the order of their ids.
PACE = (SAME_TOO_SOON, OTHER_TOO_SOON, ABOVE_ALLOWANCE, HAMMERED)

#: Requests with a refused key after its first refusal from which it is hammering; fewer are a retry or two.
HAMMERING = 3


def judge_pace(trial: Traffic) -> Iterator[Finding]:
    """Judge the requests of each key for themselves."""
    limits = trial.document.limits
    for sent in trial.by_key.values():
        if limits is not None:
            yield from _too_soon(sent, limits)
            for window in limits.windows:
                yield from _above(sent, window)
        yield from _hammered(sent, trial)


def _too_soon(sent: tuple[ClientRequest, ...], limits: RateLimits) -> Iterator[Finding]:
    """Find what came before the end of a wait; a 429 during a wait may lengthen it."""
    refused: list[ClientRequest] = []
    until = -math.inf
    early: list[ClientRequest] = []
    for item in sent:
        if item.at >= until:
            yield from _ignored(refused, early, until)
            refused, early = [], []
        elif refused:
            early.append(item)
        if item.status == limits.status and (wait_s := _wait_s(item, limits)) is not None:
            refused.append(item)
            # A wait is given in whole seconds and counted to the end of a window, which is a whole second.
            until = max(until, math.floor(item.at + wait_s))
    yield from _ignored(refused, early, until)


def _ignored(refused: list[ClientRequest], early: list[ClientRequest], until: float) -> Iterator[Finding]:
    if not early:
        return
    first = refused[0]
    asked = {item.identity: item.order for item in reversed(refused)}
    again = [item for item in early if asked.get(item.identity, item.order) < item.order]
    others = [item for item in early if asked.get(item.identity, item.order) >= item.order]
    for rule, found in ((SAME_TOO_SOON, again), (OTHER_TOO_SOON, others)):
        if found:
            waited_s, wait_s = found[0].at - first.at, until - first.at
            what = "the request again" if rule is SAME_TOO_SOON else f"{_times(len(found), 'other request')}"
            sentence = (
                f"sent {what} {waited_s:.0f} s after a {first.status}, on the mock's clock, "
                f"which had said to wait {math.ceil(wait_s)} s"
            )
            yield Finding(rule, sentence, (first, *found))


def _wait_s(sent: ClientRequest, limits: RateLimits) -> int | None:
    """Return the wait that a 429 asks for, whole seconds; None where it names none."""
    text = sent.answer_headers.get(limits.retry_header.lower(), "")
    if text.isascii() and text.isdigit():
        return int(text)
    found = get(sent.answer, limits.retry_body)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def _above(sent: tuple[ClientRequest, ...], window: RateLimitWindow) -> Iterator[Finding]:
    """Count by fixed windows that begin with the epoch."""
    for _, group in groupby(sent, key=lambda item: item.at // window.seconds):
        found = tuple(group)
        if len(found) > window.limit:
            sentence = f"sent {len(found):,} requests in one {window.name}; the contract allows {window.limit:,}"
            yield Finding(ABOVE_ALLOWANCE, sentence, found[window.limit :])


def _hammered(sent: tuple[ClientRequest, ...], trial: Traffic) -> Iterator[Finding]:
    """Find runs of refusals of a key, ended by any answer that lets it in."""
    for is_refused, group in groupby(sent, key=lambda item: _is_refused(item, trial)):
        found = tuple(group)
        if is_refused and len(found) > HAMMERING:
            more = _times(len(found) - 1, "more request")
            key = "a key that" if found[0].key_hash else "no key, which"
            yield Finding(HAMMERED, f"sent {more} with {key} had been refused by {found[0].status}", found)


def _is_refused(sent: ClientRequest, trial: Traffic) -> bool:
    rule = trial.document.error("unauthenticated", trial.operation(sent))
    if rule is None or sent.status != rule.status:
        return False
    return bool(get(sent.answer, trial.document.envelope.error_code) == rule.error_code)


def _times(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
