"""What can be asked of a running mock: clock, journal, keys, sessions, reset.

Each operation is one method from a `Call` to an `Outcome`, its members and
query parameters declared beside it; `admin` puts it on HTTP. Knows no web
framework. Paths and the shape of the journal are WireMock's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.control.members import Members
from mockserver.control.problems import Problem
from mockserver.errors import UsageError
from mockserver.state.clock import EARLIEST_S, LATEST_S, Clock, iso_z
from mockserver.state.journal import to_wiremock
from mockserver.state.keys import ApiKey, KeyLimitReached, Role, redact
from mockserver.state.sessions import DEFAULT_SESSION, Session, SessionOptions, Sessions

PREFIX = "/__admin"
MAX_SESSION_ROUTINES = 100_000
#: The largest number that every JSON reader keeps exact.
MAX_WHOLE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Call:
    """One control request, read and judged as far as its operation declares.

    Attributes:
        session: the chosen one.
        query: query parameters, without `session`.
        body: members of the JSON body; empty where there is none.
        target: the variable part of the path; empty where it has none.
    """

    session: Session
    query: Members
    body: Members
    target: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a call: a JSON object and its HTTP status."""

    document: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the control API.

    Attributes:
        method: upper case.
        path: below `/__admin`; ends with `/{target}` where it has a variable part.
        run: does it; raises `Problem` where it cannot.
        query: names of query parameters beside `session`.
        members: names of members of the JSON body; None where a body is not read.
        needs_body: an empty body is refused.
        in_session: works on the chosen session, which then must exist.
    """

    method: str
    path: str
    run: Callable[[Call], Outcome]
    query: tuple[str, ...] = ()
    members: tuple[str, ...] | None = None
    needs_body: bool = False
    in_session: bool = True

    @property
    def name(self) -> str:
        """The operation's own name, unique."""
        return self.run.__name__


class Control:
    """The operations.

    Args:
        sessions: what they work on.
        info: members of `GET /version`, among them `version`; also part of the health.
    """

    def __init__(self, sessions: Sessions, info: Mapping[str, Any]) -> None:
        self._sessions = sessions
        self._info = dict(info)

    def operations(self) -> tuple[Operation, ...]:
        """List every operation."""
        found = ("since", "limit", "operation", "status", "key_hash")
        moves, options = ("set", "advance_s", "freeze"), ("limit_minute", "limit_day", "clock", "routines", "seed")
        return (
            Operation("GET", "/health", self.health, in_session=False),
            Operation("GET", "/version", self.version, in_session=False),
            Operation("POST", "/reset", self.reset, members=()),
            Operation("GET", "/clock", self.read_clock),
            Operation("POST", "/clock", self.move_clock, members=moves, needs_body=True),
            Operation("GET", "/requests", self.list_requests, query=found),
            Operation("DELETE", "/requests", self.clear_requests),
            Operation("GET", "/requests/{target}", self.read_request),
            Operation("GET", "/keys", self.list_keys),
            Operation("POST", "/keys", self.create_key, members=("role", "description"), needs_body=True),
            Operation("PATCH", "/keys/{target}", self.switch_key, members=("active",), needs_body=True),
            Operation("GET", "/sessions", self.list_sessions, in_session=False),
            Operation("POST", "/sessions", self.create_session, members=options, in_session=False),
            Operation("DELETE", "/sessions/{target}", self.drop_session, in_session=False),
        )

    def choose(self, name: str | None) -> Session:
        """Return the session of a name, the default one for None.

        Raises:
            Problem: 404, no session has the name.
        """
        session = self._sessions.default if name is None else self._sessions.named(name)
        if session is None:
            raise Problem(404, f"No session has this name; GET {PREFIX}/sessions lists those that exist.")
        return session

    def health(self, call: Call) -> Outcome:
        """Say that the server answers."""
        return Outcome({"status": "healthy", **self._info})

    def version(self, call: Call) -> Outcome:
        """Say what the server is and serves."""
        return Outcome(self._info)

    def reset(self, call: Call) -> Outcome:
        """Return keys, counters, journal and clock of the session to their start."""
        self._sessions.reset(call.session)
        return Outcome({"session": call.session.name, **_moment(call.session.clock)})

    def read_clock(self, call: Call) -> Outcome:
        """Say what time it is in the session."""
        return Outcome(_moment(call.session.clock))

    def move_clock(self, call: Call) -> Outcome:
        """Set, advance or freeze the session's clock."""
        clock, body = call.session.clock, call.body
        if len(body) != 1:
            raise Problem(400, "Exactly one member of `set`, `advance_s` and `freeze` was expected.")
        try:
            if (moment := body.moment("set", EARLIEST_S, LATEST_S)) is not None:
                clock.set(moment)
            elif "advance_s" in body:
                clock.advance(body.number("advance_s"))
            else:
                clock.freeze(body.boolean("freeze"))
        except ValueError as error:
            raise Problem(400, f"The clock cannot go there: {error}.") from error
        return Outcome(_moment(clock))

    def list_requests(self, call: Call) -> Outcome:
        """List the kept exchanges that match the query, the newest first; `meta.total` counts them before the limit."""
        query = call.query
        found = call.session.journal.entries(
            since=query.moment("since"),
            operation=query.text("operation"),
            status=query.integer("status", 100, 599),
            key_hash=query.text("key_hash"),
        )
        shown = [to_wiremock(exchange) for exchange in found[: query.integer("limit", 0, MAX_WHOLE)]]
        return Outcome({"requests": shown, "meta": {"total": len(found)}, "requestJournalDisabled": False})

    def clear_requests(self, call: Call) -> Outcome:
        """Empty the session's journal."""
        call.session.journal.clear()
        return Outcome({})

    def read_request(self, call: Call) -> Outcome:
        """Show one kept exchange."""
        exchange = call.session.journal.get(call.target)
        if exchange is None:
            raise Problem(404, f"No request with this id is kept any more; GET {PREFIX}/requests lists those that are.")
        return Outcome(to_wiremock(exchange))

    def list_keys(self, call: Call) -> Outcome:
        """List the session's keys by their hashes."""
        return Outcome({"keys": [_key(key) for key in call.session.keys.list()]})

    def create_key(self, call: Call) -> Outcome:
        """Make a key in the session and show it, this once."""
        role: Role = "admin" if call.body.choice("role", "admin", "member") == "admin" else "member"
        description = call.body.text("description") or ""
        try:
            plain, key = call.session.keys.create(role, call.session.clock.now(), description)
        except KeyLimitReached as error:
            raise Problem(409, f"{error}: POST {PREFIX}/reset.") from error
        return Outcome({"key": plain, **_key(key)}, 201)

    def switch_key(self, call: Call) -> Outcome:
        """Activate or deactivate a key of the session."""
        keys = call.session.keys
        key = (keys.activate if call.body.boolean("active") else keys.deactivate)(call.target)
        if key is None:
            raise Problem(404, f"No key of this session has that hash; GET {PREFIX}/keys lists those it has.")
        return Outcome(_key(key))

    def list_sessions(self, call: Call) -> Outcome:
        """List the sessions, the default one first."""
        return Outcome({"sessions": [_session(session) for session in self._sessions.list()]})

    def create_session(self, call: Call) -> Outcome:
        """Make a session and show its keys, this once."""
        body = call.body
        options = SessionOptions(
            limit_minute=body.integer("limit_minute", 1, MAX_WHOLE),
            limit_day=body.integer("limit_day", 1, MAX_WHOLE),
            clock=body.moment("clock", EARLIEST_S, LATEST_S),
            routines=body.integer("routines", 0, MAX_SESSION_ROUTINES),
            seed=body.integer("seed", 0, MAX_WHOLE),
        )
        try:
            session, keys = self._sessions.create(options)
        except UsageError as error:
            raise Problem(400, str(error)) from error
        return Outcome({**_session(session), "keys": dict(keys)}, 201)

    def drop_session(self, call: Call) -> Outcome:
        """End a session."""
        session = self.choose(call.target)
        if session.name == DEFAULT_SESSION:
            raise Problem(409, f"The default session stays; POST {PREFIX}/reset returns it to its start.")
        self._sessions.drop(session.name)
        return Outcome({})


def _moment(clock: Clock) -> dict[str, Any]:
    return {"now": iso_z(clock.now()), "frozen": clock.is_frozen}


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "hash": key.hash_id,
        "role": key.role,
        "state": "active" if key.is_active else "deactivated",
        "created_at": iso_z(key.created_at),
        "description": redact(key.description),
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "name": session.name,
        "created_at": iso_z(session.created),
        **_moment(session.clock),
        "limits": {window.name: window.limit for window in session.quota.windows},
        "requests": session.journal.total,
    }
