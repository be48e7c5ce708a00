"""The stages that decide whether a request is answered, and the order in which they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from documents import GONE, changed, compiled, contract, packaged_contract, plain
from mockserver.pipeline.stages import Route, authenticate, count, route, validate
from mockserver.state.keys import ApiKey
from mockserver.state.rate_limits import RateLimitStatus
from oas.contract import Contract
from oas.messages import Refusal, Request
from oas.operation import Operation
from oas.vocabulary import RateLimitWindow

SPEC = compiled(packaged_contract())
BASE = "/social_app/api/v1/third_party"
JSON = {"content-type": "application/json"}
ENTITIES: dict[str, Any] = {"user": {"u1", "u2"}, "routine": {"r1"}, "organisation": {123}}


def refusal_of(outcome: Any) -> Refusal:
    assert isinstance(outcome, Refusal)
    return outcome


def of_route(method: str, path: str, spec: Contract = SPEC) -> Route:
    return route(spec, Request(method, path))


@pytest.mark.parametrize(
    "method, path, operation",
    [
        ("GET", f"{BASE}/campaign-info", "getCampaignInfo"),
        ("POST", f"{BASE}/campaign-info", "postCampaignInfo"),
        ("GET", "/campaign-info", "getCampaignInfo"),
        ("HEAD", f"{BASE}/dashboard-info", "getDashboardInfo"),
        ("HEAD", "/user-campaign-filters", "getUserCampaignFilters"),
    ],
)
def test_an_operation_is_found_under_the_base_path_and_the_bare_path(method: str, path: str, operation: str) -> None:
    found = of_route(method, path)
    assert found.operation is not None
    assert (found.operation.id, found.path, found.refusal) == (operation, "/" + path.rpartition("/")[2], None)


@pytest.mark.parametrize(
    "path",
    [
        BASE,
        f"{BASE}/",
        "/",
        f"{BASE}/nothing",
        f"{BASE}/campaign-info/",
        f"{BASE}//campaign-info",
        f"/{BASE}/campaign-info",
        "//campaign-info",
        f"{BASE}X/campaign-info",
        f"{BASE}campaign-info",
        f"{BASE}{BASE}/campaign-info",
        f"{BASE.upper()}/campaign-info",
        f"{BASE}/Campaign-Info",
        f"{BASE}/campaign%2Dinfo",
        f"{BASE}/./campaign-info",
        f"{BASE}/campaign-info/../campaign-info",
        "/social_app/api/v1/campaign-info",
    ],
)
def test_any_other_path_is_unknown(path: str) -> None:
    found = of_route("GET", path)
    assert found.operation is None
    assert found.refusal is not None
    assert (found.refusal.status, found.refusal.error_code) == (404, "NOT_FOUND")
    assert [violation.code for violation in found.refusal.violations] == ["unknown-path"]


@pytest.mark.parametrize(
    "method, path, allow",
    [
        ("DELETE", "/campaign-info", "GET, HEAD, POST"),
        ("OPTIONS", "/campaign-info", "GET, HEAD, POST"),
        ("get", "/campaign-info", "GET, HEAD, POST"),
        ("POST", "/user-campaign-filters", "GET, HEAD"),
        ("GET", "/create-api-key", "POST"),
        ("HEAD", "/create-api-key", "POST"),
    ],
)
def test_a_method_that_a_path_does_not_have_is_told_those_it_has(method: str, path: str, allow: str) -> None:
    refusal = refusal_of(of_route(method, path).refusal)
    assert (refusal.status, refusal.headers) == (405, (("Allow", allow),))


def test_a_head_of_its_own_is_served_before_that_of_get() -> None:
    tree = plain({"operationId": "get"})
    tree["paths"]["/things"]["head"] = {"operationId": "head", "responses": {}}
    found = of_route("HEAD", "/things", compiled(tree))
    assert found.operation is not None
    assert found.operation.id == "head"


@pytest.mark.parametrize("path, variables", [("/v1/a/x y", {"id": "x y"}), ("/a/1", {"id": "1"}), ("/v1", None)])
def test_variables_of_the_path_are_taken(path: str, variables: Any) -> None:
    spec = compiled(plain(path="/a/{id}", servers=[{"url": "/v1"}]))
    found = of_route("GET", path, spec)
    assert (dict(found.variables) if found.operation else None) == variables


def test_a_path_that_begins_like_the_base_path_is_one_of_its_own() -> None:
    spec = compiled(plain(path="/v10/{id}", servers=[{"url": "/v1"}]))
    assert of_route("GET", "/v10/1", spec).operation is of_route("GET", "/v1/v10/1", spec).operation is not None


MINUTE = RateLimitWindow("minute", 60, 100, "L", "R")
DAY = RateLimitWindow("day", 86_400, 5000, "L", "R")


def test_what_is_within_the_limits_is_let_through() -> None:
    assert count(SPEC, RateLimitStatus((MINUTE, DAY), (0, 7), None, 0)) is None


@pytest.mark.parametrize(
    "window, said", [(MINUTE, "Maximum 100 requests per minute"), (DAY, "Maximum 5000 requests per day")]
)
def test_what_exceeds_a_limit_is_told_when_to_come_back(window: RateLimitWindow, said: str) -> None:
    refusal = refusal_of(count(SPEC, RateLimitStatus((MINUTE, DAY), (0, 7), window, 45)))
    assert (refusal.status, refusal.error_code) == (429, "RATE_LIMIT_EXCEEDED")
    assert refusal.message == f"Rate limit exceeded. {said} allowed."
    assert refusal.headers == (("Retry-After", "45"),)
    info = {"limit_minute": 100, "remaining_minute": 0, "limit_day": 5000, "remaining_day": 7}
    assert refusal.data == {"retry_after": 45, "rate_limit_info": info}


def test_figures_stand_where_the_document_says() -> None:
    spec = compiled(contract())
    refusal = refusal_of(count(spec, RateLimitStatus(spec.windows, (3,), spec.windows[0], 9)))
    assert refusal.data == {"wait": 9, "most": 9, "info": {"left": 3}}
    assert (refusal.error_code, refusal.message) == ("TOO_MANY", "9 in one hour")


def test_limits_of_the_command_line_are_told_in_any_document() -> None:
    refusal = refusal_of(count(compiled(plain()), RateLimitStatus((MINUTE,), (0,), MINUTE, 5)))
    assert refusal.data == {"retry_after": 5, "rate_limit_info": {"limit_minute": 100, "remaining_minute": 0}}


def test_a_message_is_no_template() -> None:
    tree = changed(contract(), "/x-rate-limit/refusal/message", "{limit.__class__} {0} { {window}")
    spec = compiled(tree)
    refusal = refusal_of(count(spec, RateLimitStatus(spec.windows, (0,), spec.windows[0], 9)))
    assert refusal.message == "{limit.__class__} {0} { hour"


def key(role: Any = "admin", is_active: bool = True) -> ApiKey:
    return ApiKey("abc", role, is_active, 0.0)


@pytest.mark.parametrize(
    "operation, found, code",
    [
        ("getCampaignInfo", key(), ""),
        ("getCampaignInfo", key("member"), ""),
        ("getCampaignInfo", None, "INVALID_API_KEY"),
        ("getCampaignInfo", key(is_active=False), "INVALID_API_KEY"),
        ("createApiKey", key(), ""),
        ("createApiKey", key("member"), "UNAUTHORIZED_ACCESS"),
        ("createApiKey", key("member", is_active=False), "INVALID_API_KEY"),
        ("createApiKey", None, "INVALID_API_KEY"),
    ],
)
def test_a_key_must_be_known_active_and_of_the_right_role(operation: str, found: ApiKey | None, code: str) -> None:
    refusal = authenticate(SPEC, SPEC.by_id[operation], found, Request("GET", "/"))
    assert (refusal.status, refusal.error_code) == (401, code) if refusal else code == ""


def test_a_contract_without_a_rule_for_it_refuses_all_the_same() -> None:
    spec = compiled(changed(contract(), "/x-error", GONE))
    refusal = refusal_of(authenticate(spec, spec.by_id["listThings"], None, Request("GET", "/")))
    assert refusal.status == 401


SCHEMES = {
    "query": {"type": "apiKey", "in": "query", "name": "k[1]"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "oauth": {"type": "oauth2", "flows": {}},
    "tls": {"type": "mutualTLS"},
}


def is_let_in(security: Any, request: Request) -> bool:
    spec = compiled(plain({"security": security}, components={"securitySchemes": SCHEMES}))
    (operation,) = spec.operations
    refusal = authenticate(spec, operation, None, request)
    assert refusal is None or refusal.status == 401
    return refusal is None


@pytest.mark.parametrize(
    "scheme, query, headers, expected",
    [
        ("query", "a=1&k[1]=x", {}, True),
        ("query", "k%5B1%5D=x", {}, True),
        ("query", "k[1]=", {}, False),
        ("query", "xk[1]=1", {}, False),
        ("query", "%zz=1", {}, False),
        ("cookie", "", {"cookie": "a=1; sid=x"}, True),
        ("cookie", "", {"cookie": "xsid=x"}, False),
        ("cookie", "", {"cookie": "sid="}, False),
        ("cookie", "sid=x", {}, False),
        ("header", "", {"x-key": "x"}, True),
        ("header", "", {"x-key": ""}, False),
        ("bearer", "", {"authorization": "bearer x"}, True),
        ("bearer", "", {"authorization": "Bearer"}, False),
        ("bearer", "", {"authorization": "Bearer  "}, False),
        ("bearer", "", {"authorization": "Basic x"}, False),
        ("basic", "", {"authorization": "Basic x"}, True),
        ("oauth", "", {"authorization": "Bearer x"}, True),
        ("oauth", "", {}, False),
        ("tls", "", {}, True),
    ],
)
def test_credentials_of_any_scheme_must_be_there(scheme: str, query: str, headers: Any, expected: bool) -> None:
    assert is_let_in([{scheme: []}], Request("GET", "/things", query, headers)) is expected


@pytest.mark.parametrize(
    "security, headers, expected",
    [
        ([], {}, True),
        ([{}], {}, True),
        ([{"header": []}, {}], {}, True),
        ([{"header": []}, {"bearer": []}], {"authorization": "Bearer x"}, True),
        ([{"header": [], "bearer": []}], {"authorization": "Bearer x"}, False),
        ([{"header": [], "bearer": []}], {"authorization": "Bearer x", "x-key": "x"}, True),
    ],
)
def test_one_alternative_is_enough_and_needs_all_of_its_schemes(security: Any, headers: Any, expected: bool) -> None:
    assert is_let_in(security, Request("GET", "/things", "", headers)) is expected


def operation(name: str) -> Operation:
    return SPEC.by_id[name]


def judged(name: str, request: Request) -> Any:
    return validate(SPEC, Route(operation(name), operation(name).path), request, 64, ENTITIES)


def get(name: str, query: str) -> Any:
    return judged(name, Request("GET", "/", query))


def post(name: str, body: str) -> Any:
    return judged(name, Request("POST", "/", headers=JSON, body=body.encode()))


@pytest.mark.parametrize(
    "name, query, parameters",
    [
        ("getCampaignInfo", "", {}),
        ("getCampaignInfo", "limit=5&offset=0", {"limit": 5, "offset": 0}),
        (
            "getDashboardInfo",
            "linkedin_user_information_ids=u1&linkedin_user_information_ids=u2",
            {"linkedin_user_information_ids": ["u1", "u2"]},
        ),
        ("getOptimizedRoutineData", "linkedin_campaign_routine_id=r1", {"linkedin_campaign_routine_id": "r1"}),
        ("getDashboardInfo", "start_date=2025-05-01&end_date=2025-05-01", {"start_date": "2025-05-01"}),
        ("getDashboardInfo", "start_date=0001-01-01&end_date=9999-12-31", {"end_date": "9999-12-31"}),
        ("getDashboardInfo", "end_date=2025-05-01", {"end_date": "2025-05-01"}),
    ],
)
def test_a_valid_request_is_read(name: str, query: str, parameters: dict[str, Any]) -> None:
    checked = get(name, query)
    assert parameters.items() <= checked.parameters.items()
    assert checked.warnings == ()


@pytest.mark.parametrize(
    "name, body, parameters",
    [
        ("postCampaignInfo", '{"limit": 5}', {"limit": 5}),
        ("postCampaignInfo", "{}", {}),
        ("postCampaignInfo", "", {}),
        ("postDashboardInfo", '{"linkedin_user_information_ids": []}', {"linkedin_user_information_ids": []}),
        ("createApiKey", '{"organisation_id": 123, "description": ""}', {"organisation_id": 123, "description": ""}),
        ("createApiKey", '{"organisation_id": 123.0}', {"organisation_id": 123}),
    ],
)
def test_a_valid_body_is_read_as_parameters(name: str, body: str, parameters: dict[str, Any]) -> None:
    checked = post(name, body)
    assert (checked.parameters, checked.warnings) == (parameters, ())


REFUSALS = [
    ("getOptimizedRoutineData", "", "INVALID_REQUEST", "/linkedin_campaign_routine_id"),
    ("getOptimizedRoutineData", "linkedin_campaign_routine_id=r2", "NOT_FOUND", "/linkedin_campaign_routine_id"),
    ("getDashboardInfo", "start_date=2025-05-02&end_date=2025-05-01", "INVALID_DATE_RANGE", "/end_date"),
    ("getDashboardInfo", "linkedin_user_information_ids=u3", "INVALID_USER_IDS", "/linkedin_user_information_ids/0"),
    ("getDashboardInfo", "linkedin_user_information_ids=", "INVALID_USER_IDS", "/linkedin_user_information_ids/0"),
    (
        "getDashboardInfo",
        "linkedin_user_information_ids=u1&linkedin_user_information_ids=u3",
        "INVALID_USER_IDS",
        "/linkedin_user_information_ids/1",
    ),
    # The order of refusals: schema, then dates, then ids.
    ("getDashboardInfo", "start_date=2025-05-02&end_date=x", "INVALID_REQUEST", "/end_date"),
    ("getCampaignInfo", "limit=0&start_date=9999-01-01&end_date=2025-05-01", "INVALID_REQUEST", "/limit"),
    (
        "getDashboardInfo",
        "linkedin_user_information_ids=u3&start_date=2025-05-02&end_date=2025-05-01",
        "INVALID_DATE_RANGE",
        "/end_date",
    ),
    (
        "getOptimizedRoutineData",
        "linkedin_campaign_routine_id=r2&start_date=2025-05-02&end_date=2025-05-01",
        "INVALID_DATE_RANGE",
        "/end_date",
    ),
]


@pytest.mark.parametrize("name, query, code, pointer", REFUSALS)
def test_a_query_is_refused_by_the_first_rule_it_breaks(name: str, query: str, code: str, pointer: str) -> None:
    refusal = refusal_of(get(name, query))
    assert (refusal.error_code, refusal.status) == (code, 404 if code == "NOT_FOUND" else 400)
    (violation,) = refusal.violations
    assert (violation.location, violation.pointer) == ("query", pointer)


@pytest.mark.parametrize(
    "name, body, code, pointer",
    [
        ("postCampaignInfo", "[]", "INVALID_REQUEST", ""),
        ("postCampaignInfo", "null", "INVALID_REQUEST", ""),
        ("postCampaignInfo", '{"limit": null}', "INVALID_REQUEST", "/limit"),
        ("postCampaignInfo", '{"limit": true}', "INVALID_REQUEST", "/limit"),
        ("postCampaignInfo", '{"limit": "5"}', "INVALID_REQUEST", "/limit"),
        ("postCampaignInfo", '{"limit": 1.5}', "INVALID_REQUEST", "/limit"),
        ("postCampaignInfo", '{"term": 5}', "INVALID_REQUEST", "/term"),
        ("postCampaignInfo", '{"start_date": "2025-02-30"}', "INVALID_REQUEST", "/start_date"),
        (
            "postDashboardInfo",
            '{"linkedin_user_information_ids": "u1"}',
            "INVALID_REQUEST",
            "/linkedin_user_information_ids",
        ),
        (
            "postDashboardInfo",
            '{"linkedin_user_information_ids": [1]}',
            "INVALID_REQUEST",
            "/linkedin_user_information_ids/0",
        ),
        (
            "postDashboardInfo",
            '{"linkedin_user_information_ids": ["u3"]}',
            "INVALID_USER_IDS",
            "/linkedin_user_information_ids/0",
        ),
        (
            "postDashboardInfo",
            '{"start_date": "2025-05-02", "end_date": "2025-05-01"}',
            "INVALID_DATE_RANGE",
            "/end_date",
        ),
        ("createApiKey", '{"organisation_id": 124}', "NOT_FOUND", "/organisation_id"),
        ("createApiKey", '{"organisation_id": true}', "INVALID_REQUEST", "/organisation_id"),
    ],
)
def test_a_body_is_refused_by_the_first_rule_it_breaks(name: str, body: str, code: str, pointer: str) -> None:
    refusal = refusal_of(post(name, body))
    assert refusal.error_code == code
    assert [(one.location, one.pointer) for one in refusal.violations] == [("body", pointer)]


def test_the_reason_of_a_refusal_is_in_words() -> None:
    refusal = refusal_of(get("getCampaignInfo", "limit=0&sort_order=up&term=%zz"))
    assert refusal.message == "Error occurred"
    for violation in refusal.violations:
        assert violation.message in refusal.error
    assert len(refusal.violations) == 3


def test_a_body_that_was_too_large_is_refused_before_anything_else_of_it() -> None:
    refusal = refusal_of(judged("postCampaignInfo", Request("POST", "/", "a=%zz", is_too_large=True)))
    assert (refusal.status, refusal.error_code) == (413, "PAYLOAD_TOO_LARGE")
