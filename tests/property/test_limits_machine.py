"""Random sequences of requests, clock moves and key changes against a plain model of limits and keys."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from conftest import MAY_2025
from judged import Answer, Judge, JudgedClient
from mockserver.app import create_wsgi
from mockserver.config import Config
from oas import package_data
from oas.document import load

LIMITS = {"minute": 4, "day": 9}
SECONDS = {"minute": 60, "day": 86400}
JUDGE = Judge(load(package_data.openapi()))
#: Requests whose answer, were there no limits and a right key, is known.
REQUESTS: dict[str, tuple[str, str, dict[str, Any], int]] = {
    "read": ("GET", "/user-campaign-filters", {}, 200),
    "invalid": ("GET", "/campaign-info", {"query": {"limit": "0"}}, 400),
    "no such path": ("GET", "/nowhere", {}, 404),
    "no such method": ("DELETE", "/campaign-info", {}, 405),
}


class Limits(RuleBasedStateMachine):
    """The mock beside a model: keys and their state, counts by identity and window."""

    keys = Bundle("keys")

    @initialize(target=keys)
    def start(self) -> Any:
        """Begin with the three default keys, an unknown one and none at all."""
        config = Config(clock=MAY_2025, limit_minute=LIMITS["minute"], limit_day=LIMITS["day"], check_answers=True)
        self.client = JudgedClient(create_wsgi(config), JUDGE)
        self.now = MAY_2025
        self.roles = {"your_api_key_here": "admin", "member_api_key_here": "member"}
        self.inactive = {"deactivated_api_key_here"}
        self.counts: dict[tuple[str, str, int], int] = {}
        return multiple(*self.roles, *self.inactive, "no-such-key", None)

    @rule(key=keys, name=st.sampled_from(sorted(REQUESTS)))
    def send(self, key: str | None, name: str) -> None:
        """Send a request and expect what the model says."""
        method, path, more, status = REQUESTS[name]
        answer = self.client.as_key(key).request(method, path, **more)
        self.expect(answer, key, status if key in self.roles or status in (404, 405) else 401)

    @rule(target=keys, key=keys)
    def create(self, key: str | None) -> Any:
        """Create a key, which works at once."""
        answer = self.client.as_key(key).post("/create-api-key", {})
        self.expect(answer, key, 200 if self.roles.get(key or "") == "admin" else 401)
        if answer.status != 200:
            return multiple()
        created = answer.data["api_key"]
        self.roles[created] = "member"
        return created

    @rule(key=keys)
    def deactivate(self, key: str | None) -> None:
        """Deactivate a key that works."""
        if key in self.roles:
            listed = self.client.admin("GET", "/keys").json["keys"]
            hash_id = _hash(key)
            assert hash_id in {entry["hash"] for entry in listed}
            assert self.client.admin("PATCH", f"/keys/{hash_id}", {"active": False}).status_code == 200
            del self.roles[key]
            self.inactive.add(key)

    @rule(seconds=st.sampled_from([1, 30, 60, 3600, 86400, -60]))
    def move(self, seconds: int) -> None:
        """Move the clock, backwards too: the windows of then are still counted."""
        assert self.client.admin("POST", "/clock", {"advance_s": seconds}).status_code == 200
        self.now += seconds

    @rule()
    def reset(self) -> None:
        """Return to the start; created keys are gone."""
        assert self.client.admin("POST", "/reset", {}).status_code in (200, 204)
        self.now = MAY_2025
        self.roles = {"your_api_key_here": "admin", "member_api_key_here": "member"}
        self.inactive = {"deactivated_api_key_here"}
        self.counts.clear()

    @invariant()
    def clock_agrees(self) -> None:
        """The clock stands where the model says."""
        if hasattr(self, "now"):
            assert self.client.app.pipeline.sessions.default.clock.now() == self.now

    def expect(self, answer: Answer, key: str | None, status: int) -> None:
        """Count the request in the model and compare."""
        identity = key if key in self.roles else "client"
        left = {}
        for window, limit in LIMITS.items():
            slot = (str(identity), window, int(self.now // SECONDS[window]))
            self.counts[slot] = self.counts.get(slot, 0) + 1
            left[window] = limit - self.counts[slot]
        exhausted = [window for window in LIMITS if left[window] < 0]
        assert answer.status == (429 if exhausted else status)
        assert answer.remaining == tuple(max(0, left[window]) for window in LIMITS)
        if exhausted:
            seconds = SECONDS[exhausted[-1]]
            assert answer.data["retry_after"] == seconds - int(self.now) % seconds
            assert answer.headers["Retry-After"] == str(answer.data["retry_after"])
            assert f"per {exhausted[-1]}" in answer.json["message"]


def _hash(key: str) -> str:
    from oas.api_keys import hash_of

    return hash_of(key)


TestLimits = Limits.TestCase
TestLimits.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
