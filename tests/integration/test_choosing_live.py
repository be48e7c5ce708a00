"""Every way to choose an answer, over real HTTP: scenarios, magic keys, preferences, faults, rules.

What is tried comes from the tables of the source, what is expected from the
tables here: a new scenario, word or fault without an expectation fails.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from judged import ADMIN_KEY, Answer, Judge, LiveClient
from mockserver.config import Config
from mockserver.http.faults import GARBAGE
from mockserver.live.server import LiveServer
from mockserver.pipeline import preferences
from mockserver.scenarios.models import FAULTS
from mockserver.scenarios.parsing import scenario_files
from mockserver.scenarios.registry import SCENARIOS
from oas import package_data
from oas.api_keys import hash_of

pytestmark = pytest.mark.slow

INFO = "/campaign-info"
DEADLINE_S = 30.0
#: Long after the days that the samples of the reference name; those do not go with the clock.
NOW = 1_780_272_000.0  # 2026-06-01T00:00:00Z
NAMES = [path.stem for path in scenario_files(package_data.scenarios())]


@dataclass(frozen=True)
class Site:
    """A running server.

    Attributes:
        server: the real one, in a process of its own.
        judge: of every answer that fits the contract.
    """

    server: LiveServer
    judge: Judge

    def control(self, method: str, path: str, document: Any = None) -> Any:
        """Call the control API; return its answer's JSON."""
        body = None if document is None else json.dumps(document)
        headers = {} if document is None else {"Content-Type": "application/json"}
        connection = http.client.HTTPConnection(self.server.address.host, self.server.port, timeout=DEADLINE_S)
        try:
            connection.request(method, f"/__admin{path}", body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, content
        return json.loads(content)

    def latest(self, session: str = "default") -> Any:
        """Return the journal's newest entry."""
        return self.control("GET", f"/requests?limit=1&session={session}")["requests"][0]


@dataclass(frozen=True)
class Visitor:
    """Somebody who asks, with the headers that are theirs.

    Attributes:
        site: that they ask.
        by: what `X-Mock-Applied` says before the colon where their scenario answers.
        headers: sent with each request.
    """

    site: Site
    by: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Authorization": ADMIN_KEY})

    def get(self, path: str = INFO, query: str = "", **headers: str) -> Answer:
        """Ask; the answer fits the contract, or the test fails."""
        client = LiveClient(self.site.server.base_url, self.site.judge)
        return client.get(path, query, headers={**self.headers, **headers})

    def raw(self, query: str = "", **headers: str) -> tuple[bytes, str]:
        """Ask on a connection of its own; return everything that comes, and how it ends."""
        address = self.site.server.address
        sent = {"Host": "localhost", "Connection": "close", **self.headers, **headers}
        lines = [f"GET {address.base_path}{INFO}?{query} HTTP/1.1", *(f"{name}: {sent[name]}" for name in sent)]
        with socket.create_connection((address.host, address.port), DEADLINE_S) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            data = b""
            try:
                while part := connection.recv(65536):
                    data += part
            except ConnectionResetError:
                return data, "reset"
            return data, "end"


@pytest.fixture(scope="module")
def running(judge: Judge) -> Iterator[Site]:
    config = Config(check_answers=True, clock=NOW, limit_minute=10**9, limit_day=10**9)
    with LiveServer(config) as server:
        yield Site(server, judge)


@pytest.fixture
def site(running: Site) -> Site:
    running.control("POST", "/reset", {})
    return running


Expectation = Callable[[Visitor, str], None]


def total_of(visitor: Visitor) -> int:
    total = visitor.get(INFO, "limit=1").data["total_campaign_routines_count"]
    assert visitor.get("/dashboard-info").data["campaign_count_info"]["total"] == total
    return int(total)


def shows(total: int) -> Expectation:
    """Expect an organisation of so many routines, and plain answers on it."""

    def hold(visitor: Visitor, name: str) -> None:
        assert total_of(visitor) == total
        assert "X-Mock-Applied" not in visitor.get().headers

    return hold


def answers(*statuses: int) -> Expectation:
    """Expect these statuses in turn, all of them by the scenario's first rule."""

    def hold(visitor: Visitor, name: str) -> None:
        found = [visitor.get() for _ in statuses]
        assert [answer.status for answer in found] == list(statuses)
        assert {answer.headers["X-Mock-Applied"] for answer in found} == {f"{visitor.by}:{name}/1"}
        entry = visitor.site.latest()
        assert (entry["applied"], entry["deliberate"]) == (f"{visitor.by}:{name}/1", False)

    return hold


def is_plain(visitor: Visitor, name: str) -> None:
    plain = Visitor(visitor.site, headers={"Authorization": "member_api_key_here"})
    assert total_of(visitor) == total_of(plain) > 10
    assert "X-Mock-Applied" not in visitor.get().headers


def is_limited(visitor: Visitor, name: str) -> None:
    found = [visitor.get() for _ in range(5)]
    assert [answer.status for answer in found] == [200, 200, 200, 429, 429]
    assert [answer.remaining[0] for answer in found] == [2, 1, 0, 0, 0]
    visitor.site.control("POST", "/clock", {"advance_s": found[-1].data["retry_after"]})
    assert visitor.get().status == 200


def is_flaky(visitor: Visitor, name: str) -> None:
    found = [visitor.get() for _ in range(30)]
    assert {answer.status for answer in found} == {200, 500}
    failed = [answer for answer in found if answer.status == 500]
    assert 2 < len(failed) < 25
    assert all(answer.headers["X-Mock-Applied"].startswith(f"{visitor.by}:{name}/") for answer in failed)


def is_slow(visitor: Visitor, name: str) -> None:
    started = time.monotonic()
    answer = visitor.get()
    took_ms = (time.monotonic() - started) * 1000
    told_ms = visitor.site.latest()["responseDefinition"]["fixedDelayMilliseconds"]
    assert (answer.status, answer.headers["X-Mock-Applied"]) == (200, f"{visitor.by}:{name}/1")
    assert 50 < told_ms <= took_ms + 1


def is_stale(visitor: Visitor, name: str) -> None:
    rows = visitor.get(INFO, "limit=1000").data["campaign_info"]
    assert len(rows) > 10
    assert max(row["linkedin_campaign_routine"]["created_at"] for row in rows) < "2026-04-18"
    assert visitor.get(INFO, "start_date=2026-05-02&end_date=2026-06-01").data["campaign_info"] == []


def is_disconnected(visitor: Visitor, name: str) -> None:
    assert visitor.raw() == (b"", "reset")
    entry = visitor.site.latest()
    assert (entry["applied"], entry["deliberate"]) == (f"{visitor.by}:{name}/1", True)


EXPECTED: Mapping[str, Expectation] = {
    "default": is_plain,
    "disconnected": is_disconnected,
    "empty": shows(0),
    "exhausted": answers(429, 429),
    "expired_key": answers(200, 200, 200, 200, 200, 401, 401),
    "flaky": is_flaky,
    "huge": shows(10_000),
    "one_of_each": shows(5),
    "one_row": shows(1),
    "outage": answers(500, 500),
    "rate_limited": is_limited,
    "slow_network": is_slow,
    "stale": is_stale,
    "unicode": shows(9),
}


def for_the_session(site: Site, name: str) -> Visitor:
    assert site.control("POST", f"/scenarios/{name}", {})["playing"] == name
    return Visitor(site, "scenario")


def for_a_key(site: Site, name: str) -> Visitor:
    playing = site.control("POST", f"/scenarios/{name}", {"key_hash": hash_of(ADMIN_KEY)})
    assert (playing["playing"], playing["keys"][hash_of(ADMIN_KEY)]) == ("", name)
    return Visitor(site, "key")


def for_a_browser(site: Site, name: str) -> Visitor:
    return Visitor(site, "cookie", {"Authorization": ADMIN_KEY, "Cookie": f"theme=dark; mock_scenario={name}"})


@pytest.mark.parametrize("play", [for_the_session, for_a_key, for_a_browser], ids=lambda play: play.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_plays_for_session_key_and_browser(
    site: Site, name: str, play: Callable[[Site, str], Visitor]
) -> None:
    EXPECTED[name](play(site, name), name)


@pytest.mark.parametrize("key", SCENARIOS)
def test_every_magic_key_plays_its_scenario_and_no_other_key_sees_it(site: Site, key: str) -> None:
    EXPECTED[SCENARIOS[key]](Visitor(site, "key", {"Authorization": key}), SCENARIOS[key])
    is_plain(Visitor(site), "default")


def test_each_expectation_is_of_a_scenario_that_exists() -> None:
    assert sorted(EXPECTED) == sorted(NAMES)
    assert sorted(PREFERRED) == sorted(preferences._WORDS)
    assert sorted(SEEN) == sorted(FAULTS)


Seen = Callable[[Answer, float], bool]
#: Word → preferences that use it, and what they lead to.
PREFERRED: Mapping[str, tuple[dict[str, str], Seen]] = {
    "code": ({"code": "429"}, lambda answer, _: answer.error_code == "RATE_LIMIT_EXCEEDED"),
    "example": (
        {"code": "429", "example": "day"},
        lambda answer, _: answer.remaining[1] == 0 < answer.remaining[0],
    ),
    "dynamic": ({"dynamic": "true"}, lambda answer, _: answer.status == 200),
    "seed": ({"dynamic": "true", "seed": "7"}, lambda answer, _: answer.status == 200),
    "delay": ({"delay": "400"}, lambda answer, took_s: answer.status == 200 and 0.4 <= took_s < 5),
    "fault": ({"fault": "EMPTY_RESPONSE"}, lambda answer, _: answer.body == b""),
}


def as_header(words: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    return "", {"Prefer": ", ".join(f"{name}={value}" for name, value in words.items())}


def as_twins(words: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    return "&".join(f"__{name}={value}" for name, value in words.items()), {}


CARRIERS = pytest.mark.parametrize("carry", [as_header, as_twins], ids=lambda carry: carry.__name__)


@CARRIERS
@pytest.mark.parametrize("word", sorted(preferences._WORDS))
def test_every_word_is_applied_and_said(
    site: Site, word: str, carry: Callable[[Mapping[str, str]], tuple[str, dict[str, str]]]
) -> None:
    words, seen = PREFERRED[word]
    query, headers = carry(words)
    told, started = ", ".join(f"{name}={value}" for name, value in words.items()), time.monotonic()
    if "fault" in words:
        assert Visitor(site).raw(query, **headers) == SEEN[words["fault"]]
    else:
        answer = Visitor(site).get(INFO, query, **headers)
        assert seen(answer, time.monotonic() - started)
        assert (answer.headers["Preference-Applied"], answer.headers["X-Mock-Applied"]) == (told, f"prefer:{told}")
        assert answer.violations == []
    entry = site.latest()
    assert (entry["applied"], entry["deliberate"]) == (f"prefer:{told}", "fault" in words)
    assert "__" not in entry["request"]["url"]
    assert Visitor(site).get().status == 200


@CARRIERS
def test_a_seed_decides_what_is_made(
    site: Site, carry: Callable[[Mapping[str, str]], tuple[str, dict[str, str]]]
) -> None:
    made = []
    for seed in ("1", "1", "2"):
        query, headers = carry({"dynamic": "true", "seed": seed})
        made.append(Visitor(site).get(INFO, query, **headers).body)
    assert made[0] == made[1] != made[2]


@CARRIERS
@pytest.mark.parametrize("word", sorted(preferences._WORDS))
def test_a_wrong_value_of_every_word_is_a_400_that_says_why(
    site: Site, word: str, carry: Callable[[Mapping[str, str]], tuple[str, dict[str, str]]]
) -> None:
    query, headers = carry({word: "n%6Fthing" if carry is as_twins else "nothing"})
    answer = Visitor(site).get(INFO, query, **headers)
    assert (answer.status, answer.error_code) == (400, "INVALID_REQUEST")
    assert f"{word}=" in answer.data["error"]
    assert "Preference-Applied" not in answer.headers


#: What a client sees of each fault: all that comes, and how it ends.
SEEN = {
    "EMPTY_RESPONSE": (b"", "end"),
    "MALFORMED_RESPONSE_CHUNK": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + GARBAGE, "end"),
    "RANDOM_DATA_THEN_CLOSE": (GARBAGE, "end"),
    "CONNECTION_RESET_BY_PEER": (b"", "reset"),
}


def by_header(site: Site, fault: str) -> tuple[bytes, str]:
    return Visitor(site).raw(Prefer=f"fault={fault}")


def by_twin(site: Site, fault: str) -> tuple[bytes, str]:
    return Visitor(site).raw(f"__fault={fault}")


def by_rule(site: Site, fault: str) -> tuple[bytes, str]:
    site.control("POST", "/rules", {"times": 1, "answers": [{"fault": fault}]})
    return Visitor(site).raw()


@pytest.mark.parametrize("ask", [by_header, by_twin, by_rule], ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_breaks_one_connection_and_is_known_as_deliberate(
    site: Site, fault: str, ask: Callable[[Site, str], tuple[bytes, str]]
) -> None:
    assert ask(site, fault) == SEEN[fault]
    entry = site.latest()
    assert (entry["deliberate"], entry["responseDefinition"]["fault"]) == (True, fault)
    assert Visitor(site).get().status == 200


def status_of(found: tuple[bytes, str]) -> int:
    return int(found[0].split(b" ", 2)[1])


@pytest.mark.parametrize(
    "answer, status, deliberate",
    [
        ({"status": 503}, 503, True),
        ({"status": 307, "location": "http://127.0.0.1:9/"}, 307, True),
        ({"body": {"nonsense": 1}}, 200, True),
        ({"status": 500}, 500, False),
        ({}, 200, False),
        ({"delay": 1}, 200, False),
    ],
    ids=str,
)
def test_the_journal_tells_breaks_from_answers_that_fit(
    site: Site, answer: dict[str, Any], status: int, deliberate: bool
) -> None:
    rule = site.control("POST", "/rules", {"answers": [answer]})
    found = Visitor(site).raw()
    entry = site.latest()
    assert f"x-mock-applied: rule:{rule['id']}\r\n".encode() in found[0].lower()
    assert b"preference-applied" not in found[0].lower()
    assert status_of(found) == status == entry["response"]["status"]
    assert (entry["applied"], entry["deliberate"]) == (f"rule:{rule['id']}", deliberate)


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Do the same from several threads at once."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def made_key(site: Site) -> Visitor:
    made = site.control("POST", "/keys", {"role": "admin"})
    return Visitor(site, "key", {"Authorization": made["key"]})


def test_parallel_keys_see_only_their_own_scenario_and_its_turns(site: Site) -> None:
    names = ("expired_key", "outage", "empty", "rate_limited", "expired_key", "one_row")
    visitors = [made_key(site) for _ in names]
    for visitor, name in zip(visitors, names, strict=True):
        site.control("POST", f"/scenarios/{name}", {"key_hash": hash_of(visitor.headers["Authorization"])})
    seen = together(len(names), lambda place: [visitors[place].get().status for _ in range(8)])
    expected = {
        "expired_key": [200] * 5 + [401] * 3,
        "outage": [500] * 8,
        "rate_limited": [200] * 3 + [429] * 5,
        "empty": [200] * 8,
        "one_row": [200] * 8,
    }
    assert seen == [expected[name] for name in names]
    assert [total_of(visitors[place]) for place in (2, 5)] == [0, 1]
    assert Visitor(site).get().status == 200


def test_parallel_cookies_see_only_their_own_scenario(site: Site) -> None:
    names = ("expired_key", "outage", "one_row", "nothing", "")
    visitors = [for_a_browser(site, name) for name in names]
    seen = together(len(names), lambda place: [visitors[place].get().status for _ in range(8)])
    assert seen == [[200] * 5 + [401] * 3, [500] * 8, [200] * 8, [200] * 8, [200] * 8]
    assert total_of(visitors[2]) == 1 < total_of(visitors[3]) == total_of(Visitor(site))


def test_a_cookie_takes_turns_of_its_own_for_each_key(site: Site) -> None:
    cookie = {"Cookie": "mock_scenario=expired_key"}
    visitors = [Visitor(site, "cookie", {**made_key(site).headers, **cookie}) for _ in range(3)]
    seen = together(3, lambda place: [visitors[place].get().status for _ in range(7)])
    assert seen == [[200] * 5 + [401] * 2] * 3


def test_parallel_sessions_have_rules_and_turns_of_their_own(site: Site) -> None:
    made = [site.control("POST", "/sessions", {}) for _ in range(4)]
    for place, session in enumerate(made):
        rule = {"times": place + 1, "answers": [{"status": 500}]}
        site.control("POST", f"/rules?session={session['name']}", rule)
    visitors = [Visitor(site, headers={"Authorization": session["keys"]["member"]}) for session in made]
    seen = together(len(made), lambda place: [visitors[place].get().status for _ in range(6)])
    assert seen == [[500] * (place + 1) + [200] * (5 - place) for place in range(len(made))]
    assert Visitor(site).get().status == 200
    for session in made:
        site.control("DELETE", f"/sessions/{session['name']}")


def test_turns_of_one_rule_are_exact_under_parallel_requests(site: Site) -> None:
    site.control("POST", "/rules", {"times": 25, "answers": [{"status": 500}]})
    seen = together(8, lambda _: [Visitor(site).get().status for _ in range(10)])
    assert Counter(status for statuses in seen for status in statuses) == {500: 25, 200: 55}


def test_a_delayed_request_holds_up_no_other(site: Site) -> None:
    done: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: done.append(Visitor(site).get(Prefer="delay=3000").status))
        while site.control("GET", "/requests?limit=1&operation=getCampaignInfo")["requests"] == []:
            assert not waiting.done()
        assert [Visitor(site).get("/user-campaign-filters").status for _ in range(5)] == [200] * 5
        assert done == [], "the delayed answer came before five others that were asked after it"
        waiting.result(DEADLINE_S)
    assert done == [200]
