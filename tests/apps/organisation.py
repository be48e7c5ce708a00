"""A small organisation of the second right server, made by arithmetic, with ids and texts of its own kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

STATUSES = ("draft", "active", "completed", "inactive")
TYPES = (
    "smart_campaign",
    "connector_campaign",
    "shared_campaign",
    "friend_campaign",
    "friend_request_follow_message",
)
#: Sorts one way by code point and another way with case folded.
WORDS = ("alpha", "Zulu", "beta", "Yankee", "Gamma", "x-ray", "delta", "Whiskey")
FIGURES = ("member_count", "friend_request_count", "friend_accept_count", "message_sent_count", "message_replied_count")
FIRST_DAY = date(2031, 2, 26)


@dataclass
class Routine:
    """One campaign with its figures by day."""

    number: int
    user: int
    status: str
    type: str
    days: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"rt+{self.number:03}/=&é"

    @property
    def name(self) -> str:
        return f"{WORDS[self.number % len(WORDS)]} Outreach {self.number % 5}"

    @property
    def created(self) -> str:
        # Three to a day, so that equal keys, and days with several rows, are there; all before the first is activated.
        moment = datetime(2031, 1, 10, 23, 59, 58, 250_000, tzinfo=UTC) + timedelta(days=self.number // 3 % 40)
        return moment.isoformat().replace("+00:00", "Z")

    @property
    def activated(self) -> str | None:
        return None if self.status == "draft" else f"2031-02-2{self.number % 8}T08:00:00Z"

    def total(self, figure: str, start: str = "", end: str = "9999-99-99") -> int:
        return sum(figures[figure] for day, figures in self.days.items() if start <= day <= end)

    def series(self, *names: str, start: str = "", end: str = "9999-99-99") -> list[dict[str, Any]]:
        return [
            {**{name: figures[name] for name in names}, "date": day}
            for day, figures in sorted(self.days.items())
            if start <= day <= end
        ]


def share(part: int, whole: int) -> float:
    """Return a percentage with one decimal, half away from zero."""
    return int(1000 * part / whole + 0.5) / 10 if whole else 0.0


def routines(count: int, users: int, days: int) -> list[Routine]:
    """Make routines of every status and type, drafts without a day."""
    made: list[Routine] = []
    for number in range(count):
        status, kind = STATUSES[number % 4], TYPES[number % 5]
        routine = Routine(number, number * 7 % users, status, kind)
        for place in range(0 if status == "draft" else days - number % 2):
            base = (number * 13 + place * 5) % 17 + 2
            figures = (base + 3, base + 1, base // 2, base, base // 3)
            day = FIRST_DAY + timedelta(days=place + number % 3)
            routine.days[day.isoformat()] = dict(zip(FIGURES, figures, strict=True))
        made.append(routine)
    return made
