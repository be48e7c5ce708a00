"""The console in Chromium: each control changes the next answer that a page of another origin gets."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from e2e.browsing import chromium, control, served
from mockserver.config import Config
from mockserver.live.server import LiveServer

INFO = "/campaign-info?limit=2"
KEY = "your_api_key_here"
#: Texts that are markup, scripts or links where a page is careless.
CORPUS = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "javascript:window.hacked=1",
    "</pre><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "${window.hacked=1}{{window.hacked=1}}",
]

pytestmark = pytest.mark.slow


class Bench:
    """The console, and a page of another origin that calls the API."""

    def __init__(self, mock: LiveServer, console: Any, caller: Any) -> None:
        self.mock = mock
        self.console = console
        self._caller = caller

    def ask(self, path: str = INFO, key: str = KEY, method: str = "GET") -> dict[str, Any]:
        """Call the API by fetch; a broken connection has the status 0."""
        script = """async ([url, key, method]) => {
            const started = performance.now();
            try {
                const answer = await fetch(url, {method, headers: {Authorization: key}});
                const body = await answer.json();
                const left = answer.headers.get("X-RateLimit-Remaining-Minute");
                return {status: answer.status, body, ms: performance.now() - started, left};
            } catch { return {status: 0, ms: performance.now() - started}; }
        }"""
        answer: dict[str, Any] = self._caller.evaluate(script, [self.mock.base_url + path, key, method])
        return answer

    def open(self, tab: str) -> None:
        """Turn to a tab."""
        self.console.click(f"#tab-{tab}")

    def press(self, name: str) -> None:
        """Press a button, and wait until the page is idle again."""
        with self.console.expect_response(lambda answer: answer.request.method != "GET"):
            self.console.get_by_role("button", name=name, exact=True).click()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def mock() -> Iterator[LiveServer]:
    """A mock that all tests share, reset before each."""
    with LiveServer(Config(seed=5)) as server:
        yield server


@pytest.fixture
def bench(mock: LiveServer, browser: Any, tmp_path: Path) -> Iterator[Bench]:
    """A console and a caller; no error, no violation of the policy, may be seen on the console's page."""
    control(mock.admin_url, "POST", "/reset", {})
    faults: list[str] = []
    (tmp_path / "index.html").write_text("<!doctype html><title>caller</title>")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    console = context.new_page()
    console.set_default_timeout(10_000)
    console.on("pageerror", lambda error: faults.append(str(error)))
    console.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    console.goto(f"{mock.admin_url}/")
    console.wait_for_selector(".connection.live")
    with served(tmp_path) as origin:
        caller = context.new_page()
        caller.goto(origin)
        console.bring_to_front()  # the timers of a page in the background are slowed down
        yield Bench(mock, console, caller)
    context.close()
    assert faults == []


def test_a_request_arrives_live_and_opens_in_full(bench: Bench) -> None:
    assert bench.ask("/campaign-info?limit=2&start-date=x")["status"] == 200
    row = bench.console.locator("tbody tr").first
    row.wait_for()
    assert "getCampaignInfo" in row.inner_text()
    row.get_by_role("button").click()
    detail = bench.console.locator(".detail")
    detail.locator(".stages").wait_for()
    text = detail.inner_text()
    for word in ("start-date", "openapi.yaml:", "authenticate", "campaign_info", "curl -X GET"):
        assert word in text
    assert KEY not in detail.locator(".headers").first.inner_text()


def test_the_bars_drain(bench: Bench) -> None:
    bench.ask()
    left = bench.ask()["left"]
    bench.console.wait_for_selector(f"meter[value='{left}']")
    assert f"{left} / 100" in bench.console.locator(".window").first.inner_text()


@pytest.mark.parametrize(
    "scenario, status, total",
    [("empty", 200, 0), ("one_row", 200, 1), ("outage", 500, None), ("disconnected", 0, None)],
)
def test_one_click_plays_a_scenario(bench: Bench, scenario: str, status: int, total: int | None) -> None:
    bench.open("controls")
    bench.press(scenario)
    answer = bench.ask()
    assert answer["status"] == status
    if total is not None:
        assert answer["body"]["data"]["total_campaign_routines_count"] == total
    bench.press(scenario)
    assert bench.ask()["body"]["data"]["total_campaign_routines_count"] > 20


def test_a_scenario_for_one_key_leaves_the_others(bench: Bench) -> None:
    bench.open("controls")
    section = bench.console.locator("section", has=bench.console.locator("#scenarios"))
    section.locator("select").select_option(index=2)
    bench.press("outage")
    assert (bench.ask(key="member_api_key_here")["status"], bench.ask()["status"]) == (500, 200)


@pytest.mark.parametrize("status, seen", [("401", 401), ("429", 429), ("EMPTY_RESPONSE", 0)])
def test_the_next_answer_of_an_operation_is_set(bench: Bench, status: str, seen: int) -> None:
    bench.open("controls")
    bench.console.select_option("select[name=operation]", "getCampaignInfo")
    bench.console.select_option("select[name=status]", status)
    bench.press("Set")
    assert bench.ask("/user-campaign-filters")["status"] == 200
    # A browser asks once more by itself where a connection ended without an answer.
    statuses = [bench.ask()["status"] for _ in range(2)]
    assert statuses[0] == seen or (seen == 0 and statuses[0] == 200)
    assert statuses[1] == 200


def test_a_rule_is_listed_and_removed(bench: Bench) -> None:
    bench.open("controls")
    bench.console.fill("input[name=times]", "100")
    bench.press("Set")
    assert bench.ask()["status"] == 500
    with bench.console.expect_response(lambda answer: answer.request.method == "DELETE"):
        bench.console.locator(".rules button").click()
    assert bench.ask()["status"] == 200


def test_the_slider_makes_answers_late(bench: Bench) -> None:
    bench.open("controls")
    slider = bench.console.locator("input[type=range]")
    with bench.console.expect_response(lambda answer: answer.request.method == "POST"):
        slider.evaluate("(slider) => { slider.value = 400; slider.dispatchEvent(new Event('change')); }")
    bench.console.wait_for_selector("output:has-text('400 ms')")
    assert bench.ask()["ms"] >= 400


def test_the_clock_moves_and_freezes(bench: Bench) -> None:
    bench.open("controls")
    bench.press("Freeze")
    bench.ask()
    before = bench.ask()
    assert before["left"] == "98"
    bench.press("+1 minute")
    assert bench.ask()["left"] == "99"
    day = control(bench.mock.admin_url, "GET", "/clock")["now"][:10]
    bench.press("+1 day")
    assert control(bench.mock.admin_url, "GET", "/clock")["now"][:10] > day


def test_keys_are_created_and_deactivated(bench: Bench) -> None:
    bench.open("controls")
    bench.press("Create a member's key")
    key = bench.console.locator(".new-key").inner_text()
    assert bench.ask(key=key)["status"] == 200
    made = bench.console.locator("tbody tr").last.locator("code").inner_text()
    bench.press(f"Deactivate {made}")
    assert bench.ask(key=key)["status"] == 401


def test_reset_starts_over(bench: Bench) -> None:
    bench.open("controls")
    bench.press("outage")
    assert bench.ask()["status"] == 500
    bench.press("Reset")
    assert (bench.ask()["status"], bench.ask()["left"]) == (200, "98")


def test_the_data_browser_shows_users_campaigns_and_the_curve(bench: Bench) -> None:
    bench.open("data")
    bench.console.locator("#chart canvas").wait_for()
    campaigns = bench.console.get_by_role("region", name="Campaigns").locator("tbody tr")
    first = campaigns.first.inner_text()
    bench.console.get_by_role("button", name="Older").click()
    bench.console.get_by_text("11–20 of").wait_for()
    assert campaigns.first.inner_text() != first
    with bench.console.expect_response(lambda answer: "/data/days" in answer.url):
        bench.console.locator("main select").select_option(label="Priya Raman")
    bench.console.get_by_text("1–", exact=False).first.wait_for()
    owners = set(campaigns.locator("td:nth-child(2)").all_inner_texts())
    assert owners == {"Priya Raman"}


def test_the_form_of_the_reference_asks_the_mock(bench: Bench) -> None:
    bench.open("reference")
    frame = bench.console.frame_locator("iframe")
    frame.locator("button.authorize").first.click()
    frame.locator(".modal-ux input").fill(KEY)
    frame.locator(".modal-ux button.authorize").click()
    frame.locator(".modal-ux .btn-done").click()
    frame.locator(".opblock-summary-control").first.click()
    frame.get_by_role("button", name="Execute").click()
    frame.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
    (request,) = control(bench.mock.admin_url, "GET", "/requests")["requests"]
    assert (request["response"]["status"], request["operationId"]) == (200, "getUserCampaignFilters")


def test_tabs_turn_by_keyboard(bench: Bench) -> None:
    bench.console.focus("#tab-requests")
    for name in ("controls", "data", "reference", "requests"):
        bench.console.keyboard.press("ArrowRight")
        bench.console.wait_for_selector(f"#tab-{name}[aria-selected=true]:focus")


def test_a_server_that_is_gone_is_told_and_its_return_too(browser: Any) -> None:
    with LiveServer(Config()) as server:
        page = browser.new_page()
        page.goto(f"{server.admin_url}/")
        page.wait_for_selector(".connection.live")
    page.wait_for_selector(".connection.disconnected")
    page.click("#tab-controls")
    page.get_by_role("button", name="+1 minute").click()
    page.wait_for_selector("[role=alert]:has-text('does not answer')")
    page.close()


@pytest.mark.parametrize("text", CORPUS)
def test_what_anybody_sends_is_shown_as_text(bench: Bench, text: str) -> None:
    mock = bench.mock
    quoted = quote(text)
    url = f"{mock.base_url}/{quoted}/x?{quoted}={quoted}&term={quoted}"
    for odd in ({"X-Odd": text}, {"Authorization": text}, {"Prefer": f'code="{text}"'}):
        request = urllib.request.Request(url, text.encode(), {"Authorization": KEY, **odd})
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=10)
    control(mock.admin_url, "POST", "/keys", {"role": "member", "description": text})
    rule = {"answers": [{"body": {"name": text}}], "parameters": {"term": text}, "operation": "getCampaignInfo"}
    control(mock.admin_url, "POST", "/rules", rule)
    bench.ask(f"/campaign-info?term={quoted}")
    control(mock.admin_url, "POST", "/scenarios/unicode", {})
    bench.console.reload()
    bench.console.wait_for_selector("tbody tr")
    for place in range(bench.console.locator("tbody tr").count()):
        bench.console.locator("tbody tr button").nth(place).click()
        bench.console.locator(".detail .stages").wait_for()
        assert bench.console.locator("main img, main svg, main iframe, main script").count() == 0
    for tab in ("controls", "data"):
        bench.open(tab)
        bench.console.wait_for_selector("tbody tr")
        assert bench.console.locator("main img, main iframe, main script").count() == 0
    assert bench.console.evaluate("window.hacked") is None


@pytest.mark.parametrize("width, height", [(1280, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_keeps_anybody_out(bench: Bench, scheme: str, width: int, height: int) -> None:
    source = Path(os.environ.get("NODE_PATH", "")) / "axe-core" / "axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core is not installed")
    page = bench.console
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    bench.ask()
    page.locator("tbody tr button").first.click()
    page.locator(".stages").wait_for()
    found = []
    for tab in ("requests", "controls", "data"):
        bench.open(tab)
        page.wait_for_selector("main section, main table")
        page.evaluate(source.read_text(encoding="utf-8"))
        report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        serious = [one for one in report["violations"] if one["impact"] in ("serious", "critical")]
        found += [(tab, one["id"], one["nodes"][0]["html"]) for one in serious]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{tab} is wider than the window"
    assert found == []
