"""Hooks for `schemathesis run`: what OpenAPI cannot say, put into positive cases and nowhere else.

Ids become ids that the server listed, dates are put in order. Nothing is
filtered out and negative cases are left as they were generated. The server is
named by the environment: SCHEMATHESIS_BASE_URL and SCHEMATHESIS_API_KEY.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import requests
import schemathesis
from schemathesis import GenerationMode

ANSWER = requests.get(
    os.environ["SCHEMATHESIS_BASE_URL"] + "/user-campaign-filters",
    headers={"Authorization": os.environ["SCHEMATHESIS_API_KEY"]},
    timeout=10,
)
LISTED = ANSWER.json()["data"]
USERS = [user["linkedin_user_information_id"] for user in LISTED["linkedin_users"]]
ROUTINES = [routine["linkedin_campaign_routine_id"] for routine in LISTED["campaign_routines"]]


@schemathesis.hook
def map_case(ctx: Any, case: Any) -> Any:
    """Put existing ids and ordered dates into a positive case."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return case
    if isinstance(case.query, Mapping):
        case.query = settled(case.query)
    if isinstance(case.body, Mapping):
        case.body = settled(case.body)
    return case


def settled(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters that name existing things and a range that does not end before it starts."""
    found = dict(parameters)
    ids = found.get("linkedin_user_information_ids")
    if isinstance(ids, list):
        found["linkedin_user_information_ids"] = [USERS[index % len(USERS)] for index in range(len(ids))]
    elif isinstance(ids, str):
        found["linkedin_user_information_ids"] = USERS[len(ids) % len(USERS)]
    routine = found.get("linkedin_campaign_routine_id")
    if isinstance(routine, str):
        found["linkedin_campaign_routine_id"] = ROUTINES[len(routine) % len(ROUTINES)]
    if "organisation_id" in found:
        found["organisation_id"] = LISTED["organisation"]["id"]
    start, end = found.get("start_date"), found.get("end_date")
    if isinstance(start, str) and isinstance(end, str) and end < start:
        found["start_date"], found["end_date"] = end, start
    return found
