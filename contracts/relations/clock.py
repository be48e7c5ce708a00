"""The target's own clock, as an answer shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from contracts.observations.comparison import moment_of
from contracts.observations.observations import Observation
from oas.pointers import get

__all__ = ["clock_of", "clocks_of", "date_of", "in_one_window"]


def clock_of(seen: Observation, stamp: str) -> datetime:
    """Return the moment of an answer: by its stamp, the clock of a mock, its `Date`, or else when it was received here.

    Args:
        seen: an answer.
        stamp: pointer of the stamp in bodies; empty for none.
    """
    reported = moment_of(get(seen.body, stamp)) if stamp else None
    if reported is None and seen.now is not None:
        return datetime.fromtimestamp(seen.now, UTC)
    return reported or date_of(seen)


def in_one_window(before: Observation, after: Observation, stamp: str, seconds: int, slack_s: float) -> bool:
    """Whether no window of the target's clock can have begun between two answers.

    Args:
        before: the earlier answer.
        after: the later one.
        stamp: pointer of the stamp in bodies; empty for none.
        seconds: length of a window; windows are whole multiples of it since the epoch.
        slack_s: how far a stamp may be from the moment at which its request was counted, seconds.
    """
    first, second = (clock_of(item, stamp).timestamp() for item in (before, after))
    return (first - slack_s) // seconds == (second + slack_s) // seconds


def clocks_of(seen: Observation) -> tuple[datetime, ...]:
    """Return what the target's clock may have shown: by `Date` or when the answer came, and a mock's own clock."""
    return date_of(seen), *((datetime.fromtimestamp(seen.now, UTC),) if seen.now is not None else ())


def date_of(seen: Observation) -> datetime:
    """Return the moment of an answer by its `Date`, or else when it was received here."""
    sent = seen.answer.header("date")
    if sent:
        try:
            return parsedate_to_datetime(sent).astimezone(UTC)
        except (TypeError, ValueError):
            pass  # an unreadable Date says nothing; this machine's clock stands in
    return datetime.fromtimestamp(seen.answer.received_at, UTC)
