"""The client under test, on a mock of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from campaign_client import CampaignClient

if TYPE_CHECKING:
    from contracts.plugin import MockApi


@pytest.fixture
def client(mock_api: MockApi) -> Iterator[CampaignClient]:
    """The client, waiting on the mock's clock."""
    with CampaignClient(mock_api.base_url, mock_api.api_key, sleep=mock_api.sleep) as client:
        yield client
