"""Who is let in to the control API."""

from __future__ import annotations

import pytest

from mockserver.admin.guard import FORWARDING_HEADERS, Guard, Peer
from mockserver.admin.problem import Problem

TOKEN = "correct horse"
REMOTE = "192.0.2.7"
GUARD = Guard(["mock.test", "Other.Test"], TOKEN)


def status(guard: Guard, peer: str | None = "127.0.0.1", **headers: str) -> int:
    """Return the status of the refusal, 200 where there is none."""
    sent = {"host": "localhost:4010"} | {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        guard.admit(Peer(peer, {name: value for name, value in sent.items() if value}))
    except Problem as problem:
        return problem.status
    return 200


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:4010", "[::1]", "[::1]:80", "mock.test:9", "other.test"]
)
def test_this_machine_is_let_in_by_its_names(peer: str, host: str) -> None:
    assert status(GUARD, peer, host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":4010",
        "example.com",
        "localhost.example.com",
        "example.com:4010",
        "localhost:80:80",
        "localhost:x",
        "localhost,example.com",
        "127.0.0.2",
        "0.0.0.0",
        "::1",
        "[::1",
        "[::2]",
        "localhost.",
        "mock.test@example.com",
        "l\u043ecalhost",
    ],
)
def test_a_foreign_host_is_refused(host: str) -> None:
    assert status(GUARD, host=host) == 403


@pytest.mark.parametrize("name", FORWARDING_HEADERS)
def test_what_came_through_a_proxy_is_not_this_machine(name: str) -> None:
    assert status(GUARD, **{name: "127.0.0.1"}) == 401


@pytest.mark.parametrize(
    "peer", [REMOTE, "10.0.0.1", "0.0.0.0", "::", "fe80::1%eth0", "::ffff:10.0.0.1", "", None, "x"]
)
def test_another_machine_needs_the_token(peer: str | None) -> None:
    assert status(GUARD, peer) == 401
    assert status(GUARD, peer, authorization=f"Bearer {TOKEN}") == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        TOKEN,
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer \ud800é",
    ],
)
def test_a_wrong_token_opens_nothing(authorization: str) -> None:
    assert status(GUARD, REMOTE, authorization=authorization) == 401


@pytest.mark.parametrize("token", [None, ""])
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer None"])
def test_without_a_configured_token_no_other_machine_is_let_in(token: str | None, authorization: str) -> None:
    assert status(Guard(admin_token=token), REMOTE, authorization=authorization) == 403


def test_the_token_stands_for_the_host_too() -> None:
    assert (
        status(GUARD, REMOTE, host="mock.internal:80", authorization=f"bearer {TOKEN}", x_forwarded_for="1.2.3.4")
        == 200
    )


@pytest.mark.parametrize("origin", ["http://localhost:4010", "HTTP://LocalHost:4010", "https://localhost:4010"])
def test_a_page_of_this_server_is_let_in(origin: str) -> None:
    assert status(GUARD, origin=origin) == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://localhost",
        "http://localhost:3000",
        "http://127.0.0.1:4010",
        "https://example.com",
        "localhost:4010",
    ],
)
@pytest.mark.parametrize("authorization", ["", f"Bearer {TOKEN}"])
def test_a_page_of_another_origin_is_refused_even_with_the_token(origin: str, authorization: str) -> None:
    assert status(GUARD, origin=origin, authorization=authorization) == 403


def test_a_name_rebound_to_this_machine_is_refused_though_its_origin_fits() -> None:
    assert status(GUARD, host="evil.test:4010", origin="http://evil.test:4010") == 403


def test_a_refusal_says_what_to_do_and_shows_no_token() -> None:
    with pytest.raises(Problem, match="Authorization: Bearer") as refusal:
        GUARD.admit(Peer(REMOTE, {"host": "localhost", "authorization": "Bearer s3cret"}))
    assert dict(refusal.value.headers)["WWW-Authenticate"].startswith("Bearer")
    assert "s3cret" not in refusal.value.detail
    assert TOKEN not in refusal.value.detail
