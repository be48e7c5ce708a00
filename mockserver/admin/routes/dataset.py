"""What can be asked of the data: the organisation that a session shows, its users, campaigns and days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.admin.problem import Problem
from mockserver.admin.route import AdminRequest, AdminResponse, Route
from mockserver.admin.schemas import TEXT, array, record, whole
from mockserver.pipeline.preview import Plain, PreviewUnavailable, look
from oas.contract import Contract

MAX_PAGE = 200
_USERS = record(users=array({"type": "object"}))
_ROUTINES = record(routines=array({"type": "object"}), total=whole())
_DAYS = record(days=array(record(date={"type": "string"}, count_data=whole())), figures={"type": "object"})


class Data:
    """The operations on the data of a session. Nothing here counts as a request to the API.

    Args:
        spec: returns the compiled document that is served now.
        plain: builds answers, uncounted.
    """

    def __init__(self, spec: Callable[[], Contract], plain: Plain) -> None:
        self._spec = spec
        self._plain = plain

    def operations(self) -> tuple[Route, ...]:
        """List them."""
        page = {"offset": whole(), "limit": whole(1, MAX_PAGE), "user": TEXT}
        return (
            Route("GET", "/data", self.show_organisation, answer=_USERS, problems=(409,)),
            Route("GET", "/data/routines", self.list_routines, query=page, answer=_ROUTINES, problems=(409,)),
            Route("GET", "/data/days", self.list_days, query={"user": TEXT}, answer=_DAYS, problems=(409,)),
        )  # fmt: skip

    def show_organisation(self, call: AdminRequest) -> AdminResponse:
        """Show the users of the organisation."""
        data = self._look(call, "getUserCampaignFilters", {})
        return AdminResponse({"users": data["linkedin_users"]})

    def list_routines(self, call: AdminRequest) -> AdminResponse:
        """List the campaigns, the newest first."""
        query: dict[str, Any] = {
            "offset": call.query.integer("offset", 0, 2**53) or 0,
            "limit": call.query.integer("limit", 1, MAX_PAGE) or 20,
        }
        data = self._look(call, "getCampaignInfo", query | _user(call))
        return AdminResponse({"routines": data["campaign_info"], "total": data["total_campaign_routines_count"]})

    def list_days(self, call: AdminRequest) -> AdminResponse:
        """Show the daily figures of the organisation, or of one user."""
        data = self._look(call, "getDashboardInfo", _user(call))
        return AdminResponse({"days": data["campaign_member_info"]["data"], "figures": data["campaign_count_info"]})

    def _look(self, call: AdminRequest, operation: str, query: Mapping[str, Any]) -> Any:
        try:
            return look(self._spec(), self._plain, call.session, operation, query)
        except PreviewUnavailable as error:
            raise Problem(409, f"There is nothing to show: {error}.") from error


def _user(call: AdminRequest) -> dict[str, Any]:
    user = call.query.text("user")
    return {"linkedin_user_information_ids": [user]} if user else {}
