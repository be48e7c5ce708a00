"""The operations of the control API, without HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from adminjudge import served
from mockserver.admin.api import AdminApi
from mockserver.admin.fields import RequestFields
from mockserver.admin.problem import Problem
from mockserver.admin.route import AdminRequest
from mockserver.config import Config
from mockserver.errors import DatasetInvalid
from mockserver.state.keys import KeyRegistry
from mockserver.state.sessions import DatasetKey, Session, Sessions
from oas.api_keys import hash_of
from oas.messages import Exchange, Request, Response
from oas.vocabulary import RateLimitWindow

WINDOWS = (RateLimitWindow("minute", 60, 100, "LM", "RM"), RateLimitWindow("day", 86_400, 5000, "LD", "RD"))
#: 2025-05-11T09:00:00Z.
MOMENT = 1_746_954_000.0
NOW = "2025-05-11T09:00:00Z"


def open_dataset(key: DatasetKey) -> DatasetKey:
    if key.routines == 13:
        raise DatasetInvalid("13 routines cannot be made")
    return key


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(Config(clock=MOMENT), WINDOWS, open_dataset)


@pytest.fixture
def control(sessions: Sessions) -> AdminApi:
    return AdminApi(sessions, {"version": "1.2.3"}, served())


def run(
    control: AdminApi,
    name: str,
    body: dict[str, Any] | None = None,
    *,
    target: str = "",
    session: str = "",
    **query: str,
) -> Mapping[str, Any]:
    """Run an operation by its name; its status stands in the document's `status_code`."""
    operation = next(item for item in control.operations() if item.name == name)
    chosen = control.choose(session or None)
    call = AdminRequest(
        chosen, RequestFields(query, operation.query), RequestFields(body or {}, operation.members or ()), target
    )
    outcome = operation.run(call)
    return {"status_code": outcome.status, **outcome.document}


def refusal(*arguments: Any, **options: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        run(*arguments, **options)
    return caught.value


def record(session: Session, *numbers: int, **changes: Any) -> None:
    for number in numbers:
        request, response = Request("GET", "/things", headers={"authorization": "s3cret"}), Response(200, (), b"{}")
        session.journal.record(
            Exchange(str(number), MOMENT + number, 0.1, f"op{number % 2}", "abc", request, response, **changes)
        )


def test_every_operation_has_a_name_of_its_own(control: AdminApi) -> None:
    names = [operation.name for operation in control.operations()]
    assert len(set(names)) == len(names) > 14


def test_health_and_version_carry_what_the_server_is(control: AdminApi) -> None:
    assert run(control, "health") == {"status_code": 200, "status": "healthy", "version": "1.2.3"}
    assert run(control, "version") == {"status_code": 200, "version": "1.2.3"}


def test_an_unknown_session_cannot_be_chosen(control: AdminApi) -> None:
    assert refusal(control, "read_clock", session="nobody").status == 404


@pytest.mark.parametrize(
    "body, now, frozen",
    [
        ({"set": "2025-12-31T23:59:59+05:30"}, "2025-12-31T18:29:59Z", True),
        ({"advance_s": 90}, "2025-05-11T09:01:30Z", True),
        ({"advance_s": -0.5}, "2025-05-11T08:59:59Z", True),
        ({"freeze": True}, NOW, True),
    ],
)
def test_the_clock_moves(control: AdminApi, body: dict[str, Any], now: str, frozen: bool) -> None:
    assert run(control, "move_clock", body) == {"status_code": 200, "now": now, "frozen": frozen}
    assert run(control, "read_clock") == {"status_code": 200, "now": now, "frozen": frozen}


def test_the_clock_is_let_run(control: AdminApi) -> None:
    assert run(control, "move_clock", {"freeze": False})["frozen"] is False


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"set": NOW, "advance_s": 1},
        {"set": None},
        {"set": 5},
        {"set": "tomorrow"},
        {"set": "1970-12-31T23:59:59Z"},
        {"set": "9990-01-01T00:00:01Z"},
        {"advance_s": None},
        {"advance_s": "60"},
        {"advance_s": True},
        {"advance_s": 1e300},
        {"advance_s": -1e12},
        {"freeze": None},
        {"freeze": 1},
        {"thaw": True},
    ],
)
def test_a_wrong_move_leaves_the_clock_where_it_is(control: AdminApi, body: dict[str, Any]) -> None:
    assert refusal(control, "move_clock", body).status in (400, 422)
    assert run(control, "read_clock")["now"] == NOW


@pytest.mark.parametrize("body", [{}, {"advance_s": 1, "freeze": True}])
def test_a_move_is_exactly_one(control: AdminApi, body: dict[str, Any]) -> None:
    assert "Exactly one" in refusal(control, "move_clock", body).detail


def test_the_journal_is_listed_redacted_and_newest_first(control: AdminApi, sessions: Sessions) -> None:
    record(sessions.default, 1, 2, 3)
    shown = run(control, "list_requests", limit="2")
    assert [entry["id"] for entry in shown["requests"]] == ["3", "2"]
    assert (shown["meta"], shown["requestJournalDisabled"]) == ({"total": 3}, False)
    assert "s3cret" not in str(shown)


@pytest.mark.parametrize(
    "query, expected",
    [
        ({"since": "2025-05-11T09:00:02Z"}, ["3", "2"]),
        ({"operation": "op0"}, ["2"]),
        ({"status": "404"}, []),
        ({"key_hash": "abc", "limit": "1"}, ["3"]),
        ({"limit": "0"}, []),
    ],
)
def test_the_journal_is_filtered(
    control: AdminApi, sessions: Sessions, query: dict[str, str], expected: list[str]
) -> None:
    record(sessions.default, 1, 2, 3)
    assert [entry["id"] for entry in run(control, "list_requests", None, **query)["requests"]] == expected


@pytest.mark.parametrize("query", [{"since": "1"}, {"limit": "-1"}, {"status": "99"}, {"limit": "x"}, {"oops": "1"}])
def test_a_wrong_filter_is_refused(control: AdminApi, query: dict[str, str]) -> None:
    assert refusal(control, "list_requests", **query).status == 400


def test_one_request_is_shown_and_the_journal_cleared(control: AdminApi, sessions: Sessions) -> None:
    record(sessions.default, 1)
    assert run(control, "read_request", target="1")["operationId"] == "op1"
    assert run(control, "clear_requests") == {"status_code": 200}
    assert refusal(control, "read_request", target="1").status == 404


def test_keys_are_listed_by_their_hashes(control: AdminApi) -> None:
    shown = run(control, "list_keys")["keys"]
    assert shown[0] == {
        "hash": hash_of("your_api_key_here"),
        "role": "admin",
        "state": "active",
        "created_at": NOW,
        "description": "administrator, as in the samples",
    }
    assert [key["state"] for key in shown[:3]] == ["active", "active", "deactivated"]


@pytest.mark.parametrize("role", ["admin", "member"])
def test_a_created_key_is_shown_once(control: AdminApi, sessions: Sessions, role: str) -> None:
    made = run(control, "create_key", {"role": role, "description": "CRM"})
    found = sessions.find(made["key"])[1]
    assert found is not None
    assert (made["status_code"], made["role"], made["hash"], found.role) == (201, role, found.hash_id, role)
    assert made["key"] not in str(run(control, "list_keys"))


@pytest.mark.parametrize("body", [{}, {"role": "root"}, {"role": None}, {"role": "admin", "description": 1}])
def test_a_wrong_key_is_not_made(control: AdminApi, body: dict[str, Any]) -> None:
    before = run(control, "list_keys")
    assert refusal(control, "create_key", body).status == 400
    assert run(control, "list_keys") == before


def test_a_key_too_many_is_a_conflict_that_says_how_to_go_on(control: AdminApi, sessions: Sessions) -> None:
    sessions.default.keys = KeyRegistry(max_created=0)
    problem = refusal(control, "create_key", {"role": "member"})
    assert (problem.status, "POST /__admin/reset" in problem.detail) == (409, True)


def test_a_secret_in_a_description_is_not_shown(control: AdminApi) -> None:
    run(control, "create_key", {"role": "member", "description": "like your_api_key_here"})
    assert "your_api_key_here" not in str(run(control, "list_keys"))


def test_a_key_is_switched_off_and_on(control: AdminApi) -> None:
    target = hash_of("your_api_key_here")
    assert run(control, "switch_key", {"active": False}, target=target)["state"] == "deactivated"
    assert run(control, "switch_key", {"active": True}, target=target)["state"] == "active"


@pytest.mark.parametrize(
    "body, target, status", [({}, "", 400), ({"active": 1}, "", 400), ({"active": True}, "x", 404)]
)
def test_a_wrong_switch_is_refused(control: AdminApi, body: dict[str, Any], target: str, status: int) -> None:
    assert refusal(control, "switch_key", body, target=target or hash_of("your_api_key_here")).status == status


def test_a_session_is_made_listed_used_and_dropped(control: AdminApi, sessions: Sessions) -> None:
    made = run(
        control, "create_session", {"limit_minute": 7, "clock": "2026-01-01T00:00:00Z", "routines": 5, "seed": 9}
    )
    shown = {name: made[name] for name in made if name not in ("keys", "status_code")}
    assert (made["status_code"], made["limits"], made["now"]) == (
        201,
        {"minute": 7, "day": 5000},
        "2026-01-01T00:00:00Z",
    )
    assert run(control, "list_sessions")["sessions"][1] == shown
    session = sessions.find(made["keys"]["member"])[0]
    assert (session.name, session.dataset) == (made["name"], DatasetKey(5, 9, date(2026, 1, 1)))
    assert run(control, "read_clock", session=made["name"])["now"] == "2026-01-01T00:00:00Z"
    assert run(control, "drop_session", target=made["name"]) == {"status_code": 200}
    assert refusal(control, "drop_session", target=made["name"]).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"limit_minute": 0},
        {"limit_day": "many"},
        {"clock": "9999-01-01T00:00:00Z"},
        {"routines": -1},
        {"routines": 100_001},
        {"routines": 13},
        {"seed": 1.5},
        {"name": "mine"},
    ],
)
def test_a_wrong_session_is_not_made(control: AdminApi, body: dict[str, Any]) -> None:
    assert refusal(control, "create_session", body).status in (400, 422)
    assert len(run(control, "list_sessions")["sessions"]) == 1


def test_the_default_session_cannot_be_dropped(control: AdminApi) -> None:
    assert refusal(control, "drop_session", target="default").status == 409


def test_a_reset_touches_only_the_chosen_session(control: AdminApi, sessions: Sessions) -> None:
    other, _ = sessions.create()
    for session in (other, sessions.default):
        record(session, 1)
        session.clock.advance(60)
    assert run(control, "reset", session=other.name) == {
        "status_code": 200,
        "session": other.name,
        "now": NOW,
        "frozen": True,
    }
    assert (other.journal.total, sessions.default.journal.total, sessions.default.clock.now()) == (0, 1, MOMENT + 60)
