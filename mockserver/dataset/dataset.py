"""The organisation that the mock serves: immutable, indexed once, every figure derived.

Loaded from a file or generated; either way the same class. Nothing that can be
computed is stored: sums come from running sums by user and day, rows of the
campaign list are built when they are first asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from mockserver.dataset.cache import BoundedCache
from mockserver.dataset.columns import Computed, Values
from mockserver.dataset.figures import LANE_BITS, Figures, Span, Timeline, Vectors, lanes, packed_total
from mockserver.dataset.routines import STATUSES, TYPES, Organisation, Routine, RoutineTable, User
from mockserver.dataset.serializers import campaign_item
from mockserver.timestamps import iso_z
from oas.pointers import lookup

ROW_CACHE_BYTES = 64 << 20
ANSWER_CACHE_BYTES = 32 << 20
#: The lanes of a tally.
COUNTED = STATUSES + TYPES

# Pointers into a row that need no row to be built; any other is looked up in the row itself.
_FIELDS = {
    "/linkedin_campaign_routine/id": "id",
    "/linkedin_campaign_routine/campaign_name": "name",
    "/linkedin_campaign_routine/campaign_status": "status",
    "/linkedin_campaign_routine/campaign_type": "type",
}
_FIGURES = {
    "/member_count": "members",
    "/connection_percentage": "connection_percentage",
    "/response_rate": "response_rate",
}
_CREATED_AT = "/linkedin_campaign_routine/created_at"
_USER_ID = "/linkedin_user/linkedin_user_information_id"


def load(path: Path, first_day: date) -> Dataset:
    """Return the organisation of a dataset file; days such as `-12d` count back from `first_day`.

    Raises:
        DatasetInvalid: the file cannot be read, has another shape or contradicts itself; its pointer says where.
    """
    from mockserver.dataset.loading import read

    return Dataset(*read(path, first_day))


def generate(routines: int, seed: int, first_day: date) -> Dataset:
    """Return a made-up organisation; the same arguments give the same bytes on every platform.

    Args:
        routines: 0 to 5,000,000; users are about the square root of it.
        seed: any whole number.
        first_day: the last day that has figures.

    Raises:
        DatasetInvalid: there cannot be so many routines.
    """
    from mockserver.dataset import generator

    source = generator.source_of(seed)
    users = generator.users(generator.user_count(routines), source)
    return Dataset(generator.ORGANISATION, users, generator.routines(routines, len(users), first_day, source))


class Dataset:
    """One organisation with its users, routines and figures. Safe under threads.

    Rows are numbered in the default order of the campaign list: the newest
    routine first, ties by id.

    Args:
        organisation: the organisation.
        users: in the order in which they are listed; their ids are unique.
        routines: in any order.

    Attributes:
        organisation: as given.
        users: as given.
        entities: `user`, `routine`, `organisation` → the ids that exist.
        answers: encoded parts of answers, for `operations` to keep.
    """

    __slots__ = (
        "_everyone",
        "_rows",
        "_table",
        "_tallies",
        "_timelines",
        "_user_rows",
        "answers",
        "entities",
        "organisation",
        "users",
    )

    def __init__(self, organisation: Organisation, users: Iterable[User], routines: Iterable[Routine]) -> None:
        self.organisation = organisation
        self.users = tuple(users)
        self._table = RoutineTable(routines)
        self._user_rows = {user.id: place for place, user in enumerate(self.users)}
        self.entities: Mapping[str, Container[Any]] = {
            "user": self._user_rows,
            "routine": self._table.rows,
            "organisation": frozenset([organisation.id]),
        }
        self._timelines = _timelines(self._table, len(self.users))
        self._everyone = Timeline.merged(self._timelines)
        self._tallies = _tallies(self._table, len(self.users))
        self._rows: BoundedCache[bytes] = BoundedCache(ROW_CACHE_BYTES)
        self.answers: BoundedCache[Any] = BoundedCache(ANSWER_CACHE_BYTES)

    def __len__(self) -> int:
        """Return the number of routines."""
        return len(self._table)

    def routine(self, row: int) -> Routine:
        """Return the routine of a row."""
        return self._table[row]

    def routine_row(self, routine_id: str) -> int:
        """Return the row of a routine.

        Raises:
            KeyError: `entities["routine"]` does not hold the id.
        """
        return self._table.rows[routine_id]

    def selected(self, user_ids: Iterable[str] | None) -> Sequence[int]:
        """Return the places of users in `users`, ascending and without repetition; without ids, all of them.

        Raises:
            KeyError: `entities["user"]` does not hold an id.
        """
        places = sorted({self._user_rows[user_id] for user_id in user_ids or ()})
        return places or range(len(self.users))

    def timeline(self, places: Sequence[int]) -> Timeline:
        """Return the sums by day of the routines of users."""
        if len(places) == len(self.users):
            return self._everyone
        return self._timelines[places[0]] if len(places) == 1 else Timeline.merged(self._timelines[p] for p in places)

    def user_total(self, place: int, span: Span) -> Figures:
        """Return the sums of one user's routines over a span."""
        return self._timelines[place].total(span)

    def counts(self, places: Iterable[int]) -> dict[str, int]:
        """Return how many routines users have of each status and of each type."""
        return dict(zip(COUNTED, lanes(sum(self._tallies[place] for place in places), len(COUNTED)), strict=True))

    def row(self, row: int) -> dict[str, Any]:
        """Return a routine as it stands in the campaign list. Source: heading "Get Campaign Information"."""
        routine = self._table[row]
        return campaign_item(routine, self.users[routine.user])

    def row_json(self, row: int) -> bytes:
        """Return a row as JSON, encoded when it is first asked for."""
        found = self._rows.find(row)
        if found is None:
            encoded = orjson.dumps(self.row(row))
            found = self._rows.keep(row, encoded, len(encoded))
        return found

    def column(self, pointer: str) -> Values:
        """Return what a pointer into `row` finds in each row, in order.

        Raises:
            LookupError: a row has nothing there; raised when the column is read.
        """
        table = self._table
        if pointer in _FIELDS:
            return table.column(_FIELDS[pointer])
        if pointer in _FIGURES:
            blobs, name = table.column("figures"), _FIGURES[pointer]
            return Computed(len(self), lambda row: getattr(packed_total(blobs[row]), name))
        if pointer == _CREATED_AT:
            moments = table.column("created_at")
            return Computed(len(self), lambda row: iso_z(moments[row]))
        if pointer == _USER_ID:
            places = table.column("user")
            return Computed(len(self), lambda row: self.users[places[row]].id)
        return Computed(len(self), lambda row: lookup(self.row(row), pointer))


def _timelines(table: RoutineTable, users: int) -> tuple[Timeline, ...]:
    by_user: list[dict[int, int]] = [{} for _ in range(users)]
    vectors = Vectors()
    columns = (table.column(field) for field in ("user", "first_day", "figures"))
    for user, first_day, figures in zip(*columns, strict=True):
        vectors.add_days(by_user[user], first_day, figures)
    return tuple(map(Timeline, by_user))


def _tallies(table: RoutineTable, users: int) -> list[int]:
    tallies = [0] * users
    for field in ("status", "type"):
        for (user, value), count in Counter(zip(table.column("user"), table.column(field), strict=True)).items():
            tallies[user] += count << LANE_BITS * COUNTED.index(value)
    return tallies
