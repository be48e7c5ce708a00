"""A JSON pointer leads to the line where the thing stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import SpecInvalid
from oas.lines import Locations

TEXT = """\
openapi: 3.1.0
paths:
  /a~b:
    get: &form
      x-error:
        - condition: one
        - condition: two
    post: *form
  "/later":
    $ref: "#/paths/~1a~0b"
    summary: kept beside it
base: &base
  size: 1
made:
  <<: *base
  colour: red
loop: {$ref: "#/loop"}
"""
ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    "pointer, line",
    [
        ("", 1),
        ("/openapi", 1),
        ("/paths", 2),
        ("/paths/~1a~0b/get", 4),
        ("/paths/~1a~0b/get/x-error/1/condition", 7),
        ("/paths/~1later/summary", 11),
        ("/made/colour", 16),
    ],
)
def test_a_pointer_leads_to_the_line_of_its_key(pointer: str, line: int) -> None:
    assert Locations(TEXT).line(pointer) == line


def test_an_alias_leads_to_its_anchor() -> None:
    assert Locations(TEXT).line("/paths/~1a~0b/post") == 4


def test_what_a_merge_brings_stands_where_it_was_written() -> None:
    assert Locations(TEXT).line("/made/size") == 13


def test_a_reference_is_followed_as_far_as_the_pointer_goes_on() -> None:
    locations = Locations(TEXT)
    assert locations.line("/paths/~1later/get/x-error/0") == 6
    assert locations.line("/paths/~1later") == 9


@pytest.mark.parametrize("pointer, line", [("/paths/~1a~0b/put", 3), ("/paths/~1a~0b/get/x-error/9", 5), ("/none", 1)])
def test_a_pointer_to_nothing_leads_to_the_nearest_thing_around(pointer: str, line: int) -> None:
    assert Locations(TEXT).line(pointer) == line


def test_a_reference_to_itself_ends() -> None:
    assert Locations(TEXT).line("/loop/deeper") == 17


@pytest.mark.parametrize("text", ["", "# nothing but a comment"])
def test_an_empty_document_has_line_one(text: str) -> None:
    assert Locations(text).line("/paths") == 1


def test_text_that_is_no_yaml_is_named() -> None:
    with pytest.raises(SpecInvalid, match=r"^mine\.yaml: no YAML"):
        Locations("a: [", "mine.yaml")


def test_the_contract_is_found_line_by_line() -> None:
    text = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    locations = Locations(text)
    assert lines[locations.line("/paths/~1campaign-info/get/x-collection/sort") - 1].strip() == "sort:"
    assert lines[locations.line("/paths/~1campaign-info/post/x-error/0") - 1].strip() == "- &endBeforeStart"
    assert lines[locations.line("/components/schemas/Limit/minimum") - 1].strip() == "minimum: 1"
