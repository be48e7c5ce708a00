"""A client of the LinkedIn campaign API: typed answers, all pages, and patience where the API asks for it."""

from campaign_client.client import CampaignClient
from campaign_client.errors import ApiError, GaveUp, Redirected, Unauthorized
from campaign_client.records import Campaign, Totals, User

__all__ = ["ApiError", "Campaign", "CampaignClient", "GaveUp", "Redirected", "Totals", "Unauthorized", "User"]
