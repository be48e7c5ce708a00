"""Names that extensions give: each is followed, and one that leads nowhere is shown with its pointer."""

from __future__ import annotations

from typing import Any

import pytest

from documents import GONE, changed, contract, document, packaged_contract
from mockserver.errors import SpecInvalid
from oas.vocabulary_check import read
from oas.vocabulary_names import Extension, VocabularyNames

THINGS = "/paths/~1things/get"
PAGE = "/components/schemas/Page"
LISTED = f"{THINGS}/x-collection"
CAMPAIGNS = "/paths/~1campaign-info/get/x-collection"
SCHEMAS = "/components/schemas"
LIMITS = "/x-rate-limit"


def refusal(tree: dict[str, Any]) -> SpecInvalid:
    return read(document(tree)).problems[0][1]


@pytest.mark.parametrize(
    "pointer, value, says",
    [
        (
            "/paths/~1things/post/x-same-as",
            "listThing",
            "there is no operation listThing; the document has countThings",
        ),
        (f"{LISTED}/counted-by/0/operation", "count", "there is no operation count"),
        (f"{LISTED}/counted-by/0/pointer", "/large", "/large leads nowhere: there is no large"),
        (f"{LISTED}/counted-by/0/where", {"colour": "red"}, "there is no parameter colour here, but by, from"),
        (f"{LISTED}/counted-by/0/where/by", "age", "the parameter does not take age, but id, size"),
        (f"{LISTED}/items", "/thing", "/thing leads nowhere"),
        (f"{LISTED}/total", "/page/total", "there is no total"),
        (f"{LISTED}/echo", "/echo", "/echo leads nowhere"),
        (f"{LISTED}/identity", "/ident", "/things/*/ident leads nowhere: there is no ident"),
        (f"{LISTED}/filters/0/parameter", "owners", "there is no parameter owners"),
        (f"{LISTED}/filters/0/item", "/owner/name", "there is no name"),
        (f"{LISTED}/sort/by", "sort", "there is no parameter sort here, but by"),
        (f"{LISTED}/sort/order", "up", "there is no parameter up"),
        (f"{LISTED}/sort/fields/size", "/length", "/things/*/length leads nowhere"),
        (f"{LISTED}/sort/fields/age", "/size", "the parameter does not take age, but id, size"),
        (f"{LISTED}/sort/default/by", "age", "none of the fields, id, size"),
        (f"{LISTED}/page/limit", "size", "there is no parameter size"),
        (f"{LISTED}/page/offset", "start", "there is no parameter start"),
        (f"{LISTED}/page/current", "/current", "/current leads nowhere"),
        (f"{LISTED}/page/previous", "/page/previous", "leads nowhere: there is no previous"),
        (f"{THINGS}/x-error/0/start", "since", "there is no parameter since"),
        (f"{THINGS}/x-error/0/end", "until", "there is no parameter until"),
        (f"{THINGS}/x-error/1/parameter", "user", "there is no parameter user"),
        (f"{PAGE}/x-invariants/0/sum/of/0", "/things/*/weight", "there is no weight"),
        (f"{PAGE}/x-invariants/0/sum/equals/0", "/sum", "/sum leads nowhere"),
        (f"{PAGE}/x-invariants/1/ratio/to", "/all", "/all leads nowhere"),
        (f"{PAGE}/x-invariants/2/at-most/limit", "/most", "/most leads nowhere"),
        (f"{PAGE}/x-invariants/3/unique-by/items", "/rows", "/rows leads nowhere"),
        (f"{PAGE}/x-invariants/3/unique-by/key", "/name", "/things/*/name leads nowhere"),
        (f"{PAGE}/x-invariants/4/within/key", "/date", "/things/*/date leads nowhere"),
        (f"{PAGE}/x-invariants/4/within/from", "since", "there is no parameter since"),
        (f"{SCHEMAS}/Thing/properties/size/x-entity/unless/0", "since", "there is no parameter since"),
        (f"{LIMITS}/windows/0/headers/limit", "X-Most", "the response 429 of listThings documents no header X-Most"),
        (f"{LIMITS}/windows/0/headers/remaining", "X-Rest", "documents no header X-Rest"),
        (f"{LIMITS}/windows/0/body/remaining", "/data/left", "/data/left leads nowhere: there is no left"),
        (f"{LIMITS}/refusal/retry-after/header", "X-Wait", "documents no header X-Wait"),
        (f"{LIMITS}/refusal/retry-after/body", "/wait", "/wait leads nowhere"),
        (f"{LIMITS}/refusal/status", 503, "no operation documents the status 503"),
    ],
)
def test_a_name_that_leads_nowhere_is_shown_with_its_pointer(pointer: str, value: Any, says: str) -> None:
    found = refusal(changed(contract(), pointer, value))
    assert (found.source, found.pointer.startswith(pointer)) == ("tree.yaml", True)
    assert says in found.message


@pytest.mark.parametrize(
    "pointer, value",
    [
        ("/paths/~1dashboard-info/post/x-same-as", "getDashboard"),
        ("/paths/~1campaign-info/post/x-same-as", "postCampaignInfo"),
        ("/paths/~1optimized_routine_data/get/x-error/1/parameter", "routine_id"),
        ("/paths/~1create-api-key/post/x-error/1/parameter", "organization_id"),
        (f"{CAMPAIGNS}/filters/3/parameter", "terms"),
        (f"{CAMPAIGNS}/filters/3/item", "/linkedin_campaign_routine/name"),
        (f"{CAMPAIGNS}/sort/fields/member_count", "/members"),
        (f"{CAMPAIGNS}/sort/default/by", "created"),
        (f"{CAMPAIGNS}/page/next", "/data/pagination/next"),
        (f"{CAMPAIGNS}/counted-by/9/pointer", "/data/campaign_types/shared"),
        (f"{CAMPAIGNS}/counted-by/9/where/campaign_type", "shared"),
        (f"{SCHEMAS}/DashboardInfo/x-invariants/0/sum/of/4", "/campaign_types/shared"),
        (f"{SCHEMAS}/RateLimitInfo/x-invariants/1/at-most/value", "/remaining_hour"),
        (f"{LIMITS}/windows/1/headers/limit", "X-RateLimit-Limit-Hour"),
        (f"{LIMITS}/windows/1/body/limit", "/data/rate_limit_info/limit_hour"),
    ],
)
def test_one_wrong_name_in_the_packaged_contract_is_found(pointer: str, value: Any) -> None:
    assert refusal(changed(packaged_contract(), pointer, value)).pointer == pointer


def test_a_body_form_is_one_of_a_get() -> None:
    found = refusal(changed(contract(), "/paths/~1things/post/x-same-as", "postThings"))
    assert "postThings is not a GET" in found.message


def test_a_rule_about_a_parameter_stands_at_an_operation() -> None:
    rule = {"condition": "unknown-entity", "parameter": "owner", "status": 404, "error_code": "A"}
    found = refusal(changed(contract(), "/x-error/1", {**rule, "message": "B", "error": "C"}))
    assert found.pointer == "/x-error/1/parameter"


@pytest.mark.parametrize(
    "pointer",
    [
        "/components/responses/Refusal/headers/X-Max",
        "/components/responses/Refusal/content",
        "/components/schemas/Refusal/properties/data/properties/most",
    ],
)
def test_a_refusal_documents_what_the_limits_say_of_it(pointer: str) -> None:
    assert refusal(changed(contract(), pointer, GONE)).pointer.startswith("/x-rate-limit/")


def test_names_of_headers_are_compared_whatever_their_case() -> None:
    assert read(document(changed(contract(), f"{LIMITS}/windows/0/headers/limit", "x-max"))).problems == ()


def test_pointers_are_followed_through_references_and_alternatives() -> None:
    schemas: dict[str, Any] = {
        "A": {
            "allOf": [{"$ref": "#/components/schemas/B"}],
            "x-invariants": [{"sum": {"of": ["/b"], "equals": ["/b/*/a~1b"]}}],
        },
        "B": {"oneOf": [True, {"properties": {"b": {"anyOf": [{"items": {"properties": {"a/b": {}}}}]}}}]},
    }
    tree = {"openapi": "3.1.0", "components": {"schemas": schemas}}
    invariants = schemas["A"]["x-invariants"]
    VocabularyNames(document(tree)).follow(
        Extension("/components/schemas/A/x-invariants", "schema", "x-invariants", invariants)
    )


def test_a_pointer_does_not_go_through_what_is_no_schema() -> None:
    found = refusal(changed(contract(), f"{PAGE}/properties/things", True))
    assert "leads nowhere" in found.message
