"""The client itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import TracebackType
from typing import Any, Self

import requests

from campaign_client.errors import ApiError, GaveUp, Redirected, Unauthorized
from campaign_client.records import Campaign, Totals, User

TIMEOUT_S = 30.0
MAX_TRIES = 4
#: Waits longer than this are for a person to decide, such as the one for a new day.
MAX_WAIT_S = 120.0
PAGE_ROWS = 50


class CampaignClient:
    """Asks the API; a context manager.

    Args:
        base_url: of the API, without a final slash.
        api_key: sent in the header `Authorization`, and nowhere else.
        sleep: waits for a number of seconds; tests pass the mock's.
    """

    def __init__(self, base_url: str, api_key: str, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._base_url = base_url
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers["Authorization"] = api_key

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def users(self) -> list[User]:
        """Return the users of the organisation."""
        return [User.of(row) for row in self._ask("GET", "/user-campaign-filters")["linkedin_users"]]

    def campaigns(
        self, *, status: str | None = None, start: date | None = None, end: date | None = None
    ) -> Iterator[Campaign]:
        """Yield campaigns of all pages, the newest first.

        Args:
            status: `active`, `inactive`, `completed` or `draft`.
            start: first day of creation.
            end: last day of creation.

        Raises:
            ValueError: the range ends before it starts.
        """
        if start and end and end < start:
            raise ValueError(f"the range ends on {end}, before it starts on {start}")
        wanted = {"campaign_status": status, "start_date": start and str(start), "end_date": end and str(end)}
        parameters = {name: value for name, value in wanted.items() if value is not None}
        offset: int | None = 0
        while offset is not None:
            page = self._ask("GET", "/campaign-info", {**parameters, "limit": PAGE_ROWS, "offset": offset})
            yield from map(Campaign.of, page["campaign_info"])
            offset = offset + PAGE_ROWS if page["pagination"]["next_page_url"] else None

    def totals(self) -> Totals:
        """Return the figures of the dashboard."""
        return Totals.of(self._ask("GET", "/dashboard-info"))

    def create_key(self, description: str) -> str:
        """Create a key and return it. Not tried again after a time-out: the first may have been created."""
        return str(self._ask("POST", "/create-api-key", body={"description": description})["api_key"])

    def _ask(
        self, method: str, path: str, parameters: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request, waiting where the limit is reached; return the `data` of its answer."""
        tries = 0
        while True:
            answer = self._session.request(
                method, self._base_url + path, params=parameters, json=body, timeout=TIMEOUT_S, allow_redirects=False
            )
            if answer.status_code != 429:
                return _data(answer)
            tries += 1
            wait_s = answer.json()["data"]["retry_after"]
            if tries == MAX_TRIES or wait_s > MAX_WAIT_S:
                raise _error(answer, GaveUp)
            self._sleep(wait_s)


def _data(answer: requests.Response) -> dict[str, Any]:
    if answer.status_code == 401:
        raise _error(answer, Unauthorized)
    if answer.is_redirect:
        raise Redirected(answer.status_code, "", f"sent to {answer.headers['Location']}; give its base URL instead")
    if not answer.ok:
        raise _error(answer, ApiError)
    data: dict[str, Any] = answer.json()["data"]
    return data


def _error(answer: requests.Response, kind: type[ApiError]) -> ApiError:
    try:
        data = answer.json()["data"]
        return kind(answer.status_code, data["error_code"], data["error"])
    except (ValueError, KeyError, TypeError):
        return kind(answer.status_code, "", answer.reason or "no reason given")
