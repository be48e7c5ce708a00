"""Lines of pointers in YAML and JSON."""

from __future__ import annotations

import pytest

from oas.lines import line_of, lines_of

YAML = """\
openapi: 3.1.0
paths:
  /a/{id}:
    get:
      tags:
        - one
        - two
      responses: {200: {description: ok}, "404":
          {description: no}}
base: &base
  x:
    y: 1
used: *base
merged:
  <<: *base
  z: 2
again: [*base, &base [3]]
last: [*base, 4]
? [odd]
: 1
end: 1
"""
JSON = '{"a": {\n\t"b/c": [1,\n {"d": "\\ud83d\\ude00{"},\n\n3], "e\\"f": 2},\r\n "g": null}'


@pytest.mark.parametrize(
    "text, pointer, line",
    [
        (YAML, "", 1), (YAML, "/openapi", 1), (YAML, "/paths/~1a~1{id}", 3), (YAML, "/paths/~1a~1{id}/get/tags/1", 7),
        (YAML, "/paths/~1a~1{id}/get/responses/404", 8), (YAML, "/paths/~1a~1{id}/get/responses/404/description", 9),
        (YAML, "/used", 10), (YAML, "/used/x/y", 12), (YAML, "/merged/z", 16), (YAML, "/merged/x/y", 14),
        (YAML, "/again/0/x", 11), (YAML, "/again/1/0", 17), (YAML, "/last/0/0", 17), (YAML, "/last/1", 18),
        (YAML, "/end", 21),
        (YAML, "/paths/nope/get", 2), (YAML, "/nope", 1), (YAML, "/paths/~1a~1{id}/get/tags/7", 5),
        (JSON, "", 1), (JSON, "/a", 1), (JSON, "/a/b~1c", 2), (JSON, "/a/b~1c/0", 2), (JSON, "/a/b~1c/1/d", 3),
        (JSON, "/a/b~1c/2", 5), (JSON, '/a/e"f', 5), (JSON, "/g", 6), (JSON, "/a/nope", 1),
        ("", "/a", 1), ("a: 1\nb: [", "/a", 1), ("{a: 1,\n b: 2}", "/b", 2),
    ],
)  # fmt: skip
def test_a_pointer_has_the_line_of_its_member(text: str, pointer: str, line: int) -> None:
    assert line_of(text, pointer) == line


def test_many_pointers_are_answered_together() -> None:
    assert lines_of(YAML, ["/used/x", "/used/x/y", "/base/x", "/end", "/end"]) == {
        "/used/x": 11,
        "/used/x/y": 12,
        "/base/x": 11,
        "/end": 21,
    }
    assert lines_of(YAML, []) == {}
