"""A proxy puts one fault into the answers of one operation, and into no others."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from apps.right import ADMIN, Right, serve
from contracts.mutation.faulty_proxy import MutatingProxy
from contracts.mutation.mutants import mutants
from oas.contract import load

DOCUMENT = load()
FAULTS = {fault.id: fault for fault in mutants(DOCUMENT, ("x-ratelimit-limit-day",))}
LIST = "getCampaignInfo 200"


def asked(base_url: str, path: str) -> tuple[dict[str, str], Any]:
    request = urllib.request.Request(base_url + path, headers={"Authorization": ADMIN})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return {name.lower(): value for name, value in answer.getheaders()}, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return {name.lower(): value for name, value in error.headers.items()}, json.load(error)


def test_only_the_answers_of_the_fault_have_it() -> None:
    fault = FAULTS[f"{LIST} /data/pagination/limit plus one"]
    with serve(Right()) as url, MutatingProxy(url, DOCUMENT).running(fault) as proxy:
        assert asked(proxy.base_url, "/campaign-info?limit=4")[1]["data"]["pagination"]["limit"] == 5
        assert asked(proxy.base_url, "/campaign-info?limit=0")[1]["code"] == 400
        assert "organisation" in asked(proxy.base_url, "/user-campaign-filters")[1]["data"]
        assert proxy.changed == 1


def test_a_header_has_its_fault_and_the_body_none() -> None:
    fault = FAULTS[f"{LIST} x-ratelimit-limit-day plus one"]
    with serve(Right()) as url, MutatingProxy(url, DOCUMENT).running(fault) as proxy:
        headers, body = asked(proxy.base_url, "/campaign-info?limit=4")
        assert (headers["x-ratelimit-limit-day"], body["data"]["pagination"]["limit"]) == ("5001", 4)


def test_another_id_is_one_that_was_seen() -> None:
    fault = FAULTS[f"{LIST} /data/campaign_info/*/linkedin_campaign_routine/id other id"]
    server = Right()
    with serve(server) as url, MutatingProxy(url, DOCUMENT).running(fault) as proxy:
        rows = asked(proxy.base_url, "/campaign-info?limit=4")[1]["data"]["campaign_info"]
        ids = [row["linkedin_campaign_routine"]["id"] for row in rows]
        assert len(set(ids)) == 3
        assert set(ids) <= {row.id for row in server.rows}
