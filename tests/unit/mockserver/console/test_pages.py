"""The files of the console: which are served, to whom, and under which policy."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from judged import JudgedClient
from mockserver.console.pages import POLICY

STATIC = Path(str(files("mockserver.console") / "static"))
FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())
#: Who may not see it: headers, peer.
STRANGERS: list[tuple[dict[str, str], str]] = [
    ({"Host": "evil.example"}, "127.0.0.1"),
    ({"Origin": "http://evil.example"}, "127.0.0.1"),
    ({}, "192.0.2.7"),
    ({"X-Forwarded-For": "1.2.3.4"}, "127.0.0.1"),
]
OWN = [name for name in FILES if not name.startswith("vendor/")]


def get(client: JudgedClient, path: str, headers: dict[str, str] | None = None, peer: str = "127.0.0.1") -> Any:
    """Get a file; it is not an answer of the control API, whose description does not have it."""
    browser = client.app.flask.test_client()
    return browser.get(f"/__admin{path}", headers=headers, environ_base={"REMOTE_ADDR": peer})


@pytest.mark.parametrize("path", ["/", "/reference"])
def test_a_page_is_served_under_a_strict_policy(client: JudgedClient, path: str) -> None:
    answer = get(client, path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_bare_path_leads_to_the_page(client: JudgedClient) -> None:
    answer = get(client, "")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/__admin/")


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_with_its_type(client: JudgedClient, name: str) -> None:
    answer = get(client, f"/console/{name}")
    assert answer.status_code == 200
    assert answer.data == (STATIC / name).read_bytes()
    types = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".json": "application/json"}
    assert answer.mimetype == types.get(Path(name).suffix, "text/plain")


@pytest.mark.parametrize("name", ["nothing.js", "..%2fpages.py", "../pages.py", "%2e%2e/pages.py", "vendor", ""])
def test_no_request_names_another_file(client: JudgedClient, name: str) -> None:
    assert get(client, f"/console/{name}").status_code == 404


@pytest.mark.parametrize("name", [name for name in OWN if name.endswith((".html", ".js", ".css"))])
def test_own_files_reach_no_other_host_and_run_nothing_inline(name: str) -> None:
    text = (STATIC / name).read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\bon[a-z]+=[\"']", text)
    assert not re.search(r"\b(innerHTML|insertAdjacentHTML|unsafeHTML|eval)\b", text)


def test_what_is_vendored_says_its_version_and_licence() -> None:
    manifest = json.loads((STATIC / "vendor" / "vendor.json").read_text())
    folders = {path.name for path in (STATIC / "vendor").iterdir() if path.is_dir()}
    assert set(manifest) == folders
    for name, entry in manifest.items():
        assert entry["version"]
        assert entry["license"]
        assert entry["integrity"].startswith("sha512-")
        assert (STATIC / "vendor" / name / "LICENSE").is_file()


def test_the_document_of_the_form_asks_this_server(client: JudgedClient) -> None:
    document = get(client, "/console/openapi.json").json
    assert document["servers"] == [{"url": client.app.base_path}]
    assert "/campaign-info" in document["paths"]


@pytest.mark.parametrize("path", ["/", "/console/console.js", "/console/openapi.json"])
@pytest.mark.parametrize("headers, peer", STRANGERS)
def test_only_this_machine_sees_it(client: JudgedClient, path: str, headers: dict[str, str], peer: str) -> None:
    assert get(client, path, headers, peer).status_code in (401, 403, 421)
