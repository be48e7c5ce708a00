"""Users and campaign routines: the records, and a table that keeps millions of them small.

What a file holds and what a generator makes are `Routine` records; the table
packs them into columns, sorts them once and hands them out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from mockserver.dataset.columns import BytesColumn, Column, DictionaryColumn, IntColumn, TextColumn, TimestampColumn

#: Both in the order in which the dashboard counts them.
STATUSES = ("completed", "active", "inactive", "draft")
TYPES = ("friend_request_follow_message", "connector_campaign", "friend_campaign", "smart_campaign", "shared_campaign")
USER_STATUSES = ("active", "inactive")

FRIEND_REQUEST = "friend_request"
MESSAGE = "message"


class Organisation(NamedTuple):
    """The organisation that everything belongs to; `created_at` in seconds since the epoch."""

    id: int
    name: str
    created_at: int
    subscription_status: str


class User(NamedTuple):
    """A LinkedIn user of the organisation; `status` is one of `USER_STATUSES`."""

    id: str
    name: str
    email: str
    status: str


class Metadata(NamedTuple):
    """What a routine is for."""

    target_industry: str
    target_positions: tuple[str, ...]
    campaign_goals: str


class Step(NamedTuple):
    """One step of a routine: its type, `friend_request` or `message`, and the days to wait before it."""

    type: str
    delay_days: int


#: What a routine of each type does where nothing else is said.
STEPS: Mapping[str, tuple[Step, ...]] = {
    "friend_request_follow_message": (Step(FRIEND_REQUEST, 0), Step(MESSAGE, 1), Step(MESSAGE, 3)),
    "connector_campaign": (Step(FRIEND_REQUEST, 0), Step(MESSAGE, 1)),
    "friend_campaign": (Step(FRIEND_REQUEST, 0),),
    "smart_campaign": (Step(FRIEND_REQUEST, 0), Step(MESSAGE, 1), Step(MESSAGE, 3), Step(MESSAGE, 5)),
    "shared_campaign": (Step(MESSAGE, 0), Step(MESSAGE, 3)),
}


class Routine(NamedTuple):
    """A campaign routine.

    Attributes:
        id: not empty, unique in the organisation.
        name: any text.
        user: place of its user in the organisation's list.
        type: one of `TYPES`.
        status: one of `STATUSES`.
        created_at: seconds since the epoch.
        initial_activate_time: seconds since the epoch; None before the first activation.
        last_activate_time: likewise.
        max_campaign_days: 0 to 65,535.
        source: where it came from.
        metadata: what it is for.
        steps: in order, with at most one friend request.
        first_day: the day of the first figures.
        figures: consecutive days from there on, as `figures.pack_days` makes them.
    """

    id: str
    name: str
    user: int
    type: str
    status: str
    created_at: int
    initial_activate_time: int | None
    last_activate_time: int | None
    max_campaign_days: int
    source: str
    metadata: Metadata
    steps: tuple[Step, ...]
    first_day: int = 0
    figures: bytes = b""


class RoutineTable:
    """All routines in their default order: the newest first, ties by id.

    Args:
        routines: in any order; their ids are unique.

    Attributes:
        ids: row → id.
        rows: id → row.
    """

    __slots__ = ("_columns", "ids", "rows")

    def __init__(self, routines: Iterable[Routine]) -> None:
        self.ids = TextColumn()
        self._columns: dict[str, Column] = {
            "id": self.ids,
            "name": DictionaryColumn(),
            "user": IntColumn("I"),
            "type": DictionaryColumn(),
            "status": DictionaryColumn(),
            "created_at": IntColumn("q"),
            "initial_activate_time": TimestampColumn(),
            "last_activate_time": TimestampColumn(),
            "max_campaign_days": IntColumn("H"),
            "source": DictionaryColumn(),
            "metadata": DictionaryColumn(),
            "steps": DictionaryColumn(),
            "first_day": IntColumn("i"),
            "figures": BytesColumn(),
        }
        self._pack(iter(routines))
        self._sort()
        self.rows = dict(zip(self.ids, range(len(self.ids)), strict=True))

    def column(self, field: str) -> Column:
        """Return the column of one field of `Routine`."""
        return self._columns[field]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, row: int) -> Routine:
        return Routine(*[column[row] for column in self._columns.values()])

    def __iter__(self) -> Iterator[Routine]:
        return map(self.__getitem__, range(len(self.ids)))

    def _pack(self, routines: Iterator[Routine]) -> None:
        # Only a few records exist at a time; turning them into columns is the interpreter's own loop.
        while chunk := list(islice(routines, 4096)):
            for column, values in zip(self._columns.values(), zip(*chunk, strict=True), strict=True):
                column.extend(values)

    def _sort(self) -> None:
        order = sorted(range(len(self.ids)), key=self.ids.__getitem__)
        # Sorting keeps the order of equal values, also when it is reversed.
        order.sort(key=self._columns["created_at"].__getitem__, reverse=True)
        for column in self._columns.values():
            column.reorder(order)
