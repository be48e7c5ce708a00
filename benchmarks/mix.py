"""Requests of every kind, drawn by a seed: operations, errors, scenarios, keys."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from mockserver.scenarios.registry import SCENARIOS
from oas.contract import load
from oas.operation import Operation

ADMIN = "your_api_key_here"
#: Magic keys whose scenario delays or breaks answers: those would be the client's time, not the server's memory.
_APART = ("slow_network", "disconnected")
KEYS = (ADMIN, "member_api_key_here", "deactivated_api_key_here", "nobody", *(
    key for key, scenario in SCENARIOS.items() if scenario not in _APART
))  # fmt: skip
COOKIES = ("", "", "", "mock_scenario=flaky", "mock_scenario=unicode", "mock_scenario=nothing")
PREFERENCES = (
    "", "", "", "code=429", "code=500", "code=401", "code=999", "dynamic=true, seed=7", "fault=NONE", "delay=1",
)  # fmt: skip
BODIES = ("{", "[]", '{"limit": "x"}', '{"limit": 2, "offset": 4}', '{"term": "\u00fc"}')
FILTERS = ("", "campaign_status=active", "campaign_status=x", "sort_by=campaign_name", "term=a", "term=%c3%bc%20x")


class Mix:
    """Requests as bytes, each sequence without an end.

    Args:
        base_path: of the API.
        seed: of what is drawn.
        routines: ids of routines, to open.
    """

    def __init__(self, base_path: str, seed: int, routines: tuple[str, ...]) -> None:
        self.operations = tuple(load().operations)
        self._base_path = base_path
        self._random = random.Random(seed)
        self._routines = routines

    def plain(self) -> Iterator[bytes]:
        """Give each operation in turn, as the administrator asks it."""
        for operation in itertools.cycle(self.operations):
            yield self._request(operation.method, operation.path, self._query(), _valid_body(operation), ADMIN)

    def same(self) -> Iterator[bytes]:
        """Give the same request again and again."""
        return itertools.repeat(self._request("GET", "/campaign-info", "limit=10", "", ADMIN))

    def created_keys(self) -> Iterator[bytes]:
        """Give the request that creates a key."""
        operation = next(one for one in self.operations if one.id == "createApiKey")
        return itertools.repeat(self._request(operation.method, operation.path, "", _valid_body(operation), ADMIN))

    def deep_pages(self) -> Iterator[bytes]:
        """Give pages of ten thousand campaigns that are mostly no page that was asked for before."""
        while True:
            yield self._deep_page()

    def mixed(self) -> Iterator[bytes]:
        """Give operations, unknown paths, errors and preferences, by known and unknown keys."""
        draw = self._random.choice
        while True:
            operation, chance = draw(self.operations), self._random.random()
            if chance < 0.05:
                yield self._deep_page()
                continue
            path = f"/nowhere/{self._number()}" if chance < 0.07 else operation.path
            key = f"stranger-{self._number()}" if chance < 0.1 else draw(KEYS)
            body = draw(BODIES) if self._random.random() < 0.3 else _valid_body(operation)
            yield self._request(
                operation.method, path, self._query(), body, key, Cookie=draw(COOKIES), Prefer=draw(PREFERENCES)
            )

    def _number(self) -> int:
        return self._random.randrange(10**9)

    def _deep_page(self) -> bytes:
        query = f"limit=50&offset={self._random.randrange(10_000)}"
        return self._request("GET", "/campaign-info", query, "", "key_huge")

    def _query(self) -> str:
        draw = self._random.choice
        parts = (
            f"limit={draw((1, 10, 50))}&offset={draw((0, 10))}",
            f"linkedin_campaign_routine_id={draw(self._routines)}",
            draw(FILTERS),
            draw(("", "", "start_date=2025-01-01&end_date=2024-01-01", f"unknown={self._number()}")),
        )
        return "&".join(filter(None, parts))

    def _request(self, method: str, path: str, query: str, body: str, key: str, **headers: str) -> bytes:
        lines = [f"{method} {self._base_path}{path}?{query} HTTP/1.1", "Host: localhost", f"Authorization: {key}"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value]
        if method == "GET":
            return "\r\n".join([*lines, "", ""]).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
        return "\r\n".join([*lines, "", body]).encode()


def _valid_body(operation: Operation) -> str:
    return '{"organisation_id": 123}' if operation.id == "createApiKey" else "{}"
