"""The x- vocabulary: what is misspelt, misplaced or malformed is found, what belongs to others is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from documents import GONE, changed, contract, document, packaged_contract, plain
from mockserver.errors import SpecInvalid
from oas.vocabulary_check import Vocabulary, collect, is_used, read

LIST = "/paths/~1things/get"
SCHEMAS = "/components/schemas"
CAMPAIGNS = "/paths/~1campaign-info/get"


def refusal(tree: dict[str, Any]) -> SpecInvalid:
    return read(document(tree)).problems[0][1]


@pytest.mark.parametrize("tree", [contract(), packaged_contract()], ids=["small", "packaged"])
def test_a_good_document_is_read_whole(tree: dict[str, Any]) -> None:
    names = {extension.name for extension in read(document(tree)).extensions}
    assert names >= {"x-rate-limit", "x-collection", "x-same-as", "x-invariants", "x-entity", "x-error", "x-secret"}


@pytest.mark.parametrize(
    "tree, expected",
    [
        (plain(), False),
        (plain({"x-error": []}), False),
        (changed(plain(), "/x-assumed", "x"), False),
        (changed(plain(), "/x-rate-limit", {}), True),
        (changed(plain(), "/x-error", []), True),
        (plain({"x-effect": "read"}), True),
        (plain({"x-same-as": "a"}), True),
        (plain({"x-collection": {}}), True),
        ({"openapi": "3.1.0"}, False),
    ],
)
def test_a_document_uses_the_vocabulary_when_it_has_a_mark_of_it(tree: dict[str, Any], expected: bool) -> None:
    assert is_used(document(tree)) is expected


def test_other_documents_keep_their_extensions_unseen() -> None:
    assert read(document(plain({"x-colection": 1, "x-assumed": None, "x-secret": 7}))) == Vocabulary()


@pytest.mark.parametrize(
    "make, pointer",
    [
        (contract, f"{LIST}/x-colection"),
        (contract, f"{SCHEMAS}/Thing/x-invariant"),
        (contract, f"{SCHEMAS}/Thing/properties/id/x-entitty"),
        (contract, f"{SCHEMAS}/Page/properties/things/items/x-secrets"),
        (contract, "/x-rate-limits"),
        (contract, "/info/x-asumed"),
        (contract, "/paths/~1things/post/responses/default/x-assumd"),
        (packaged_contract, f"{CAMPAIGNS}/x-colection"),
        (packaged_contract, f"{CAMPAIGNS}/x-efect"),
        (packaged_contract, "/components/parameters/limit/x-asumed"),
        (packaged_contract, "/components/securitySchemes/apiKey/x-secrt"),
    ],
)
def test_a_misspelt_extension_is_named_with_the_right_word(make: Any, pointer: str) -> None:
    found = refusal(changed(make(), pointer, "whatever it says"))
    assert (found.source, found.pointer) == ("tree.yaml", pointer)
    assert "did you mean x-" in found.message


@pytest.mark.parametrize(
    "pointer, value, belongs",
    [
        ("/x-collection", {}, "operation"),
        ("/x-same-as", "listThings", "operation"),
        ("/info/x-error", [], "root, operation"),
        ("/paths/~1things/x-effect", "read", "operation"),
        (f"{LIST}/x-rate-limit", {}, "root"),
        (f"{LIST}/x-secret", True, "schema, parameter, header, securityScheme"),
        (f"{LIST}/parameters/0/x-entity", {}, "schema"),
        (f"{LIST}/parameters/0/schema/x-effect", "read", "operation"),
        ("/components/responses/Refusal/headers/X-Max/x-invariants", [], "schema"),
        ("/components/securitySchemes/apiKey/x-entity", {}, "schema"),
        (f"{SCHEMAS}/Thing/properties/id/x-error", [], "root, operation"),
        (f"{SCHEMAS}/Refusal/allOf", [{"x-effect": "read"}], "operation"),
    ],
)
def test_a_misplaced_extension_is_told_where_it_belongs(pointer: str, value: Any, belongs: str) -> None:
    found = refusal(changed(contract(), pointer, value))
    assert found.pointer.startswith(pointer)
    assert f"it belongs to: {belongs}" in found.message


@pytest.mark.parametrize(
    "at, value",
    [
        (f"{LIST}/x-effect", "reads"),
        (f"{LIST}/x-collection", []),
        (f"{LIST}/x-collection/filters/0/match", "like"),
        (f"{LIST}/x-collection/items", "things"),
        (f"{LIST}/x-collection/sort/default/order", "up"),
        (f"{LIST}/x-error/0/condition", "full-moon"),
        (f"{LIST}/x-error/0/colour", "red"),
        (f"{LIST}/x-error/1/parameter", GONE),
        (f"{SCHEMAS}/Thing/properties/id/x-entity/type", "planet"),
        (f"{SCHEMAS}/Page/x-invariants/1/ratio/decimals", -1),
        (f"{SCHEMAS}/Page/x-invariants/0/sum/of/0", "things"),
        ("/components/securitySchemes/apiKey/x-secret", False),
        ("/x-rate-limit/windows/0/seconds", 0),
        ("/x-rate-limit/refusal/status", 200),
        ("/x-error/0/error_code", "no key"),
        ("/paths/~1things/post/requestBody/content/application~1json/examples/one/x-assumed", "short"),
    ],
)
def test_a_malformed_extension_is_shown_with_what_says_how(at: str, value: Any) -> None:
    found = refusal(changed(contract(), at, value))
    assert at.startswith(found.pointer)
    assert len(found.pointer) >= at.index("x-")
    assert "openapi-vocabulary.schema.json says what fits" in found.message
    assert len(found.message) < 400


@pytest.mark.parametrize(
    "name",
    [
        "x-logo",
        "x-codeSamples",
        "x-tagGroups",
        "x-displayName",
        "x-internal",
        "x-enum-varnames",
        "x-nullable",
        "x-amazon-apigateway-integration",
        "x-ms-enum",
        "x-go-name",
        "x-order",
        "x-stoplight",
        "x-github",
        "x-faker",
    ],
)
@pytest.mark.parametrize("place", ["", "/info", LIST, f"{LIST}/parameters/0", f"{SCHEMAS}/Thing/properties/id"])
def test_extensions_of_other_tools_are_not_touched(name: str, place: str) -> None:
    found = read(document(changed(contract(), f"{place}/{name}", {"any": ["thing"]}))).extensions
    assert f"{place}/{name}" in [extension.pointer for extension in found]


@pytest.mark.parametrize(
    "pointer",
    [
        "/paths/~1things/get/responses/200/links/self/parameters/x-effect",
        "/paths/~1things/post/requestBody/content/application~1json/examples/one/value/x-secret",
        f"{SCHEMAS}/Thing/properties/size/examples/0/x-colour",
        f"{SCHEMAS}/Figures/default/x-effect",
    ],
)
def test_what_is_data_is_not_read_as_an_extension(pointer: str) -> None:
    assert pointer not in [extension.pointer for extension in collect(contract())]


def test_names_that_begin_with_x_are_no_extensions() -> None:
    tree = contract()
    tree["components"]["schemas"]["x-secret"] = {"properties": {"x-error": {}}, "$defs": {"x-effect": {}}}
    tree["components"]["responses"]["Refusal"]["headers"]["x-rate-limit"] = {"schema": {}}
    tree["security"] = [{"x-secret": []}]
    assert read(document(tree)).problems == ()


@pytest.mark.parametrize(
    "pointer, place",
    [
        ("/x-rate-limit", "root"),
        (f"{LIST}/x-effect", "operation"),
        (f"{LIST}/parameters/3/x-assumed", "parameter"),
        (f"{LIST}/parameters/0/schema/x-entity", "schema"),
        ("/components/securitySchemes/apiKey/x-secret", "securityScheme"),
        ("/info/x-logo", "other"),
        ("/paths/~1things/post/responses/default/content/application~1json/schema/properties/key/x-secret", "schema"),
        ("/paths/~1things/post/requestBody/content/application~1json/examples/one/x-assumed", "other"),
    ],
)
def test_each_extension_is_collected_with_its_place(pointer: str, place: str) -> None:
    assert {extension.pointer: extension.place for extension in collect(contract())}[pointer] == place


@pytest.mark.parametrize("keyword", ["not", "items", "if", "contains", "unevaluatedProperties", "additionalProperties"])
def test_schemas_below_any_keyword_are_looked_into(keyword: str) -> None:
    tree = changed(contract(), f"{SCHEMAS}/Figures/{keyword}", {"anyOf": [{"x-secret": 1}]})
    assert refusal(tree).pointer == f"{SCHEMAS}/Figures/{keyword}/anyOf/0/x-secret"
