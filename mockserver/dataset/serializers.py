"""How a user, a routine, its steps and its days look in the answers of the API.

Pure functions from records to JSON objects.
"""

from __future__ import annotations

from typing import Any

from mockserver.dataset.figures import Figures, iso_day, total, unpack_days
from mockserver.dataset.routines import FRIEND_REQUEST, MESSAGE, Routine, User
from mockserver.timestamps import iso_z


def campaign_item(routine: Routine, user: User) -> dict[str, Any]:
    """Return a routine as it stands in the campaign list. Source: heading "Get Campaign Information"."""
    days = list(unpack_days(routine.first_day, routine.figures))
    figures = total(days)
    return {
        "linkedin_campaign_routine": {
            "id": routine.id,
            "campaign_name": routine.name,
            "campaign_status": routine.status,
            "campaign_type": routine.type,
            "created_at": iso_z(routine.created_at),
            "last_activate_time": stamp(routine.last_activate_time),
            "initial_activate_time": stamp(routine.initial_activate_time),
            "max_campaign_days": routine.max_campaign_days,
            "source": routine.source,
            "metadata": routine.metadata._asdict(),
        },
        "member_count": figures.members,
        "friend_request_count": figures.requests,
        "friend_accept_count": figures.accepts,
        "connection_percentage": figures.connection_percentage,
        "message_sent_count": figures.sent,
        "message_replied_count": figures.replied,
        "response_rate": figures.response_rate,
        "campaign_duration_days": len(days),
        "daily_stats": [
            {
                "date": iso_day(day),
                "member_count": counts.members,
                "friend_request_count": counts.requests,
                "friend_accept_count": counts.accepts,
                "message_sent_count": counts.sent,
                "message_replied_count": counts.replied,
            }
            for day, counts in days
        ],
        "linkedin_user": user_item(user),
        "campaign_steps": step_items(routine, figures),
    }


def stamp(moment: int | None) -> str | None:
    """Return a moment as an entity stamp, None for one that has not come."""
    return None if moment is None else iso_z(moment)


def user_item(user: User) -> dict[str, Any]:
    """Return a user as the lists of the API show it."""
    return {
        "linkedin_user_information_id": user.id,
        "name": user.name,
        "email": user.email,
        "status": user.status,
    }


def step_items(routine: Routine, figures: Figures) -> list[dict[str, Any]]:
    """Return the steps of a routine with what each has done of some figures.

    The friend request has sent all requests; the messages share what was sent,
    the earlier ones taking what does not divide.
    """
    messages = left = sum(step.type == MESSAGE for step in routine.steps)
    items: list[dict[str, Any]] = []
    for place, step in enumerate(routine.steps, 1):
        if step.type == FRIEND_REQUEST:
            processed = figures.requests
        else:
            processed = (figures.sent + left - 1) // messages
            left -= 1
        items.append({"step": place, "type": step.type, "delay_days": step.delay_days, "processed_count": processed})
    return items
