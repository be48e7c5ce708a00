from __future__ import annotations

import pytest

from contracts.request_index import RequestIndex
from documents import altered
from oas.contract import load, parse
from unit.contracts.upstream import surface


@pytest.mark.parametrize(
    "method, path, operation_id",
    [
        ("GET", "/dashboard-info", "getDashboardInfo"),
        ("POST", "/dashboard-info", "postDashboardInfo"),
        ("HEAD", "/dashboard-info", "getDashboardInfo"),
        ("POST", "/create%2Dapi-key", "createApiKey"),
        ("POST", "/create-api-key/", None),
        ("DELETE", "/dashboard-info", None),
        ("GET", "/nowhere", None),
    ],
)
def test_a_request_reaches_its_operation(method: str, path: str, operation_id: str | None) -> None:
    operation = surface().operation(method, path)
    assert (operation.id if operation else None) == operation_id


@pytest.mark.parametrize(
    "method, path, is_write",
    [
        ("POST", "/create-api-key", True),
        ("POST", "/create-api-key/../create-api-key", True),
        ("POST", "/campaign-info", False),
        ("GET", "/campaign-info", False),
        ("HEAD", "/nowhere", False),
        ("OPTIONS", "/create-api-key", False),
        ("GET", "/create-api-key", False),
        ("DELETE", "/campaign-info", True),
        ("PROPFIND", "/nowhere", True),
    ],
)
def test_what_is_not_documented_as_a_read_is_a_write(method: str, path: str, is_write: bool) -> None:
    assert surface().is_write(method, path) is is_write


def test_a_template_matches_one_segment() -> None:
    made = RequestIndex.of(parse({"openapi": "3.1.0", "paths": {"/users/{id}/keys": {"get": {}}}}))
    operation = made.operation("GET", "/users/a%2Db/keys")
    assert operation is not None
    assert operation.path == "/users/{id}/keys"
    assert made.operation("GET", "/users/a/b/keys") is None
    assert made.first_read() is None


def test_the_contract_is_read_from_the_document() -> None:
    assert surface().secrets == ("/data/api_key",)
    assert surface().key_header == "Authorization"
    assert [(window.name, window.limit) for window in surface().windows] == [("minute", 100), ("day", 5000)]
    assert surface().horizon_s == 86_400
    first = surface().first_read()
    assert first is not None
    assert first.path == "/user-campaign-filters"


def test_the_names_of_the_document_are_public_and_its_samples_are_not() -> None:
    assert {"INVALID_API_KEY", "create-api-key", "api_key", "campaign_status", "Retry-After"} <= surface().words
    assert not {word for word in surface().words if "your_api_key" in word}


def test_without_documented_limits_a_day_is_the_horizon() -> None:
    made = RequestIndex.of(altered(load(), limits=None, key_header=""))
    assert (made.windows, made.horizon_s, made.key_header) == ((), 86_400, "Authorization")


@pytest.mark.parametrize("status", ["201", "2XX", "default"])
def test_a_secret_is_known_wherever_its_answer_is_documented(status: str) -> None:
    schema = {"type": "object", "properties": {"token": {"type": "string", "x-secret": True}}}
    responses = {status: {"description": "", "content": {"application/json": {"schema": schema}}}}
    made = parse({"openapi": "3.1.0", "paths": {"/x": {"post": {"operationId": "x", "responses": responses}}}})
    assert RequestIndex.of(made).secrets == ("/token",)
