"""The exported journal in Chromium: read by the very importer of its network panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from e2e.browsing import chromium
from judged import JudgedClient

pytestmark = pytest.mark.slow

#: Modules of Chromium's own developer tools.
_DEVTOOLS = "devtools://devtools/bundled/"
_IMPORT = """async ([folder, har]) => {
  const { HARFormat, Importer } = await import(folder + 'models/har/har.js');
  const requests = Importer.Importer.requestsFromHARLog(new HARFormat.HARRoot(har).log);
  return Promise.all(requests.map(async request => ({
    method: request.requestMethod,
    url: request.url(),
    status: request.statusCode,
    type: request.mimeType,
    sent: await request.requestFormData(),
    body: (await request.requestContentData()).text,
    limit: request.responseHeaderValue('X-RateLimit-Remaining-Minute'),
  })));
}"""


def test_chromium_imports_the_export_whole(make_client: Callable[..., JudgedClient]) -> None:
    client = make_client()
    page = client.get("/campaign-info", {"limit": 2, "term": "é"})
    client.post("/campaign-info", {"limit": 1})
    client.get("/nowhere")
    har = client.admin("GET", "/requests/har").get_json()
    with chromium() as browser:
        tab = browser.new_page()
        tab.goto(_DEVTOOLS + "devtools_app.html")
        first, second, third = imported = tab.evaluate(_IMPORT, [_DEVTOOLS, har])
    base = f"http://localhost{client.app.base_path}"
    assert (first["method"], first["url"]) == ("GET", f"{base}/campaign-info?limit=2&term=%C3%A9")
    assert (first["status"], first["type"], first["limit"]) == (200, "application/json", "99")
    assert first["body"].encode() == page.body
    assert (second["method"], second["sent"]) == ("POST", '{"limit": 1}')
    assert (third["url"], third["status"]) == (f"{base}/nowhere", 404)
    assert len(imported) == 3


def test_chromium_would_refuse_what_is_no_har() -> None:
    broken: Any = {"log": {"version": "1.2", "entries": "none"}}
    with chromium() as browser:
        tab = browser.new_page()
        tab.goto(_DEVTOOLS + "devtools_app.html")
        with pytest.raises(Exception, match="Error"):
            tab.evaluate(_IMPORT, [_DEVTOOLS, broken])
