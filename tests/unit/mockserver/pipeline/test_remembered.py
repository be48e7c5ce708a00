"""What the pipeline remembers of requests: the same outcome as without, and never more than is bounded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import packaged_assembly
from judged import JudgedClient
from mockserver.http.request_body import has_body
from mockserver.pipeline import validation
from mockserver.pipeline.stages import known_routes, route
from mockserver.pipeline.validation import read
from oas.messages import Request

MakeClient = Callable[..., JudgedClient]
SPEC = packaged_assembly().spec
OPERATION = SPEC.by_id["getCampaignInfo"]


@pytest.mark.parametrize("place", known_routes(SPEC), ids=" ".join)
def test_a_known_route_is_the_one_that_would_be_found(place: tuple[str, str]) -> None:
    found = route(SPEC, Request(*place))
    assert known_routes(SPEC)[place] == found
    assert found.operation is not None


def test_both_forms_of_every_path_are_known_and_head_where_get_is() -> None:
    known = known_routes(SPEC)
    for path in ("/campaign-info", f"{SPEC.base_path}/campaign-info"):
        assert {method for method, other in known if other == path} == {"GET", "HEAD", "POST"}


def test_what_has_no_known_route_is_looked_for() -> None:
    assert ("DELETE", "/campaign-info") not in known_routes(SPEC)
    assert route(SPEC, Request("DELETE", "/campaign-info")).refusal is not None


@pytest.mark.parametrize(
    "name, is_all", [("getCampaignInfo", True), ("postCampaignInfo", False), ("createApiKey", False)]
)
def test_only_a_request_without_a_body_is_all_query(name: str, is_all: bool) -> None:
    assert SPEC.by_id[name].is_query_all is is_all


@given(st.sampled_from(["limit=5", "limit=0", "term=a&limit=x", "start-date=1", "", "offset=3&offset=4", "%zz=1"]))
def test_a_remembered_reading_is_the_reading(query: str) -> None:
    request = Request("GET", OPERATION.path, query)
    assert read(OPERATION, {}, request, 64) == validation._read_all(OPERATION, {}, request, 64)
    assert read(OPERATION, {}, request, 64) is read(OPERATION, {}, request, 64)


def test_a_long_query_is_read_anew_and_not_remembered() -> None:
    before = validation._read_query.cache_info().currsize
    request = Request("GET", OPERATION.path, "term=" + "x" * validation.MAX_REMEMBERED_CHARS)
    first, second = (read(OPERATION, {}, request, 64) for _ in range(2))
    assert first == second
    assert first is not second
    assert validation._read_query.cache_info().currsize == before


def test_a_body_where_none_is_taken_is_not_remembered_away() -> None:
    plain, with_body = (
        read(OPERATION, {}, Request("GET", OPERATION.path, "limit=5", {}, body), 64) for body in (b"", b"{}")
    )
    assert not isinstance(plain, tuple)
    assert not isinstance(with_body, tuple)
    assert (len(plain.warnings), len(with_body.warnings)) == (0, 1)


def test_nobody_changes_what_another_request_reads(make_client: MakeClient) -> None:
    client = make_client()
    first = client.get("/campaign-info", "limit=3&campaign_status=active")
    second = client.get("/campaign-info", "limit=3&campaign_status=active")
    assert first.data["filters_applied"] == second.data["filters_applied"] == {"campaign_status": "active"}
    assert first.data["campaign_info"] == second.data["campaign_info"]


@pytest.mark.parametrize(
    "headers, is_announced",
    [
        ({}, False),
        ({"content-length": "0"}, True),
        ({"transfer-encoding": "chunked"}, True),
        ({"content-type": "a/b"}, False),
    ],
)
def test_a_body_is_announced_by_its_length_or_its_coding(headers: dict[str, str], is_announced: bool) -> None:
    assert has_body(headers) is is_announced


def test_hosts_are_remembered_within_a_bound(make_client: MakeClient) -> None:
    edge = make_client().app.edge
    for number in range(1000):
        assert not edge._is_known_host(f"evil{number}.example")
    assert edge._is_known_host("localhost:4010")
    assert edge._is_known_host.cache_info().currsize <= 256
