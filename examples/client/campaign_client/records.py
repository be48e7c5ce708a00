"""Answers of the API, typed, as far as this client needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class User:
    """A LinkedIn user of the organisation."""

    id: str
    name: str
    email: str
    is_active: bool

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Read one of `linkedin_users`."""
        return cls(data["linkedin_user_information_id"], data["name"], data["email"], data["status"] == "active")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign with its figures; rates in percent."""

    id: str
    name: str
    status: str
    created_at: datetime
    members: int
    connection_percentage: float
    response_rate: float

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Read one row of `campaign_info`."""
        routine = data["linkedin_campaign_routine"]
        return cls(
            id=routine["id"],
            name=routine["campaign_name"],
            status=routine["campaign_status"],
            created_at=datetime.fromisoformat(routine["created_at"]),
            members=data["member_count"],
            connection_percentage=data["connection_percentage"],
            response_rate=data["response_rate"],
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of the dashboard; rates in percent."""

    members: int
    campaigns: int
    connection_percentage: float
    response_rate: float

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Read the `data` of the dashboard."""
        return cls(
            members=data["campaign_member_info"]["total_member_count"],
            campaigns=data["campaign_count_info"]["total"],
            connection_percentage=data["connection_graph"]["connection_percentage"],
            response_rate=data["message_stats"]["response_rate"],
        )
