"""What can be asked of a running mock and its worlds: health, clock, keys, sessions, reset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.admin.problem import Problem
from mockserver.admin.route import PREFIX, AdminRequest, AdminResponse, Route
from mockserver.admin.schemas import BOOLEAN, MAX_WHOLE, MOMENT, NUMBER, SHAPES, TEXT, array, named, record, whole
from mockserver.errors import UsageError
from mockserver.state.clock import EARLIEST_S, LATEST_S, Clock
from mockserver.state.keys import ApiKey, KeyLimitReached, Role
from mockserver.state.sessions import DEFAULT_SESSION, Session, SessionOptions, Sessions
from mockserver.timestamps import iso_z
from oas.api_keys import redact

MAX_SESSION_ROUTINES = 100_000

_MOVES = {"set": MOMENT, "advance_s": NUMBER, "freeze": BOOLEAN}
_ONE = {"minProperties": 1, "maxProperties": 1}
_OPTIONS = {
    "limit_minute": whole(1),
    "limit_day": whole(1),
    "clock": MOMENT,
    "routines": whole(0, MAX_SESSION_ROUTINES),
    "seed": whole(),
}
_NEW_KEY = {"role": SHAPES["Key"]["properties"]["role"], "description": TEXT}
_VERSION = record(version={"type": "string"})
_HEALTH = record(status={"const": "healthy"}, version={"type": "string"})
_RESET = record(session={"type": "string"}, **SHAPES["Clock"]["properties"])
_MADE_KEY = {"allOf": [named("Key"), record(key={"type": "string"})]}
_MADE_SESSION = {"allOf": [named("Session"), record(keys=record(admin={"type": "string"}, member={"type": "string"}))]}


def chosen(sessions: Sessions, name: str | None) -> Session:
    """Return the session of a name, the default one for None.

    Raises:
        Problem: 404, no session has the name.
    """
    session = sessions.default if name is None else sessions.named(name)
    if session is None:
        raise Problem(404, f"No session has this name; GET {PREFIX}/sessions lists those that exist.")
    return session


class SessionRoutes:
    """The operations on the server and its sessions.

    Args:
        sessions: what they work on.
        info: members of `GET /version`, among them `version`; also part of the health.
    """

    def __init__(self, sessions: Sessions, info: Mapping[str, Any]) -> None:
        self._sessions = sessions
        self._info = dict(info)

    def operations(self) -> tuple[Route, ...]:
        """List them."""
        clock, key = named("Clock"), named("Key")
        sessions = record(sessions=array(named("Session")))
        return (
            Route("GET", "/health", self.health, answer=_HEALTH, in_session=False),
            Route("GET", "/version", self.version, answer=_VERSION, in_session=False),
            Route("POST", "/reset", self.reset, members={}, answer=_RESET),
            Route("GET", "/clock", self.read_clock, answer=clock),
            Route(
                "POST", "/clock", self.move_clock,
                members=_MOVES, constraints=_ONE, needs_body=True, answer=clock,
            ),
            Route("GET", "/keys", self.list_keys, answer=record(keys=array(key))),
            Route(
                "POST", "/keys", self.create_key,
                members=_NEW_KEY, needs=("role",), needs_body=True, answer=_MADE_KEY, status=201, problems=(409,),
            ),
            Route(
                "PATCH", "/keys/{hash}", self.switch_key,
                members={"active": BOOLEAN}, needs=("active",), needs_body=True, answer=key, problems=(404,),
            ),
            Route("GET", "/sessions", self.list_sessions, answer=sessions, in_session=False),
            Route(
                "POST", "/sessions", self.create_session,
                members=_OPTIONS, answer=_MADE_SESSION, status=201, in_session=False,
            ),
            Route("DELETE", "/sessions/{name}", self.drop_session, problems=(404, 409), in_session=False),
        )  # fmt: skip

    def health(self, call: AdminRequest) -> AdminResponse:
        """Say that the server answers."""
        return AdminResponse({"status": "healthy", **self._info})

    def version(self, call: AdminRequest) -> AdminResponse:
        """Say what the server is and serves."""
        return AdminResponse(self._info)

    def reset(self, call: AdminRequest) -> AdminResponse:
        """Return keys, counters, journal and clock of the session to their start."""
        self._sessions.reset(call.session)
        return AdminResponse({"session": call.session.name, **_moment(call.session.clock)})

    def read_clock(self, call: AdminRequest) -> AdminResponse:
        """Say what time it is in the session."""
        return AdminResponse(_moment(call.session.clock))

    def move_clock(self, call: AdminRequest) -> AdminResponse:
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
            raise Problem(422, f"The clock cannot go there: {error}.") from error
        return AdminResponse(_moment(clock))

    def list_keys(self, call: AdminRequest) -> AdminResponse:
        """List the session's keys by their hashes."""
        return AdminResponse({"keys": [_key(key) for key in call.session.keys.list()]})

    def create_key(self, call: AdminRequest) -> AdminResponse:
        """Make a key in the session and show it, this once."""
        role: Role = "admin" if call.body.choice("role", "admin", "member") == "admin" else "member"
        description = call.body.text("description") or ""
        try:
            plain, key = call.session.keys.create(role, call.session.clock.now(), description)
        except KeyLimitReached as error:
            raise Problem(409, f"{error}: POST {PREFIX}/reset.") from error
        return AdminResponse({"key": plain, **_key(key)}, 201)

    def switch_key(self, call: AdminRequest) -> AdminResponse:
        """Activate or deactivate a key of the session."""
        keys = call.session.keys
        key = (keys.activate if call.body.boolean("active") else keys.deactivate)(call.target)
        if key is None:
            raise Problem(404, f"No key of this session has that hash; GET {PREFIX}/keys lists those it has.")
        return AdminResponse(_key(key))

    def list_sessions(self, call: AdminRequest) -> AdminResponse:
        """List the sessions, the default one first."""
        return AdminResponse({"sessions": [_session(session) for session in self._sessions.list()]})

    def create_session(self, call: AdminRequest) -> AdminResponse:
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
            raise Problem(422, str(error)) from error
        return AdminResponse({**_session(session), "keys": dict(keys)}, 201)

    def drop_session(self, call: AdminRequest) -> AdminResponse:
        """End a session."""
        session = chosen(self._sessions, call.target)
        if session.name == DEFAULT_SESSION:
            raise Problem(409, f"The default session stays; POST {PREFIX}/reset returns it to its start.")
        self._sessions.drop(session.name)
        return AdminResponse({})


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
        "limits": session.limits,
        "requests": session.journal.total,
    }
