"""The allowance of one key at one server: what was sent, what the server said is left.

All moments are the server's: the caller gives the earliest that its clock can
show now, and by how much it may be ahead of that. A window counts as turned
only when it surely has, and a request that may have fallen into the present
window is counted there; without any knowledge of the server's clock the last
60 seconds count, whatever window they fell into.

The server is believed when it says that less is left than we think, never when
it says more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import TypeVar

from contracts.allowance.server_clock import Moment
from contracts.allowance.storage import AllowanceState, AllowanceStorage, FileStorage, MemoryStorage, ReportedLimit
from contracts.config import Config
from contracts.request_index import RequestIndex
from oas.vocabulary import RateLimitWindow

__all__ = [
    "GRANTED",
    "Ledger",
    "Wait",
    "open_ledger",
]

#: Windows up to this length remember each request, longer ones only how many there were.
_EXACT_S = 3600
#: A server may round the seconds that it asks us to wait.
_GRAIN_S = 1.0
#: Moments are kept in milliseconds.
_TICK_S = 0.001

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wait:
    """What the ledger answers.

    Attributes:
        seconds: to wait before asking again; 0 when the request was entered.
        reason: why, as the end of a sentence; empty when it was entered.
        ticket: place of the request among all that were entered, for `observe`; 0 when it was not.
    """

    seconds: float
    reason: str = ""
    ticket: int = 0

    @property
    def is_granted(self) -> bool:
        """Whether the request may be sent."""
        return self.ticket > 0


class Ledger:
    """Allowance of the documented windows.

    Safe for threads and, on a shelf that is a file, for processes.

    Args:
        windows: documented limits; none limits nothing but `retry_after`.
        shelf: where the book lies.
        acquire: requests of each window that are left to others who use the same key.
    """

    def __init__(self, windows: Sequence[RateLimitWindow], shelf: AllowanceStorage, reserve: int = 1) -> None:
        self._windows = tuple(windows)
        self._shelf = shelf
        self._reserve = reserve
        self._horizon_s = max((window.seconds for window in windows), default=86_400)
        #: Tickets of this process that were neither answered nor lost: the server may count them at any moment.
        self._flying: set[int] = set()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong with the file, in words: it was unreadable and begun anew, or cannot be written."""
        return tuple(self._shelf.warnings)

    @property
    def offset(self) -> tuple[float, float] | None:
        """The server's clock as an earlier run saw it: seconds ahead of ours, and the doubt; None when unknown."""
        return self._with_book(lambda book: book.offset)

    def acquire(self, now: Moment, *, is_forced: bool = False) -> Wait:
        """Enter one request that is about to be sent, or say how long to wait.

        Args:
            now: what the server's clock shows.
            is_forced: enter it even if nothing is left.
        """
        return self._with_book(lambda book: self._enter(book, now, is_forced))

    def observe(
        self,
        ticket: int,
        now: Moment,
        remaining: Mapping[str, int],
        retry_after_s: float | None = None,
        offset: tuple[float, float] | None = None,
    ) -> None:
        """Enter what an answer said.

        Args:
            ticket: of the request that was answered.
            now: what the server's clock shows.
            remaining: name of a window → requests left in it; what is negative, or of no window, is passed over.
            retry_after_s: seconds in which nothing more is answered; at most the longest window is believed.
            offset: how the server's clock stands to ours, to be remembered.
        """

        def hear(book: AllowanceState) -> None:
            if offset is not None:
                _rebase(book, offset)
            self._land(book, ticket, now)
            for window in self._windows:
                if remaining.get(window.name, -1) >= 0:
                    _lower(book, window, ticket + remaining[window.name], now)
            if retry_after_s is not None and retry_after_s > 0:
                # Our idea of the server's time may still be put forward by the doubt, and the wait cut short by it.
                until = now.at + min(retry_after_s, self._horizon_s) + min(now.doubt_s, _GRAIN_S)
                book.blocked_until = max(book.blocked_until, until)

        self._with_book(hear)

    def abandon(self, ticket: int, now: Moment) -> None:
        """Enter that a request was not answered, and is not under way any more."""
        self._with_book(lambda book: self._land(book, ticket, now))

    def seconds_to_reset(self, name: str, now: Moment) -> float:
        """Return the seconds until a window has surely turned; the shortest window's for an unknown name."""
        windows = [window for window in self._windows if window.name == name] or list(self._windows[:1])
        return min((_end(window, now) - now.at for window in windows), default=60.0)

    def _with_book(self, act: Callable[[AllowanceState], T]) -> T:
        with self._shelf.open() as book:
            return act(book)

    def _enter(self, book: AllowanceState, now: Moment, is_forced: bool) -> Wait:
        self._tidy(book, now.at)
        waits = [self._wait(book, window, now) for window in self._windows]
        if book.blocked_until > now.at:
            waits.append(Wait(book.blocked_until - now.at, "the server asked us to wait"))
        longest = max(waits, key=lambda wait: wait.seconds, default=GRANTED)
        if longest.seconds > 0 and not is_forced:
            return longest
        book.entered += 1
        book.recent.append((book.entered, round(now.at, 3)))
        self._flying.add(book.entered)
        for window in self._windows:
            period, used = book.used.get(window.name, (0, 0))
            book.used[window.name] = (period, used + 1)
        return Wait(0.0, ticket=book.entered)

    def _wait(self, book: AllowanceState, window: RateLimitWindow, now: Moment) -> Wait:
        free = max(1, window.limit - self._reserve)
        begin = now.at - now.at % window.seconds
        reason = f"the {window.name}'s allowance is used up"
        ceiling = book.ceilings.get(window.name)
        if ceiling is not None and book.entered >= ceiling.entered - self._reserve:
            return Wait(ceiling.until - now.at, reason)
        if window.seconds > _EXACT_S:
            used = book.used.get(window.name, (0, 0))[1]
            return Wait(begin + window.seconds - now.at, reason) if used >= free else GRANTED
        # A moment `at` of the book means that the server counted between `at` and the doubt later.
        first = max(now.at - window.seconds + _TICK_S, begin - now.doubt_s)
        counted = [at for ticket, at in book.recent if at >= first or ticket in self._flying]
        if len(counted) < free:
            return GRANTED
        oldest = sorted(counted)[len(counted) - free]
        ends = [max(oldest, first) + window.seconds]
        if oldest < begin + window.seconds - now.doubt_s:
            ends.append(begin + window.seconds)
        return Wait(min(ends) - now.at + _TICK_S, reason)

    def _land(self, book: AllowanceState, ticket: int, now: Moment) -> None:
        self._flying.discard(ticket)
        # The server counted it at some moment until now; the last one possible falls into no window too early.
        book.recent = [(one, max(at, round(now.at, 3)) if one == ticket else at) for one, at in book.recent]
        self._tidy(book, now.at)

    def _tidy(self, book: AllowanceState, now: float) -> None:
        """Drop what is over. What seems to come from the future, because a clock was set back, counts as now."""
        exact = max((window.seconds for window in self._windows if window.seconds <= _EXACT_S), default=0)
        kept = self._flying
        book.recent = [(one, min(at, now)) for one, at in book.recent if at > now - exact or one in kept]
        book.blocked_until = min(book.blocked_until, now + self._horizon_s)
        for window in self._windows:
            period = floor(now / window.seconds)
            before, used = book.used.get(window.name, (period, 0))
            book.used[window.name] = (period, used if before >= period else 0)
            ceiling = book.ceilings.get(window.name)
            if ceiling is not None and ceiling.until <= now:
                del book.ceilings[window.name]
            elif ceiling is not None and ceiling.until > now + window.seconds:
                book.ceilings[window.name] = ReportedLimit(ceiling.entered, now + window.seconds)


def _lower(book: AllowanceState, window: RateLimitWindow, entered: int, now: Moment) -> None:
    """Believe that nothing beyond the `entered`th request is answered in this window, unless less is known."""
    # What was entered after the request may not have been counted yet when the server answered it: it counts twice.
    before = book.ceilings.get(window.name)
    until = _end(window, now)
    book.ceilings[window.name] = (
        ReportedLimit(min(entered, before.entered), max(until, before.until))
        if before
        else ReportedLimit(entered, until)
    )


def _rebase(book: AllowanceState, offset: tuple[float, float]) -> None:
    """Move what was entered by another idea of the server's clock, or by none, to the present one."""
    shift = offset[0] - (book.offset[0] if book.offset else 0.0)
    if abs(shift) > _GRAIN_S:
        book.recent = [(ticket, at + shift) for ticket, at in book.recent]
    book.offset = offset


def _end(window: RateLimitWindow, now: Moment) -> float:
    """Return the end of the present window; a whole window from now where it is not known when it began."""
    is_known = now.doubt_s < window.seconds
    return now.at + window.seconds - (now.at % window.seconds if is_known else 0.0)


#: Nothing stands in the way of a request.
GRANTED = Wait(0.0)


_APPLICATION = "konnector-contracts"


def open_ledger(config: Config, origin: str, surface: RequestIndex, *, is_live: bool) -> Ledger:
    """Open the ledger of the configured key at a server.

    A file remembers it between runs where the target is live or a file
    was named. A server on loopback forgets its counters whenever it is started
    anew, and tells what is left in its first answer; there memory will do.
    """
    return Ledger(surface.windows, _shelf(config, origin, is_live))


def _shelf(config: Config, origin: str, is_live: bool) -> AllowanceStorage:
    if config.ledger is None and not is_live:
        return MemoryStorage()
    name = hashlib.sha256(f"{origin}\n{config.api_key or ''}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return FileStorage(config.ledger or _state_folder() / f"{name}.json", name)


def _state_folder() -> Path:
    # Costs 20 ms, which a run on this machine need not pay.
    from platformdirs import user_state_path

    return user_state_path(_APPLICATION, appauthor=False) / "ledger"
