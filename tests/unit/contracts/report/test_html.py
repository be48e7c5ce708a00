"""One page that opens from disk, loads nothing, and shows hostile text as text."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from contracts.report.html import MAX_CHARACTERS, render, transcripts
from contracts.verdicts import Outcome, Report
from documents import source_of
from fabricated import exchange, kept, report, verdict, violation

ROOT = Path(__file__).resolve().parents[4]
SOURCE = source_of((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
CHROMIUM = Path("/usr/bin/chromium")


class Page(HTMLParser):
    """The tags of a page, with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """List the attributes of every such tag."""
        found = [attributes for name, attributes in self.tags if name == tag]
        return [item for item in found if all(item.get(key.rstrip("_")) == value for key, value in wanted.items())]


def page(made: Report) -> Page:
    """Render and parse."""
    return Page(render(made, SOURCE))


def test_the_policy_allows_the_one_style_and_the_one_script() -> None:
    text = render(report(), SOURCE)
    (policy,) = [item["content"] for item in Page(text).all("meta") if "http-equiv" in item]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() in policy


def test_nothing_is_loaded_and_nothing_runs_from_an_attribute() -> None:
    found = page(report())
    loading = [
        (tag, name, value) for tag, item in found.tags for name, value in item.items() if name in ("src", "href")
    ]
    assert all(value.startswith("#") or value == "data:," for _, _, value in loading)
    assert not [name for _, item in found.tags for name in item if name.startswith("on") or name == "style"]
    assert len(found.all("script")) == 1


def test_hostile_text_is_shown_as_text() -> None:
    found = page(report())
    assert "500 for a request that the document allows: </script>\\u001b[31m" in found.text
    assert '"note": "<b>100 %</b>"' in found.text
    assert not [item for item in found.all("b") if not item]


def test_broken_relations_come_first() -> None:
    outcomes = [item["data-outcome"] for item in page(report()).all("details", class_="relation")]
    assert outcomes == ["broken", "broken", "inconclusive", "left out", "kept", "kept"]


def test_a_violation_links_to_its_exchanges_and_its_relation_to_it() -> None:
    found = page(report())
    targets = {item["id"] for _, item in found.tags if "id" in item}
    links = {item["href"][1:] for item in found.all("a")}
    assert links <= targets
    assert {"exchange-2", f"finding-{violation().fingerprint}"} <= links


def test_a_known_failure_says_why_it_is_accepted() -> None:
    assert "known: fixed next week" in page(report(accepted=((violation().fingerprint, "fixed next week"),))).text


@pytest.mark.parametrize(
    "made, word",
    [(kept(), "kept"), (report(), "broken"), (kept(0), "inconclusive"), (report(is_interrupted=True), "interrupted")],
)
def test_the_page_says_what_the_run_comes_to(made: Report, word: str) -> None:
    assert page(made).all("header", class_=f"top {word}")


def test_coverage_is_a_matrix_for_every_operation() -> None:
    found = page(report())
    assert len(found.all("details", class_="operation")) == 7
    assert found.all("td", class_="cell heat-1")
    assert found.all("td", class_="cell gap")


def test_a_status_that_is_not_documented_is_flagged() -> None:
    assert page(report()).all("td", class_="cell heat-1 undocumented")


def test_a_long_body_is_cut_and_longer_where_it_shows_a_violation() -> None:
    sent = tuple(exchange(number, body={"text": "x" * MAX_CHARACTERS * 2}) for number in (1, 2))
    shown = [item["body"] for item in transcripts(report(exchanges=sent))]
    assert re.search(r"… and [\d,]+ characters more$", shown[0])
    assert "more" not in shown[1]


def test_all_bodies_together_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.report.html.MAX_SHOWN", 3000)
    sent = tuple(exchange(number, body={"text": "x" * 1900}) for number in range(10))
    assert sum(len(item["body"]) for item in transcripts(kept(exchanges=sent))) < 4000


def test_a_thousand_exchanges_make_a_page_that_a_browser_opens() -> None:
    sent = tuple(exchange(number, body={"text": "x" * 9000}) for number in range(1000))
    assert len(render(kept(exchanges=sent), SOURCE)) < 5_000_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser, driven through Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """The page of a report, opened from disk; fails where it logs an error or asks for anything else."""
    verdicts = (*report().verdicts, *(verdict(f"auth.guard{n}[getCampaignInfo]", Outcome.KEPT) for n in range(20)))
    path = tmp_path / "report.html"
    path.write_text(render(report(verdicts=verdicts), SOURCE), encoding="utf-8")
    made = chromium.new_page()
    errors: list[str] = []
    asked: list[str] = []
    made.on("console", lambda message: errors.append(message.text))
    made.on("pageerror", lambda error: errors.append(str(error)))
    made.on("request", lambda request: asked.append(request.url))
    made.goto(path.as_uri())
    yield made
    made.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(path.as_uri())] == []


@pytest.mark.slow
def test_text_kind_and_outcome_filter_the_relations(opened: Any) -> None:
    shown = opened.locator("#relation-rows > details:visible")
    assert shown.count() == 26
    opened.keyboard.press("/")
    opened.keyboard.type("guard1 campaign")
    assert shown.count() == 11
    opened.keyboard.press("Escape")
    opened.select_option("select[name=kind]", "collection")
    assert shown.count() == 2
    opened.uncheck("input[value=kept]", force=True)
    assert shown.count() == 1
    assert opened.locator("#relations output").inner_text() == "1 of 26"


@pytest.mark.slow
def test_a_link_opens_the_exchange_it_leads_to(opened: Any) -> None:
    opened.click("a[href='#exchange-4']")
    assert opened.locator("#exchange-4[open] pre:visible").count()
    assert opened.evaluate("document.activeElement.parentElement.id") == "exchange-4"


@pytest.mark.slow
def test_a_row_opens_from_the_keyboard(opened: Any) -> None:
    opened.focus("#relation-1 > summary")
    opened.keyboard.press("Enter")
    assert opened.locator("#relation-1[open] .inside:visible").count() == 1
