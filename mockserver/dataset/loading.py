"""Reads a dataset file and says, with a JSON pointer, what in it cannot be.

A file is YAML 1.2 or JSON: `organisation`, `users`, `routines`. Its figures are columns, one
entry for each consecutive day. A moment is `2025-05-01T10:15:30Z` or counts
back from the first day of the clock, `-12d 09:30:00`; a day likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs

from mockserver.dataset.figures import FIRST_DAY, LAST_DAY, MAX_COUNT, NAMES, SECONDS_A_DAY, Figures, day_of, pack_days
from mockserver.dataset.routines import (
    FRIEND_REQUEST,
    MESSAGE,
    STATUSES,
    STEPS,
    TYPES,
    USER_STATUSES,
    Metadata,
    Organisation,
    Routine,
    Step,
    User,
)
from mockserver.errors import DatasetInvalid
from oas.bounds import Bounds
from oas.errors import SpecInvalid
from oas.findings import Finding
from oas.loading import parse
from oas.pointers import join

_BOUNDS = Bounds()

_DAY = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|-?[0-9]{1,4}d)"
_TIME = "([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
_MOMENT = f"(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_TIME}Z|-?[0-9]{{1,4}}d {_TIME})"


def _closed(optional: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_TEXT = {"type": "string", "minLength": 1}
_STAMP = {"type": "string", "pattern": f"^{_MOMENT}$"}
_DAYS = {"type": "string", "pattern": f"^{_DAY}$"}
_COUNTS = {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": MAX_COUNT}}
#: The shape of a file; what it means is judged by `datafile`.
SCHEMA: dict[str, Any] = _closed(
    organisation=_closed(id={"type": "integer"}, name=_TEXT, created_at=_STAMP, subscription_status=_TEXT),
    users={
        "type": "array",
        "items": _closed(
            id=_TEXT,
            name=_TEXT,
            email={"type": "string", "pattern": r"^\S+@\S+$"},
            status={"enum": list(USER_STATUSES)},
        ),
    },
    routines={
        "type": "array",
        "items": _closed(
            ("activated", "figures", "steps"),
            id=_TEXT,
            name=_TEXT,
            user=_TEXT,
            type={"enum": list(TYPES)},
            status={"enum": list(STATUSES)},
            created_at=_STAMP,
            activated={"type": "array", "items": _STAMP, "minItems": 1, "maxItems": 2},
            max_campaign_days={"type": "integer", "minimum": 0, "maximum": MAX_COUNT},
            source=_TEXT,
            metadata=_closed(
                target_industry={"type": "string"},
                target_positions={"type": "array", "items": {"type": "string"}},
                campaign_goals={"type": "string"},
            ),
            steps={
                "type": "array",
                "items": {
                    "type": "array",
                    "prefixItems": [{"enum": [FRIEND_REQUEST, MESSAGE]}, {"type": "integer", "minimum": 0}],
                    "minItems": 2,
                    "maxItems": 2,
                },
            },
            figures=_closed(
                NAMES, **{"from": {"type": "string", "pattern": f"^{_DAY}$"}}, **dict.fromkeys(NAMES, _COUNTS)
            ),
        ),
    },
)


Parts = tuple[Organisation, tuple[User, ...], tuple[Routine, ...]]


def read(path: Path, first_day: date) -> Parts:
    """Return what a file holds: organisation, users, routines.

    Raises:
        DatasetInvalid: the first of `findings`.
    """
    parts, found = _judge(path, first_day)
    if found:
        raise found[0]
    return parts


def findings(path: Path, first_day: date) -> list[DatasetInvalid]:
    """List what is wrong with a file, each with its pointer: its shape, or else at most one thing of each record."""
    return _judge(path, first_day)[1]


def _judge(path: Path, first_day: date) -> tuple[Parts, list[DatasetInvalid]]:
    nothing: Parts = (Organisation(0, "", 0, ""), (), ())
    doubtful: list[Finding] = []
    try:
        document = parse(path.read_bytes(), str(path), _BOUNDS, doubtful)
    except OSError as error:
        return nothing, [DatasetInvalid(f"this is not a dataset file: {error}", str(path))]
    except SpecInvalid as error:
        return nothing, [DatasetInvalid(f"this is not a dataset file: {error.message}", str(path), "", error.line)]
    # What costs a value, such as a key given twice, is refused here: figures that are lost would not add up.
    if doubtful:
        return nothing, [DatasetInvalid(item.message, str(path), item.pointer, item.line) for item in doubtful]
    errors = list(jsonschema_rs.Draft202012Validator(SCHEMA).iter_errors(document))
    if errors:
        return nothing, [DatasetInvalid(error.message, str(path), join("", *error.instance_path)) for error in errors]
    return _Reader(str(path), day_of(first_day.isoformat())).parts(document)


class _Reader:
    """Turns the parts of a well-shaped document into records, and collects what contradicts itself."""

    def __init__(self, source: str, today: int) -> None:
        self._source = source
        self._today = today
        self._users: dict[str, int] = {}
        self._routines: set[str] = set()
        self._at = ""

    def parts(self, document: Mapping[str, Any]) -> tuple[Parts, list[DatasetInvalid]]:
        found: list[DatasetInvalid] = []
        made: dict[str, list[Any]] = {"organisation": [], "users": [], "routines": []}
        records: list[tuple[str, str, Any, Callable[[Any], Any]]] = [
            ("organisation", "", document["organisation"], self._organisation)
        ]
        records += [("users", f"/{place}", item, self._user) for place, item in enumerate(document["users"])]
        records += [("routines", f"/{place}", item, self._routine) for place, item in enumerate(document["routines"])]
        for part, place, item, record in records:
            self._at = f"/{part}{place}"
            try:
                made[part].append(record(item))
            except DatasetInvalid as finding:
                found.append(finding)
        organisation = made["organisation"][0] if made["organisation"] else Organisation(0, "", 0, "")
        return (organisation, tuple(made["users"]), tuple(made["routines"])), found

    def _refuse(self, field: str, message: str) -> DatasetInvalid:
        return DatasetInvalid(message, self._source, f"{self._at}/{field}")

    def _organisation(self, item: Mapping[str, Any]) -> Organisation:
        moment = self._moment("created_at", item["created_at"])
        return Organisation(int(item["id"]), item["name"], moment, item["subscription_status"])

    def _user(self, item: Mapping[str, Any]) -> User:
        if item["id"] in self._users:
            raise self._refuse("id", f"two users have the id {item['id']!r}; every user needs one of its own")
        self._users[item["id"]] = len(self._users)
        return User(**item)

    def _routine(self, item: Mapping[str, Any]) -> Routine:
        if item["id"] in self._routines:
            raise self._refuse("id", f"two routines have the id {item['id']!r}; every routine needs one of its own")
        self._routines.add(item["id"])
        if item["user"] not in self._users:
            raise self._refuse(
                "user", f"{item['user']!r} is not a user of this file; the id of one of `users` was expected"
            )
        created = self._moment("created_at", item["created_at"])
        initial, last = self._activations(item, created)
        steps = (
            tuple(Step(type_, int(delay)) for type_, delay in item["steps"]) if "steps" in item else STEPS[item["type"]]
        )
        first_day, days = self._days(item, steps, initial)
        metadata = item["metadata"]
        return Routine(
            id=item["id"],
            name=item["name"],
            user=self._users[item["user"]],
            type=item["type"],
            status=item["status"],
            created_at=created,
            initial_activate_time=initial,
            last_activate_time=last,
            max_campaign_days=int(item["max_campaign_days"]),
            source=item["source"],
            metadata=Metadata(**{**metadata, "target_positions": tuple(metadata["target_positions"])}),
            steps=steps,
            first_day=first_day,
            figures=pack_days(days),
        )

    def _activations(self, item: Mapping[str, Any], created: int) -> tuple[int | None, int | None]:
        stamps = item.get("activated", [])
        if (item["status"] == "draft") != (not stamps):
            raise self._refuse("status", "a draft was never activated; every other routine needs `activated`")
        moments = [self._moment(f"activated/{place}", stamp) for place, stamp in enumerate(stamps)]
        if sorted([created, *moments]) != [created, *moments]:
            raise self._refuse("activated", "a routine is created, then activated, then activated again, in this order")
        return (moments[0], moments[-1]) if moments else (None, None)

    def _days(self, item: Mapping[str, Any], steps: tuple[Step, ...], initial: int | None) -> tuple[int, list[Figures]]:
        columns = item.get("figures")
        if columns is None:
            return 0, []
        if initial is None:
            raise self._refuse("figures", "a draft has no figures; leave them out or give it another status")
        first_day = self._day("figures/from", columns["from"])
        if first_day < initial // SECONDS_A_DAY:
            raise self._refuse("figures/from", "figures begin on the day of the first activation or later")
        length = max((len(columns[name]) for name in NAMES if name in columns), default=0)
        if first_day + length - 1 > LAST_DAY:
            raise self._refuse("figures", "the columns lead out of the calendar; begin them earlier")
        read = {name: [int(count) for count in columns.get(name, [0] * length)] for name in NAMES}
        for name, column in read.items():
            if len(column) != length:
                raise self._refuse(f"figures/{name}", f"{length} days were expected, as in the longest column")
        days = [Figures(*counts) for counts in zip(*read.values(), strict=True)]
        self._judge_days(days, steps, item["max_campaign_days"])
        return first_day, days

    def _judge_days(self, days: list[Figures], steps: tuple[Step, ...], max_days: int) -> None:
        requests, messages = (sum(step.type == type_ for step in steps) for type_ in (FRIEND_REQUEST, MESSAGE))
        if requests > 1:
            raise self._refuse("steps", "a routine sends its friend requests in one step at most")
        for place, day in enumerate(days):
            if day.accepts > day.requests:
                raise self._refuse(f"figures/accepts/{place}", f"{day.accepts} accepts of {day.requests} requests")
            if day.replied > day.sent:
                raise self._refuse(f"figures/replied/{place}", f"{day.replied} replies to {day.sent} messages")
            if day.requests and not requests:
                raise self._refuse(f"figures/requests/{place}", "requests need a step of the type friend_request")
            if day.sent and not messages:
                raise self._refuse(f"figures/sent/{place}", "messages need a step of the type message")
        run = sum(map(any, days))
        if run > max_days:
            raise self._refuse("max_campaign_days", f"{max_days} days at most, but there are figures for {run} days")

    def _moment(self, field: str, text: str) -> int:
        day, clock = text[:-1].split("T") if text.endswith("Z") else text.split(" ")
        hours, minutes, seconds = map(int, clock.split(":"))
        return self._day(field, day) * SECONDS_A_DAY + hours * 3600 + minutes * 60 + seconds

    def _day(self, field: str, text: str) -> int:
        if text.endswith("d"):
            day = self._today + int(text[:-1])
            if not FIRST_DAY <= day <= LAST_DAY:
                raise self._refuse(field, f"{text} leads out of the calendar; count back fewer days")
            return day
        try:
            return day_of(text)
        except ValueError as error:
            raise self._refuse(field, f"{text} is not a day of the calendar: {error}") from error
