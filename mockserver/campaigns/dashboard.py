"""The dashboard and the page of one routine: figures of a span of days, and what follows from them.

Pure functions of a dataset. Neither scans routines: the dashboard costs two
searches per user and a step per day that has figures, so that a span of ten
thousand years costs no more than the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mockserver.dataset.dataset import Dataset
from mockserver.dataset.figures import Figures, Span, iso_day, total, unpack_days
from mockserver.dataset.routines import STATUSES, TYPES
from mockserver.dataset.serializers import stamp, step_items
from mockserver.timestamps import iso_z

Days = Iterable[tuple[int, Figures]]


def dashboard(dataset: Dataset, user_ids: Sequence[str] | None, span: Span) -> dict[str, Any]:
    """Return the figures of users in a span of days; routines are counted whatever the days.

    Every series holds the days on which the users' routines have any figure,
    so that all series have the same days. Source: heading "Get Dashboard
    Information".

    Args:
        dataset: that knows the ids.
        user_ids: all users where it is None or empty.
        span: of days.
    """
    places = dataset.selected(user_ids)
    timeline = dataset.timeline(places)
    days, figures, counts = timeline.daily(span), timeline.total(span), dataset.counts(places)
    return {
        "campaign_member_info": {
            "data": [{"date": iso_day(day), "count_data": one.members} for day, one in days],
            "total_member_count": figures.members,
        },
        "campaign_count_info": {
            **{status: counts[status] for status in STATUSES},
            "total": sum(counts[status] for status in STATUSES),
        },
        "connection_graph": {
            "request": [{"date": iso_day(day), "count_data": one.requests} for day, one in days],
            "accept": [{"date": iso_day(day), "count_data": one.accepts} for day, one in days],
            "pending_reject_count": figures.requests - figures.accepts,
            "total_friend_accept_count": figures.accepts,
            "total_friend_request_count": figures.requests,
            "connection_percentage": figures.connection_percentage,
        },
        "message_stats": {
            "sent": figures.sent,
            "replied": figures.replied,
            "response_rate": figures.response_rate,
            "daily_stats": [{"date": iso_day(day), "sent": one.sent, "replied": one.replied} for day, one in days],
        },
        "campaign_types": {type_: counts[type_] for type_ in TYPES},
        "user_performance": [_performance(dataset, place, span) for place in places],
    }


def routine_page(dataset: Dataset, routine_id: str, span: Span) -> dict[str, Any]:
    """Return one routine with its figures in a span of days; its duration is that of its whole life.

    Source: heading "Get Optimized Campaign Routine Data".

    Raises:
        KeyError: the dataset has no such routine.
    """
    routine = dataset.routine(dataset.routine_row(routine_id))
    life = list(unpack_days(routine.first_day, routine.figures))
    days = [(day, one) for day, one in life if span.first <= day <= span.last]
    figures = total(days)
    user = dataset.users[routine.user]
    return {
        "campaign_details": {
            "id": routine.id,
            "name": routine.name,
            "campaign_type": routine.type,
            "campaign_status": routine.status,
            "created_at": iso_z(routine.created_at),
            "last_activate_time": stamp(routine.last_activate_time),
            "campaign_duration_days": len(life),
            "max_campaign_days": routine.max_campaign_days,
        },
        "performance_metrics": {
            "member_count": figures.members,
            "connection_metrics": _connections(figures, days),
            "message_metrics": _messages(figures, days),
        },
        "campaign_steps": step_items(routine, figures),
        "linkedin_user": {"name": user.name, "linkedin_user_information_id": user.id, "email": user.email},
    }


def _performance(dataset: Dataset, place: int, span: Span) -> dict[str, Any]:
    user, figures = dataset.users[place], dataset.user_total(place, span)
    return {
        "linkedin_user_information_id": user.id,
        "name": user.name,
        "email": user.email,
        "connection_rate": figures.connection_percentage,
        "response_rate": figures.response_rate,
        "active_campaigns": dataset.counts([place])["active"],
    }


def _connections(figures: Figures, days: Days) -> dict[str, Any]:
    return {
        "friend_request_count": figures.requests,
        "friend_accept_count": figures.accepts,
        "connection_percentage": figures.connection_percentage,
        "pending_count": figures.requests - figures.accepts,
        "daily_metrics": [
            {"date": iso_day(day), "friend_request_count": one.requests, "friend_accept_count": one.accepts}
            for day, one in days
        ],
    }


def _messages(figures: Figures, days: Days) -> dict[str, Any]:
    return {
        "message_sent_count": figures.sent,
        "message_replied_count": figures.replied,
        "response_rate": figures.response_rate,
        "daily_metrics": [
            {"date": iso_day(day), "message_sent_count": one.sent, "message_replied_count": one.replied}
            for day, one in days
        ],
    }
