"""What schemas say about places in a body."""

from __future__ import annotations

from typing import Any

from oas.annotations import annotations_of
from oas.references import References

TREE: dict[str, Any] = {
    "openapi": "3.1.0",
    "components": {
        "schemas": {
            "Count": {"type": "integer", "x-assumed": "Counted by us, not told."},
            "Id": {"type": "string", "x-entity": {"type": "user", "attribute": "id"}},
            "Alias": {"$ref": "#/components/schemas/Id", "description": "beside"},
            "Row": {
                "type": "object",
                "properties": {
                    "id": {"$ref": "#/components/schemas/Alias"},
                    "n": {"$ref": "#/components/schemas/Count", "x-entity": {"type": "user", "attribute": "n"}},
                    "secret": {"type": "string", "x-secret": True},
                    "free": {"type": "object"},
                },
                "x-invariants": [{"at-most": {"value": "/n", "limit": "/m"}}],
            },
            "Loop": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Loop"}}},
        }
    },
}
DOCUMENT = References(TREE)
BODY: dict[str, Any] = {
    "type": "object",
    "allOf": [{"properties": {"code": {"type": "integer"}}}, {"properties": {"code": {"const": 400}}}],
    "properties": {"rows": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}},
}


def test_places_are_found_through_references_and_arrays() -> None:
    facts = annotations_of(DOCUMENT, BODY, "/schema")
    assert facts.fields >= {"/rows", "/rows/*/id", "/rows/*/n", "/code"}
    assert facts.secrets == ["/rows/*/secret"]
    assert facts.open == {"/rows/*/free"}


def test_the_parts_of_an_all_of_say_one_thing_together() -> None:
    assert annotations_of(DOCUMENT, BODY, "/schema").shapes["/code"] == {"type": "integer", "const": 400}


def test_marks_know_their_scope_and_where_they_are_written() -> None:
    by_name = {mark.attribute: mark for mark in annotations_of(DOCUMENT, BODY, "/schema").marks}
    assert by_name["id"].scope == by_name["n"].scope == "/rows/*"
    assert by_name["id"].pointer == "/components/schemas/Id/x-entity"
    assert by_name["n"].pointer == "/components/schemas/Row/properties/n/x-entity"


def test_an_invariant_rests_on_the_assumption_of_its_figures() -> None:
    (invariant,) = annotations_of(DOCUMENT, BODY, "/schema").invariants
    assert (invariant.at, invariant.pointer) == ("/rows/*", "/components/schemas/Row/x-invariants/0")
    assert invariant.assumed == "Counted by us, not told."


def test_an_assumption_holds_for_what_lies_below() -> None:
    facts = annotations_of(DOCUMENT, {"x-assumed": "All of it.", "properties": {"a": {"x-assumed": "This."}}}, "/s")
    assert facts.assumption("/a/b") == "This."
    assert facts.assumption("/c") == ""


def test_a_schema_that_contains_itself_ends() -> None:
    facts = annotations_of(DOCUMENT, {"$ref": "#/components/schemas/Loop"}, "/s")
    assert "/next/next" in facts.fields


def test_what_a_dead_reference_leads_to_says_nothing() -> None:
    facts = annotations_of(DOCUMENT, {"properties": {"a": {"$ref": "#/components/none"}}}, "/here")
    assert (facts.fields, facts.marks) == ({"/a"}, [])
