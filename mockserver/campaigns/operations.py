"""One function per operation: validated parameters and a dataset → the `data` of its answer.

Operations never refuse: unknown ids, an end before its start and the like were
judged before. The body form of an operation is the same function, found by
`x-same-as`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from mockserver.campaigns.collection import Collection
from mockserver.campaigns.dashboard import dashboard, routine_page
from mockserver.dataset.dataset import Dataset
from mockserver.dataset.figures import span_of
from mockserver.dataset.serializers import user_item
from mockserver.timestamps import iso_z
from oas.fast_dataclass import record

#: Who creates keys. Source: sample of heading "Create API Key".
CREATED_BY = "admin@example.com"
PERMISSIONS = ("read", "write")

#: Member of a listed routine → member of the routine in a row of the campaign list.
_IDENTIFYING = {
    "linkedin_campaign_routine_id": "id",
    "name": "campaign_name",
    "campaign_type": "campaign_type",
    "campaign_status": "campaign_status",
    "created_at": "created_at",
}


@record(frozen=True, slots=True, kw_only=True)
class OperationCall:
    """What an operation may know of a request.

    Attributes:
        parameters: those that were sent, of their declared types, valid.
        dataset: what to answer from.
        path: base path and path of the operation, for the URLs of pages.
        now: moment of the request, seconds since the epoch.
        stamp: the same moment as the envelope shows it.
        request_id: of the answer.
        collection: of the operation, where it declares one.
        create_key: makes a key for a description and returns the key itself.
    """

    parameters: Mapping[str, Any]
    dataset: Dataset
    path: str
    now: float
    stamp: str
    request_id: str
    collection: Collection | None = None
    create_key: Callable[[str], str] | None = None


def get_user_campaign_filters(call: OperationCall) -> dict[str, Any]:
    """Return all users and routines of the organisation. Source: heading "Get Encrypted Identifiers"."""
    return dict(_kept(call.dataset, "filters", lambda: _identifiers(call.dataset)))


def create_api_key(call: OperationCall) -> dict[str, Any]:
    """Return a new key, which works at once. Source: heading "Create API Key"."""
    if call.create_key is None:
        raise TypeError("create_api_key needs a call that can create keys")
    created_at = iso_z(call.now)
    description = call.parameters.get("description", f"API key created at {created_at}")
    organisation = call.dataset.organisation
    return {
        "api_key": call.create_key(description),
        "created_at": created_at,
        "description": description,
        "organisation_id": organisation.id,
        "organisation_name": organisation.name,
        "expires_at": iso_z(_a_year_after(call.now)),
        "permissions": list(PERMISSIONS),
        "created_by": CREATED_BY,
    }


def get_dashboard_info(call: OperationCall) -> dict[str, Any]:
    """Return the figures of users in a span of days. Source: heading "Get Dashboard Information"."""
    user_ids = tuple(call.parameters.get("linkedin_user_information_ids") or ())
    start, end = call.parameters.get("start_date"), call.parameters.get("end_date")
    key = ("dashboard", user_ids, start, end)
    parts = _kept(call.dataset, key, lambda: dashboard(call.dataset, user_ids, span_of(start, end)))
    return {**parts, "timestamp": call.stamp, "request_id": call.request_id}


def get_campaign_info(call: OperationCall) -> dict[str, Any]:
    """Return one page of routines. Source: heading "Get Campaign Information"."""
    if call.collection is None:
        raise TypeError("get_campaign_info needs the collection that the operation declares")
    page = call.collection.page(call.parameters, call.path)
    return {**page.body["data"], "timestamp": call.stamp, "request_id": call.request_id}


def get_optimized_routine_data(call: OperationCall) -> dict[str, Any]:
    """Return one routine in a span of days. Source: heading "Get Optimized Campaign Routine Data"."""
    routine_id = call.parameters["linkedin_campaign_routine_id"]
    start, end = call.parameters.get("start_date"), call.parameters.get("end_date")
    key = ("routine", routine_id, start, end)
    return dict(_kept(call.dataset, key, lambda: routine_page(call.dataset, routine_id, span_of(start, end))))


#: operationId → function; operations that are another's body form have no entry.
OPERATIONS: Mapping[str, Callable[[OperationCall], dict[str, Any]]] = {
    "getUserCampaignFilters": get_user_campaign_filters,
    "createApiKey": create_api_key,
    "getDashboardInfo": get_dashboard_info,
    "getCampaignInfo": get_campaign_info,
    "getOptimizedRoutineData": get_optimized_routine_data,
}


def _kept(dataset: Dataset, key: Hashable, make: Callable[[], Mapping[str, Any]]) -> Mapping[str, orjson.Fragment]:
    """Return an object whose members are encoded, from the dataset's answers or made now."""
    found = dataset.answers.find(key)
    if found is None:
        encoded = {name: orjson.dumps(member) for name, member in make().items()}
        size_bytes = sum(map(len, encoded.values())) + 4 * len(str(key))
        parts = {name: orjson.Fragment(member) for name, member in encoded.items()}
        found = dataset.answers.keep(key, parts, size_bytes)
    return found  # type: ignore[no-any-return]


def _identifiers(dataset: Dataset) -> dict[str, Any]:
    organisation = dataset.organisation
    columns = (dataset.column(f"/linkedin_campaign_routine/{field}") for field in _IDENTIFYING.values())
    routines = (dict(zip(_IDENTIFYING, values, strict=True)) for values in zip(*columns, strict=True))
    return {
        "linkedin_users": [user_item(user) for user in dataset.users],
        # Written one by one: the objects of a million routines would fill the memory.
        "campaign_routines": orjson.Fragment(b"[" + b",".join(map(orjson.dumps, routines)) + b"]"),
        "organisation": {**organisation._asdict(), "created_at": iso_z(organisation.created_at)},
    }


def _a_year_after(moment: float) -> float:
    """Return the same day and time a year later; 28 February where that has no 29th."""
    then = datetime.fromtimestamp(int(moment // 1), UTC)
    try:
        return then.replace(year=then.year + 1).timestamp()
    except ValueError:
        return then.replace(year=then.year + 1, day=28).timestamp()
