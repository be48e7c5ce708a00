"""Many requests of every kind in one process: what is bounded stays so; `benchmarks/soak.py` asks a real server."""

from __future__ import annotations

import gc
import logging
import random
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import pytest

from conftest import MAY_2025
from mockserver.app import Application, create_wsgi
from mockserver.campaigns import collection
from mockserver.config import Config
from mockserver.pipeline import validation
from mockserver.scenarios.registry import SCENARIOS
from mockserver.state import rules, session_factory
from oas.messages import Request

pytestmark = pytest.mark.nightly

BEFORE, SOAKED, JOURNAL_ENTRIES = 6000, 20_000, 200
#: What Python's own bookkeeping moves by, beside what the mock keeps.
SLACK_BYTES = 300_000
KEYS = ("your_api_key_here", "member_api_key_here", "deactivated_api_key_here", "nobody", *SCENARIOS)
PATHS = (
    *3 * ("/campaign-info",), "/dashboard-info", "/create-api-key", "/user-campaign-filters", "/optimized_routine_data",
)  # fmt: skip
PREFERENCES = (
    "", "", "", "code=429", "code=500", "code=999", "dynamic=true", "delay=9", "fault=EMPTY_RESPONSE", "fault=x",
)  # fmt: skip
COOKIES = ("", "", "mock_scenario=flaky", "mock_scenario=unicode", "mock_scenario=nothing")
QUERIES = ("", "limit=1", "limit=0", "offset=5", "campaign_status=active", "sort_by=campaign_name", "__code=401")
BODIES = (b"", b"{", b"{}", b'{"limit": 2}', b'{"organisation_id": 123}')


def requests(base_path: str, seed: int) -> Iterator[Request]:
    """Draw requests without an end; some of them are like no other."""
    chance = random.Random(seed)
    draw = chance.choice
    while True:
        number = chance.randrange(10**9)
        key = draw(KEYS) if chance.random() > 0.05 else f"stranger {number}"
        path = draw(PATHS) if chance.random() > 0.05 else f"/nowhere/{number}"
        query = draw(QUERIES) if chance.random() > 0.3 else f"term={number}"
        headers = {"authorization": key, "prefer": draw(PREFERENCES), "cookie": draw(COOKIES)}
        headers["content-type"] = "application/json"
        client = f"192.0.2.{chance.randrange(99)}"
        yield Request(draw(("GET", "POST")), base_path + path, query, headers, draw(BODIES), client)


def ask(app: Application, source: Iterator[Request], count: int) -> Counter[int]:
    return Counter(app.pipeline.handle(next(source)).status for _ in range(count))


def held_bytes(app: Application) -> int:
    """Return what Python holds while the journal holds the same exchanges as at every look."""
    plain = Request("GET", f"{app.base_path}/campaign-info", "limit=1", {"authorization": KEYS[0]})
    for _ in range(JOURNAL_ENTRIES):
        app.pipeline.handle(plain)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_memory_stays_once_everything_that_is_bounded_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("mockserver"), "disabled", True)  # pytest keeps what is logged
    monkeypatch.setattr(session_factory, "MAX_DEFAULT_KEYS", 50)
    monkeypatch.setattr(rules, "MAX_TURNS", 60)
    monkeypatch.setattr(validation, "_read_query", lru_cache(64)(validation._read_query.__wrapped__))
    monkeypatch.setattr(collection, "SELECTION_CACHE_BYTES", 5_000)
    monkeypatch.setattr(collection, "PAGE_CACHE_BYTES", 30_000)
    app = create_wsgi(Config(clock=MAY_2025, limit_minute=10**9, limit_day=10**9, journal_entries=JOURNAL_ENTRIES))
    source = requests(app.base_path, 1)
    tracemalloc.start()
    try:
        ask(app, source, BEFORE)
        full = held_bytes(app)
        seen = ask(app, source, SOAKED)
        grown = held_bytes(app) - full
    finally:
        tracemalloc.stop()
    assert set(seen) >= {200, 400, 401, 404, 405, 429, 500}
    assert grown < SLACK_BYTES, f"{grown:,} bytes more, {grown / SOAKED:.0f} a request"
