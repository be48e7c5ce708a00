"""An organisation with the contract's collection over it, asked as the pipeline asks; and the plain model beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import yaml

from mockserver.campaigns.collection import Collection
from mockserver.campaigns.operations import OPERATIONS, OperationCall
from mockserver.dataset.dataset import Dataset, load
from oas import vocabulary

ROOT = Path(__file__).resolve().parents[2]
BASE = "/social_app/api/v1/third_party"
FIRST_DAY = date(2025, 11, 24)
#: operationId → schema of its `data`.
DATA = {
    "getUserCampaignFilters": "UserCampaignFilters",
    "createApiKey": "CreatedApiKey",
    "getDashboardInfo": "DashboardInfo",
    "getCampaignInfo": "CampaignInfo",
    "getOptimizedRoutineData": "OptimizedRoutineData",
}


@cache
def spec() -> dict[str, Any]:
    """Read the contract."""
    text = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    document = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert isinstance(document, dict)
    return document


def declaration() -> dict[str, Any]:
    """Return the contract's `x-collection`."""
    found = spec()["paths"]["/campaign-info"]["get"]["x-collection"]
    assert isinstance(found, dict)
    return found


def declared() -> vocabulary.Collection:
    """Return the contract's collection as a record."""
    found = vocabulary.collection_of({"x-collection": declaration()}, "/paths/~1campaign-info/get", {})
    assert found is not None
    return found


@cache
def default_dataset() -> Dataset:
    """Load the packaged organisation."""
    return load(ROOT / "fixtures" / "datasets" / "default.yaml", FIRST_DAY)


@cache
def judge(operation_id: str) -> jsonschema_rs.Draft202012Validator:
    """Compile the schema of an operation's `data`."""
    schema = {"$ref": f"#/components/schemas/{DATA[operation_id]}", "components": spec()["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


@dataclass(frozen=True)
class World:
    """A dataset that can be asked."""

    dataset: Dataset
    collection: Collection

    @classmethod
    def of(cls, dataset: Dataset) -> World:
        return cls(dataset, Collection(declared(), dataset))

    def ask(self, operation_id: str, parameters: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Return the `data` of an answer, decoded."""
        call = OperationCall(
            parameters={**(parameters or {}), **more},
            dataset=self.dataset,
            path=f"{BASE}/campaign-info",
            now=1746954000.0,
            stamp="2025-05-11T14:30:00+05:30",
            request_id="req_1",
            collection=self.collection,
            create_key=lambda description: f"key for {description}",
        )
        data = orjson.loads(orjson.dumps(OPERATIONS[operation_id](call)))
        assert isinstance(data, dict)
        return data

    def rows(self) -> list[dict[str, Any]]:
        """List all rows of the campaign list, decoded."""
        return [orjson.loads(self.dataset.row_json(row)) for row in range(len(self.dataset))]


def selected(rows: list[dict[str, Any]], sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Filter and sort rows by the rules of the reference, without any index."""
    kept = [row for row in rows if _passes(row, sent)]
    kept.sort(key=lambda row: str(row["linkedin_campaign_routine"]["id"]))
    by = sent.get("sort_by", "created_at")
    kept.sort(key=lambda row: {**row, **row["linkedin_campaign_routine"]}[by], reverse=sent.get("sort_order") != "asc")
    return kept


def _passes(row: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    routine, day = row["linkedin_campaign_routine"], row["linkedin_campaign_routine"]["created_at"][:10]
    users = sent.get("linkedin_user_information_ids")
    return (
        (not users or row["linkedin_user"]["linkedin_user_information_id"] in users)
        and sent.get("campaign_status", routine["campaign_status"]) == routine["campaign_status"]
        and sent.get("campaign_type", routine["campaign_type"]) == routine["campaign_type"]
        and sent.get("term", "").casefold() in routine["campaign_name"].casefold()
        and sent.get("start_date", day) <= day <= sent.get("end_date", day)
    )


def days_of(rows: list[dict[str, Any]], sent: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Add up the daily figures of rows, day by day, in the days that were asked for."""
    sums: dict[str, dict[str, int]] = {}
    for day in (day for row in rows for day in row["daily_stats"]):
        if sent.get("start_date", "") <= day["date"] <= sent.get("end_date", "9999-12-31"):
            into = sums.setdefault(day["date"], dict.fromkeys(day, 0))
            for name in day.keys() - {"date"}:
                into[name] += day[name]
    return dict(sorted(sums.items()))
