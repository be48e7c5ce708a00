from __future__ import annotations

import pytest

from contracts.config import Config
from contracts.errors import ConfigInvalid
from contracts.gate.forward_proxy import ForwardProxy, relay_to
from contracts.gate.target import Target

BASIC = (("Proxy-Authorization", "Basic bWU6YSBi"),)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def relay(url: str) -> ForwardProxy | None:
    return relay_to(Target.of(Config(base_url=url)))


@pytest.mark.parametrize(
    "proxy, found",
    [
        ("http://proxy.test:3128", ForwardProxy("proxy.test", 3128)),
        ("proxy.test", ForwardProxy("proxy.test", 80)),
        ("http://me:a%20b@proxy.test", ForwardProxy("proxy.test", 80, BASIC)),
        ("", None),
    ],
)
def test_the_proxy_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch, proxy: str, found: ForwardProxy | None
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert relay("https://api.example.test") == found
    assert relay("http://api.example.test") is None


@pytest.mark.parametrize("url", ["https://127.0.0.1", "https://localhost:8443", "https://[::1]/x"])
def test_this_machine_is_never_reached_by_a_proxy(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test")
    assert relay(url) is None


def test_a_target_can_be_excepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test")
    monkeypatch.setenv("NO_PROXY", "example.test")
    assert relay("https://api.example.test") is None


@pytest.mark.parametrize("proxy", ["socks5://proxy.test", "https://proxy.test", "http://"])
def test_a_proxy_that_cannot_be_spoken_to_is_refused(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigInvalid, match="HTTPS_PROXY"):
        relay("https://api.example.test")


def test_the_password_is_in_no_representation() -> None:
    assert "bWU6" not in repr(ForwardProxy("proxy.test", 80, BASIC))
