"""Takes the screenshots of the README: the console and the example page, in Chromium, on a mock of their own.

    python tools/screenshots.py [FOLDER]          docs/images where none is given

Needs Chromium and Playwright.
"""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from e2e.browsing import chromium, served  # noqa: E402
from mockserver.config import Config  # noqa: E402
from mockserver.live import LiveServer  # noqa: E402

KEY = "your_api_key_here"
ASKED = (
    ("/user-campaign-filters", KEY), ("/campaign-info?limit=5", KEY), ("/campaign-info?start-date=2025-05-01", KEY),
    ("/dashboard-info", KEY), ("/campaign-info?__code=429", KEY), ("/dashboard-info", "nobody's key"),
    ("/campaign-info?limit=0", KEY), ("/campaign-info?limit=5", "key_empty"),
)  # fmt: skip


def console(browser: Any, server: LiveServer, folder: Path) -> None:
    """Show requests that arrived, and the controls."""
    for path, key in ASKED:
        request = urllib.request.Request(server.base_url + path, headers={"Authorization": key})
        try:
            urllib.request.urlopen(request, timeout=10).read()
        except OSError:
            continue  # an answer that is not a success is one of those to be shown
    for name, scheme in (("requests", "light"), ("controls", "dark"), ("data", "light")):
        page = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme=scheme)
        page.goto(f"{server.admin_url}/")
        page.wait_for_selector(".connection.live")
        page.click(f"#tab-{name}")
        if name == "requests":
            page.locator("tbody tr button", has_text="start-date").click()
            page.wait_for_selector(".stages")
        page.wait_for_selector("main table, main section")
        page.wait_for_timeout(300)
        page.screenshot(path=str(folder / f"console-{name}.png"))
        page.close()


def example(browser: Any, server: LiveServer, folder: Path) -> None:
    """Show the example page while it counts down."""
    with served(ROOT / "examples" / "frontend") as origin:
        page = browser.new_page(viewport={"width": 1280, "height": 760})
        page.goto(f"{origin}/?api={server.base_url}")
        page.wait_for_selector("tbody tr")
        page.fill("input[name=key]", "key_rate_limited")
        for _ in range(4):
            page.click("text=Load")
            page.wait_for_function("document.querySelector('#list').ariaBusy === 'false'")
        page.wait_for_selector("#notice:visible")
        page.screenshot(path=str(folder / "example-countdown.png"))
        page.close()


def main() -> int:
    """Take all of them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with LiveServer(Config(seed=7)) as server, chromium() as browser:
        console(browser, server, folder)
        example(browser, server, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
