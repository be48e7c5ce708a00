"""Which hosts are this machine."""

from __future__ import annotations

import pytest

from oas.hosts import is_loopback_address, is_loopback_host


@pytest.mark.parametrize(
    "host, is_loopback",
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("a.localhost", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False),
        ("2130706433", False),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("::2", False),
    ],
)
def test_only_literal_names_of_this_machine_are_loopback(host: str, is_loopback: bool) -> None:
    assert is_loopback_host(host) is is_loopback


@pytest.mark.parametrize("address", ["127.0.0.1.example.com", "127.0.0.1:80", "2130706433", "localhost", "127.1"])
def test_only_an_address_in_full_is_of_this_machine(address: str) -> None:
    assert not is_loopback_address(address)
