"""Lines of what pointers name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.errors import SpecInvalid
from oas import package_data
from oas.document import Document, load, parse_yaml
from oas.lines import Lines

TEXT = """\
openapi: 3.1.0
paths:
  /a/b:
    get: &get
      tags: [one,
             two]
      x-rules:
        - when: always
        - when: never
    post: *get
    put:
      <<: *get
      own: true
components:
  schemas:
    Thing: {$ref: "#/components/schemas/Other"}
    Other:
      type: object
      properties:
        size: {type: integer}
    Loop: {$ref: "#/components/schemas/Loop"}
    Lost: {$ref: "#/components/schemas/Nowhere"}
    Far: {$ref: "other.yaml#/a"}
"""


@pytest.fixture(scope="module")
def lines() -> Lines:
    return Lines(Document("d.yaml", parse_yaml(TEXT, "d.yaml", SpecInvalid), TEXT))


@pytest.mark.parametrize(
    "pointer, line",
    [
        ("", 1),
        ("/openapi", 1),
        ("/paths", 2),
        ("/paths/~1a~1b", 3),
        ("/paths/~1a~1b/get", 4),
        ("/paths/~1a~1b/get/tags/1", 6),
        ("/paths/~1a~1b/get/x-rules/1", 9),
        ("/paths/~1a~1b/get/x-rules/1/when", 9),
        ("/paths/~1a~1b/post", 4),
        ("/paths/~1a~1b/post/x-rules", 7),
        ("/paths/~1a~1b/put/x-rules", 7),
        ("/paths/~1a~1b/put/own", 13),
        ("/components/schemas/Thing", 16),
        ("/components/schemas/Thing/properties/size", 20),
        ("/components/schemas/Loop/properties", 21),
        ("/components/schemas/Lost/properties", 15),
        ("/components/schemas/Far/properties", 23),
        ("/paths/~1c/get", 2),
        ("/paths/~1a~1b/get/x-rules/7", 7),
        ("/openapi/deeper", 1),
    ],
)
def test_a_pointer_leads_to_its_line(lines: Lines, pointer: str, line: int) -> None:
    assert lines.line(pointer) == line


def test_json_has_lines_too(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text('{"openapi": "3.1.0",\n "paths": {\n  "/a": {}}}')
    assert Lines(load(path)).line("/paths/~1a") == 3


def test_every_operation_of_the_contract_has_a_line_that_names_its_method() -> None:
    document = load(package_data.openapi())
    text, lines = document.text.splitlines(), Lines(document)
    for path, method, _, _ in document.operations():
        line = lines.line(f"/paths/{path.replace('/', '~1')}/{method}")
        assert text[line - 1].strip().startswith(f"{method}:")
