"""The door to other files: what it opens, and all that it refuses."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from oas.bounds import Bounds
from oas.document import load
from oas.errors import BoundExceeded, SpecInvalid
from oas.files import Files, origin_of

BOUNDS = Bounds(timeout_s=5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A document's folder, a sibling whose name begins the same, and links out of it."""
    home = tmp_path / "spec"
    (home / "sub").mkdir(parents=True)
    (tmp_path / "spec_secret").mkdir()
    for name in ("spec/main.yaml", "spec/part.yaml", "spec/a b.yaml", "spec/sub/deep.yaml", "spec_secret/x", "outside"):
        (tmp_path / name).write_text(f"name: {name}")
    (home / "link.yaml").symlink_to(tmp_path / "outside")
    (home / "linked").symlink_to(tmp_path / "spec_secret")
    (home / "inner.yaml").symlink_to(home / "part.yaml")
    (home / "loop.yaml").symlink_to(home / "loop.yaml")
    os.mkfifo(home / "pipe")
    return home


@pytest.mark.parametrize(
    "reference, base, name",
    [
        ("part.yaml", "main.yaml", "part.yaml"),
        ("./sub/../part.yaml", "main.yaml", "part.yaml"),
        ("a%20b.yaml", "main.yaml", "a b.yaml"),
        ("deep.yaml", "sub/deep.yaml", "sub/deep.yaml"),
        ("../part.yaml", "sub/deep.yaml", "part.yaml"),
        ("", "part.yaml", "part.yaml"),
        ("inner.yaml", "main.yaml", "inner.yaml"),
    ],
)
def test_files_below_the_folder_are_read(folder: Path, reference: str, base: str, name: str) -> None:
    files = Files(folder / "main.yaml", BOUNDS)
    assert files.root_name == "main.yaml"
    assert files.name(reference, base) == name
    assert files.read(name) == (folder / name).read_bytes()


@pytest.mark.parametrize(
    "reference",
    [
        "../outside", "../spec_secret/x", "sub/../../outside", "%2e%2e/outside", "..%2foutside", "/etc/hostname",
        "%2Fetc/hostname", "\\outside", "file:///etc/hostname", "FILE:part.yaml", "//127.0.0.1/x", "http://127.0.0.1/x",
        "https://example.com/x", "ftp://127.0.0.1/x", "data:,x", "a%00b", "c:/x", "http://[", "..",
    ],
)  # fmt: skip
def test_a_reference_out_of_the_folder_is_refused(folder: Path, reference: str) -> None:
    with pytest.raises(SpecInvalid):
        Files(folder / "main.yaml", BOUNDS).name(reference, "main.yaml")


@pytest.mark.parametrize(
    "name, says",
    [
        ("link.yaml", "outside"), ("linked/x", "outside"), ("../outside", "outside"), ("../spec_secret/x", "outside"),
        ("sub", "regular"), ("", "regular"), ("pipe", "regular"), ("nope.yaml", "No such file"),
        ("loop.yaml", "cannot be read"), ("a\0b", "cannot be read"), ("http://127.0.0.1:9/x", "not opened"),
    ],
)  # fmt: skip
def test_what_is_not_a_file_below_the_folder_is_refused(folder: Path, name: str, says: str) -> None:
    with pytest.raises(SpecInvalid, match=says) as raised:
        Files(folder / "main.yaml", BOUNDS).read(name)
    assert raised.value.source == name


def test_a_device_is_refused() -> None:
    with pytest.raises(SpecInvalid, match="regular"):
        Files("/dev/main.yaml", BOUNDS).read("null")


def test_the_document_itself_may_be_a_link_or_a_pipe(folder: Path) -> None:
    assert Files(folder / "link.yaml", BOUNDS).read_root() == b"name: outside"
    writer = threading.Thread(target=(folder / "pipe").write_bytes, args=(b"piped",))
    writer.start()
    assert Files(folder / "pipe", BOUNDS).read_root() == b"piped"
    writer.join()


@pytest.mark.parametrize("path", ["nope.yaml", "sub"])
def test_a_document_that_cannot_be_read_is_named(folder: Path, path: str) -> None:
    with pytest.raises(SpecInvalid) as raised:
        Files(folder / path, BOUNDS).read_root()
    assert raised.value.source == str(folder / path)


@pytest.mark.parametrize(
    "bound, says",
    [({"max_bytes": 10}, "10 bytes"), ({"max_files": 1}, "1 files"), ({"max_total_bytes": 30}, "30 bytes")],
)
def test_each_bound_is_named(folder: Path, bound: dict[str, int], says: str) -> None:
    files = Files(folder / "main.yaml", replace(BOUNDS, **bound))
    with pytest.raises(BoundExceeded, match=says):
        list(map(files.read, ("part.yaml", "sub/deep.yaml")))


@pytest.mark.parametrize(
    "url, origin",
    [
        ("https://Example.com/a", "https://example.com:443"), ("http://example.com:8080", "http://example.com:8080"),
        ("example.com", None), ("ftp://example.com", None), ("https://u:p@example.com", None), ("https://", None),
        ("https://a\\@example.com", None), ("https://example.com:x", None),
    ],
)  # fmt: skip
def test_an_origin_is_scheme_host_and_port(url: str, origin: str | None) -> None:
    if origin is None:
        with pytest.raises(SpecInvalid, match="URL"):
            origin_of(url)
    else:
        assert origin_of(url) == origin


_FILES = {
    "/api/part.yaml": b"Thing: {}",
    "/api/openapi.yaml": b"openapi: 3.1.0\nservers: [{url: v1}]\npaths: {/a: {$ref: '/items.yaml#/a'}}",
    "/items.yaml": b"a: {get: {}, put: {}}",
}


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
        else:
            self.send_response(200 if self.path in _FILES else 404)
        body = _FILES.get(self.path, b"")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """A server on loopback that has one file."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_open_origin_is_read(folder: Path, origin: str) -> None:
    files = Files(folder / "main.yaml", BOUNDS, origin)
    name = files.name(f"{origin}/api/part.yaml", "main.yaml")
    assert files.read(name) == b"Thing: {}"
    assert files.name("../x.yaml", name) == f"{origin}/x.yaml"
    assert files.read(f"{origin}/to?/api/part.yaml") == b"Thing: {}"


def test_a_document_given_by_url_opens_its_own_origin_and_no_file(origin: str) -> None:
    files = Files(f"{origin}/api/part.yaml", BOUNDS)
    assert files.read_root() == b"Thing: {}"
    assert files.name("part.yaml", files.root_name) == f"{origin}/api/part.yaml"
    with pytest.raises(SpecInvalid):
        files.read("part.yaml")


@pytest.mark.parametrize(
    "path, says",
    [("/to?http://localhost:1/x", "redirects"), ("/to?file:///etc/hostname", "not allowed"), ("/nope", "404")],
)
def test_a_remote_file_that_cannot_be_read_is_refused(folder: Path, origin: str, path: str, says: str) -> None:
    with pytest.raises(SpecInvalid, match=says):
        Files(folder / "main.yaml", BOUNDS, origin).read(origin + path)


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/x", "http://127.0.0.1:1/x", "http://localhost/x"])
def test_another_origin_stays_closed(folder: Path, origin: str, url: str) -> None:
    with pytest.raises(SpecInvalid, match="not opened"):
        Files(folder / "main.yaml", BOUNDS, origin).name(url, "main.yaml")


def test_a_remote_file_is_bounded(folder: Path, origin: str) -> None:
    with pytest.raises(BoundExceeded, match="3 bytes"):
        Files(folder / "main.yaml", replace(BOUNDS, max_bytes=3), origin).read(f"{origin}/api/part.yaml")


def test_a_document_given_by_url_is_loaded_with_its_files(folder: Path, origin: str) -> None:
    document = load(f"{origin}/api/openapi.yaml")
    assert [(path, method) for path, method, *_ in document.operations()] == [("/a", "get"), ("/a", "put")]
    assert document.base_path == "/api/v1"
    assert document.origin("/x-files/" + f"{origin}/items.yaml".replace("/", "~1") + "/a") == (
        f"{origin}/items.yaml",
        "/a",
    )
    (folder / "main.yaml").write_text(f"openapi: 3.1.0\npaths: {{/a: {{$ref: '{origin}/items.yaml#/a'}}}}")
    assert len(list(load(folder / "main.yaml", allow_remote_refs=origin).operations())) == 2
    assert len(load(folder / "main.yaml").findings) == 1
