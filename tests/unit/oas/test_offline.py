"""No network: whatever a document says, nobody is asked, unless its user opens one origin."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from oas.document import load

DOCUMENT = """
openapi: 3.1.0
$self: {url}/self
jsonSchemaDialect: {url}/dialect
info: {{title: t, version: '1', termsOfService: {url}/terms}}
externalDocs: {{url: {url}/docs}}
servers: [{{url: {url}/v1}}]
paths:
  /a: {{$ref: '{url}/path'}}
  /b:
    get:
      parameters: [{{$ref: '{url}/parameter'}}]
      responses:
        200: {{$ref: '//{host}/response'}}
        201:
          description: ok
          links: {{l: {{operationRef: '{url}/link'}}}}
          content:
            application/json:
              schema: {{$ref: '{url}/schema#/x'}}
              examples:
                a: {{value: {{$ref: '{url}/value'}}}}
                b: {{externalValue: '{url}/external'}}
                c: {{$ref: '{url}/e'}}
components:
  schemas:
    A: {{$id: '{url}/id', $schema: '{url}/meta', $ref: other, $dynamicRef: '{url}/dynamic#d'}}
    B: {{discriminator: {{propertyName: k, mapping: {{a: '{url}/mapping.yaml'}}}}}}
    C: {{$ref: part.yaml}}
x-any: {{$ref: '{url}/x'}}
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket on loopback that nobody should connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("allowed", [None, "http://127.0.0.1:1"])
def test_nobody_is_asked(
    tmp_path: Path, listener: socket.socket, allowed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://{host}")
    (tmp_path / "main.yaml").write_text(DOCUMENT.format(url=f"http://{host}", host=host))
    (tmp_path / "part.yaml").write_text(f"{{$ref: 'http://{host}/again', $schema: 'http://{host}/meta'}}")
    document = load(tmp_path / "main.yaml", allow_remote_refs=allowed)
    list(document.operations())
    with pytest.raises(BlockingIOError):
        listener.accept()
    refused = [found for found in document.findings if "not opened" in found.message]
    missing = [found for found in document.findings if "No such file" in found.message]  # `other`, below no known `$id`
    assert (len(refused), len(missing), len(document.findings)) == (10, 1, 11)
    assert all(found.severity == "error" and found.line for found in refused)
