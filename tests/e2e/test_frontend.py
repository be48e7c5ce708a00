"""The example page in Chromium, on the mock, through every state that an answer can put it into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.browsing import chromium, control, served
from mockserver.config import Config
from mockserver.live.server import LiveServer

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "frontend"
TIMEOUT_MS = 10_000

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mock() -> Iterator[LiveServer]:
    """A mock that all tests of the page share; each puts it into its own state."""
    with LiveServer(Config(check_answers=True, seed=3)) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture
def visit(mock: LiveServer, browser: Any) -> Iterator[Callable[..., Any]]:
    """Open the page while the mock plays a scenario; nothing may go wrong in the page itself."""
    control(mock.admin_url, "POST", "/reset", {})
    faults: list[str] = []
    with served(FOLDER) as origin:
        page = browser.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(f"a name was run as a script: {dialog.message}"))
        page.set_default_timeout(TIMEOUT_MS)

        def go(scenario: str = "default", key: str = "your_api_key_here") -> Any:
            control(mock.admin_url, "POST", f"/scenarios/{scenario}", {})
            page.goto(f"{origin}/?api={mock.base_url}&key={key}")
            return page

        yield go
        page.close()
    assert faults == []


def settled(page: Any) -> None:
    """Wait until the page has what it asked for."""
    page.wait_for_function("document.querySelector('#list').ariaBusy === 'false'")


def rows(page: Any) -> list[str]:
    """Return the names in the table."""
    settled(page)
    return list(page.locator("tbody tr td:first-child").all_inner_texts())


def test_the_table_pages_to_its_end_and_back(visit: Callable[..., Any]) -> None:
    page = visit()
    first = rows(page)
    assert len(first) == 10
    seen = [*first]
    while page.locator("#next").is_enabled():
        page.click("#next")
        seen += rows(page)
    total = int(page.locator("#page").inner_text().split(", ")[1].split()[0])
    assert len(seen) == total > 20
    page.click("#previous")
    settled(page)
    page.click("#previous")
    assert rows(page)[0] in seen


def test_a_filter_filters(visit: Callable[..., Any]) -> None:
    page = visit()
    page.select_option("select", "draft")
    page.click("text=Load")
    settled(page)
    statuses = page.locator("tbody tr td:nth-child(4)").all_inner_texts()
    assert statuses
    assert set(statuses) == {"draft"}


def test_the_chart_draws_the_days(visit: Callable[..., Any]) -> None:
    page = visit()
    settled(page)
    assert page.locator("#chart rect").count() > 20


@pytest.mark.parametrize(
    "scenario, count, pages", [("empty", 0, ""), ("one_row", 1, "Page 1 of 1"), ("huge", 10, "Page 1 of 1000")]
)
def test_any_number_of_rows_is_shown(visit: Callable[..., Any], scenario: str, count: int, pages: str) -> None:
    page = visit(scenario)
    assert len(rows(page)) == count
    assert page.locator("#empty").is_visible() == (count == 0)
    assert page.locator("#page").inner_text().startswith(pages)


def test_odd_names_are_text(visit: Callable[..., Any]) -> None:
    page = visit("unicode")
    names = rows(page)
    assert "<script>alert('campaign')</script><img src=x onerror=alert(1)>" in names
    assert page.locator("tbody img, tbody script").count() == 0
    assert any("حملة" in name for name in names)


@pytest.mark.parametrize(
    "scenario, words",
    [("outage", "has a problem"), ("disconnected", "cannot be reached"), ("exhausted", "Next try in")],
)
def test_trouble_is_told(visit: Callable[..., Any], scenario: str, words: str) -> None:
    page = visit(scenario)
    page.wait_for_selector(f"#notice:visible:has-text('{words}')")
    assert rows(page) == []


def test_a_429_counts_down(visit: Callable[..., Any]) -> None:
    page = visit("exhausted")
    notice = page.locator("#notice")
    notice.wait_for()

    def left() -> int:
        return int(notice.inner_text().split("Next try in ")[1].split()[0])

    before = left()
    page.wait_for_function(f"!document.querySelector('#notice').textContent.includes('in {before} s')")
    assert left() == before - 1 or left() > before  # it began anew where the minute ended


def test_after_the_limit_the_page_recovers_by_itself(mock: LiveServer, visit: Callable[..., Any]) -> None:
    control(mock.admin_url, "POST", "/clock", {"set": "2026-03-01T10:00:59Z"})
    page = visit("exhausted")
    page.wait_for_selector("#notice:visible:has-text('Next try in')")
    control(mock.admin_url, "POST", "/scenarios/default", {})
    page.wait_for_selector("tbody tr")
    assert page.locator("#notice").is_hidden()


def test_a_key_that_expires_half_way_is_told_and_another_helps(visit: Callable[..., Any]) -> None:
    page = visit("default", key="key_expired")
    assert len(rows(page)) == 10
    for _ in range(3):
        page.click("text=Load")
        settled(page)
    assert "expired" in page.locator("#notice").inner_text()
    page.fill("input[name=key]", "your_api_key_here")
    page.click("text=Load")
    page.locator("#notice").wait_for(state="hidden")
    assert len(rows(page)) == 10


def test_while_it_is_slow_the_page_says_so(mock: LiveServer, visit: Callable[..., Any]) -> None:
    page = visit()
    settled(page)
    control(mock.admin_url, "POST", "/rules", {"answers": [{"delay": 700}], "operation": "getCampaignInfo"})
    page.click("text=Load")
    assert page.locator("#list").get_attribute("aria-busy") == "true"
    assert len(rows(page)) == 10
