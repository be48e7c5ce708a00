from __future__ import annotations

import errno
import socket
import sys

import pytest

from mockserver.errors import ConfigInvalid, PortInUse
from mockserver.http.ports import Address, bind_port, lend_port

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the port is not held but released")


def has_ipv6() -> bool:
    try:
        bind_port("::1", 0).close()
    except ConfigInvalid:
        return False
    return True


def joined(port: int) -> socket.socket:
    """Bind and listen as granian does."""
    return socket.create_server(("127.0.0.1", port), reuse_port=True)


@pytest.mark.parametrize(
    "address, base_url, admin_url",
    [
        (Address("127.0.0.1", 4010, "/api"), "http://127.0.0.1:4010/api", "http://127.0.0.1:4010/__admin"),
        (Address("0.0.0.0", 80), "http://127.0.0.1:80", "http://127.0.0.1:80/__admin"),
        (Address("::", 80), "http://[::1]:80", "http://[::1]:80/__admin"),
        (Address("fd00::1", 80), "http://[fd00::1]:80", "http://[fd00::1]:80/__admin"),
    ],
)
def test_urls_lead_to_the_server(address: Address, base_url: str, admin_url: str) -> None:
    assert (address.base_url, address.admin_url) == (base_url, admin_url)


def test_port_0_is_a_free_port() -> None:
    with bind_port("127.0.0.1", 0) as bound:
        assert Address.of(bound).port > 0


def test_a_name_with_both_kinds_of_address_is_bound_by_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    tcp = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
    found = [(socket.AF_INET6, *tcp, ("::1", 0, 0, 0)), (socket.AF_INET, *tcp, ("127.0.0.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with bind_port("localhost", 0) as bound:
        assert Address.of(bound).host == "127.0.0.1"


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")
def test_ipv6_can_be_bound() -> None:
    with bind_port("::1", 0) as bound:
        assert Address.of(bound).host == "::1"


@pytest.mark.parametrize("is_lent", [False, pytest.param(True, marks=linux_only)])
def test_a_held_port_is_nobody_elses(is_lent: bool) -> None:
    with bind_port("127.0.0.1", 0) as bound:
        if is_lent:
            lend_port(bound)
        with pytest.raises(PortInUse, match="taken by another process"):
            bind_port("127.0.0.1", Address.of(bound).port)


@linux_only
def test_a_lent_port_admits_granian_and_stays_held() -> None:
    with bind_port("127.0.0.1", 0) as bound:
        lend_port(bound)
        with joined(Address.of(bound).port), pytest.raises(PortInUse):
            bind_port("127.0.0.1", Address.of(bound).port)


@linux_only
def test_a_port_that_is_not_lent_admits_nobody() -> None:
    with bind_port("127.0.0.1", 0) as bound, pytest.raises(OSError, match="in use"):
        joined(Address.of(bound).port)


@linux_only
def test_a_port_with_connections_that_just_ended_is_free() -> None:
    with bind_port("127.0.0.1", 0) as bound:
        lend_port(bound)
        port = Address.of(bound).port
        with joined(port) as guest, socket.create_connection(("127.0.0.1", port)) as client:
            guest.accept()[0].close()
            assert client.recv(1) == b""
    bind_port("127.0.0.1", port).close()


@pytest.mark.parametrize(
    "host, words",
    [
        ("no.such.host.invalid", "a host that this machine can find"),
        ("a..b", "a host that this machine can find"),
        ("192.0.2.1", "an address of this machine"),
    ],
)
def test_an_impossible_host_is_a_wrong_option(host: str, words: str) -> None:
    with pytest.raises(ConfigInvalid, match=words) as caught:
        bind_port(host, 0)
    assert caught.value.source == "--host"


def test_an_address_of_one_interface_is_a_wrong_option(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 0, 0, 2))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(ConfigInvalid, match="without %"):
        bind_port("fe80::1%eth0", 0)


def test_a_port_that_needs_more_rights_is_a_wrong_option(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("mockserver.http.ports._bind_alone", refuse)
    with pytest.raises(ConfigInvalid, match="choose one above 1023") as caught:
        bind_port("127.0.0.1", 80)
    assert caught.value.source == "--port"
