"""Whatever is asked of whatever organisation, all answers tell one story."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.dataset.dataset import generate
from mockserver.dataset.routines import STATUSES, TYPES
from property.invariants import breaches
from property.world import BASE, DATA, FIRST_DAY, World, days_of, declaration, default_dataset, judge, selected, spec

DAYS = st.integers(-230, 5).map(lambda days: (FIRST_DAY + timedelta(days)).isoformat())
DATES = DAYS | st.sampled_from(["0001-01-01", "2025-05-01", "2025-05-10", "9999-12-31"])
TERMS = ["", " ", "o", "sales", "OUTREACH", "Outreach", "ss", "STRASSE", "zürich", "東", "ΣΑΣ", "%&=#+?", "nowhere"]
SORTS = [*declaration()["sort"]["fields"]]
FIGURES = {
    "member_count": "members",
    "friend_request_count": "requests",
    "friend_accept_count": "accepts",
    "message_sent_count": "sent",
    "message_replied_count": "replied",
}

organisations = st.builds(
    lambda size, seed: World.of(generate(size, seed, FIRST_DAY)), st.integers(0, 60), st.integers(-(2**40), 2**70)
)
worlds = st.just(World.of(default_dataset())) | organisations | organisations | organisations
many = settings(max_examples=80, deadline=None)


@st.composite
def spans(draw: st.DrawFn) -> dict[str, str]:
    """Dates in order, either of which may be missing."""
    low, high = sorted([draw(DATES), draw(DATES)])
    return {
        **({"start_date": low} if draw(st.booleans()) else {}),
        **({"end_date": high} if draw(st.booleans()) else {}),
    }


@st.composite
def users_and_days(draw: st.DrawFn, world: World) -> dict[str, Any]:
    """Parameters of the dashboard."""
    ids = st.lists(st.sampled_from([user.id for user in world.dataset.users]), max_size=8)
    return draw(spans()) | draw(st.fixed_dictionaries({}, optional={"linkedin_user_information_ids": ids}))


@st.composite
def filters(draw: st.DrawFn, world: World) -> dict[str, Any]:
    """Parameters of the campaign list, without its page."""
    optional = {
        "campaign_status": st.sampled_from(STATUSES),
        "campaign_type": st.sampled_from(TYPES),
        "term": st.sampled_from(TERMS),
        "sort_by": st.sampled_from(SORTS),
        "sort_order": st.sampled_from(["asc", "desc"]),
    }
    return draw(users_and_days(world)) | draw(st.fixed_dictionaries({}, optional=optional))


def follow(world: World, url: str) -> dict[str, Any]:
    """Ask for the page that a URL names."""
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", f"{BASE}/campaign-info")
    query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
    sent: dict[str, Any] = {name: value for name, (value, *_) in query.items()}
    sent |= {name: int(sent[name]) for name in ("limit", "offset")}
    if "linkedin_user_information_ids" in query:
        sent["linkedin_user_information_ids"] = query["linkedin_user_information_ids"]
    return world.ask("getCampaignInfo", sent)


@many
@given(worlds, st.data())
def test_a_page_is_what_the_plain_model_selects(world: World, data: st.DataObject) -> None:
    sent = data.draw(filters(world))
    limit, offset = data.draw(st.integers(1, 12)), data.draw(st.integers(0, 70))
    page = world.ask("getCampaignInfo", sent, limit=limit, offset=offset)
    right = selected(world.rows(), sent)
    assert page["campaign_info"] == right[offset : offset + limit]
    assert page["total_campaign_routines_count"] == len(right)
    assert page["filters_applied"] == sent
    figures = page["pagination"]
    assert (figures["limit"], figures["offset"]) == (limit, offset)
    assert (figures["current_page"], figures["total_pages"]) == (offset // limit + 1, -(-len(right) // limit))
    assert (figures["next_page_url"] is None) == (offset + limit >= len(right))
    assert (figures["prev_page_url"] is None) == (offset == 0)


@many
@given(worlds, st.data())
def test_following_next_then_previous_walks_the_collection_there_and_back(world: World, data: st.DataObject) -> None:
    sent = data.draw(filters(world))
    limit = data.draw(st.integers(1, 9))
    pages = [world.ask("getCampaignInfo", sent, limit=limit)]
    while url := pages[-1]["pagination"]["next_page_url"]:
        pages.append(follow(world, url))
    right = [row["linkedin_campaign_routine"]["id"] for row in selected(world.rows(), sent)]
    assert [row["linkedin_campaign_routine"]["id"] for page in pages for row in page["campaign_info"]] == right
    back = [pages[-1]]
    while url := back[-1]["pagination"]["prev_page_url"]:
        back.append(follow(world, url))
    assert [page["campaign_info"] for page in reversed(back)] == [page["campaign_info"] for page in pages]


@many
@given(worlds, st.data())
def test_previous_of_any_offset_leads_to_rows_that_lie_before_it(world: World, data: st.DataObject) -> None:
    sent = data.draw(filters(world))
    limit, offset = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 200))
    page = world.ask("getCampaignInfo", sent, limit=limit, offset=offset)
    before = follow(world, page["pagination"]["prev_page_url"])
    assert before["pagination"]["offset"] < offset
    assert bool(before["campaign_info"]) == (page["total_campaign_routines_count"] > 0)


@many
@given(worlds, st.data())
def test_the_dashboard_is_the_sum_of_the_listed_routines_and_their_days(world: World, data: st.DataObject) -> None:
    sent = data.draw(users_and_days(world))
    board = world.ask("getDashboardInfo", sent)
    ids = sent.get("linkedin_user_information_ids", [])
    rows = world.ask("getCampaignInfo", {"linkedin_user_information_ids": ids}, limit=1000)["campaign_info"]
    days = days_of(rows, sent)
    graph, messages, members = board["connection_graph"], board["message_stats"], board["campaign_member_info"]
    series = {
        "member_count": [(day["date"], day["count_data"]) for day in members["data"]],
        "friend_request_count": [(day["date"], day["count_data"]) for day in graph["request"]],
        "friend_accept_count": [(day["date"], day["count_data"]) for day in graph["accept"]],
        "message_sent_count": [(day["date"], day["sent"]) for day in messages["daily_stats"]],
        "message_replied_count": [(day["date"], day["replied"]) for day in messages["daily_stats"]],
    }
    assert series == {name: [(day, sums[name]) for day, sums in days.items()] for name in FIGURES}
    statuses = Counter(row["linkedin_campaign_routine"]["campaign_status"] for row in rows)
    assert board["campaign_count_info"] == {**{name: statuses[name] for name in STATUSES}, "total": len(rows)}
    types = Counter(row["linkedin_campaign_routine"]["campaign_type"] for row in rows)
    assert board["campaign_types"] == {name: types[name] for name in TYPES}


@many
@given(worlds, st.data())
def test_each_user_performs_as_the_dashboard_of_that_user_says(world: World, data: st.DataObject) -> None:
    sent = data.draw(users_and_days(world))
    performance = world.ask("getDashboardInfo", sent)["user_performance"]
    ids = sent.get("linkedin_user_information_ids")
    right = [user for user in world.dataset.users if not ids or user.id in ids]
    assert [user["linkedin_user_information_id"] for user in performance] == [user.id for user in right]
    for user in performance:
        own = {**sent, "linkedin_user_information_ids": [user["linkedin_user_information_id"]]}
        board = world.ask("getDashboardInfo", own)
        assert user["connection_rate"] == board["connection_graph"]["connection_percentage"]
        assert user["response_rate"] == board["message_stats"]["response_rate"]
        assert user["active_campaigns"] == board["campaign_count_info"]["active"]


@many
@given(worlds, st.data())
def test_the_page_of_a_routine_equals_its_row(world: World, data: st.DataObject) -> None:
    rows = world.rows()
    if not rows:
        return
    row = data.draw(st.sampled_from(rows))
    sent = data.draw(spans())
    routine = row["linkedin_campaign_routine"]
    page = world.ask("getOptimizedRoutineData", sent, linkedin_campaign_routine_id=routine["id"])
    shared = {"id", "campaign_type", "campaign_status", "created_at", "last_activate_time", "max_campaign_days"}
    assert page["campaign_details"] == {
        **{name: routine[name] for name in shared},
        "name": routine["campaign_name"],
        "campaign_duration_days": row["campaign_duration_days"],
    }
    metrics = page["performance_metrics"]
    days = days_of([row], sent)
    sums = {name: sum(day[name] for day in days.values()) for name in FIGURES}
    shown = metrics | metrics["connection_metrics"] | metrics["message_metrics"]
    assert {name: shown[name] for name in FIGURES} == sums
    for part in ("connection_metrics", "message_metrics"):
        daily = metrics[part]["daily_metrics"]
        assert [day["date"] for day in daily] == list(days)
        assert all(
            day.items() <= {**days[day["date"]], "date": day["date"]}.items() for day in metrics[part]["daily_metrics"]
        )
    if not sent:
        assert page["campaign_steps"] == row["campaign_steps"]
        assert sums == {name: row[name] for name in FIGURES}
    assert page["linkedin_user"].items() <= row["linkedin_user"].items()


@many
@given(worlds)
def test_the_listed_ids_are_those_that_can_be_used(world: World) -> None:
    listed = world.ask("getUserCampaignFilters")
    routines = [routine["linkedin_campaign_routine_id"] for routine in listed["campaign_routines"]]
    users = [user["linkedin_user_information_id"] for user in listed["linkedin_users"]]
    entities = world.dataset.entities
    assert set(routines) == set(entities["routine"])  # type: ignore[call-overload]
    assert set(users) == set(entities["user"])  # type: ignore[call-overload]
    assert listed["organisation"]["id"] in entities["organisation"]
    rows = world.rows()
    assert routines == [row["linkedin_campaign_routine"]["id"] for row in rows]
    for row, routine in zip(rows, listed["campaign_routines"], strict=True):
        own = row["linkedin_campaign_routine"]
        assert routine["name"] == own["campaign_name"]
        assert all(routine[name] == own[name] for name in ("campaign_type", "campaign_status", "created_at"))


@many
@given(worlds, st.data())
def test_every_answer_fits_its_schema_and_breaks_no_invariant(world: World, data: st.DataObject) -> None:
    asked: dict[str, dict[str, Any]] = {
        "getUserCampaignFilters": {},
        "getDashboardInfo": data.draw(users_and_days(world)),
        "getCampaignInfo": data.draw(filters(world)),
        "createApiKey": data.draw(st.fixed_dictionaries({}, optional={"description": st.text("aé ", max_size=9)})),
    }
    if len(world.dataset):
        row = data.draw(st.integers(0, len(world.dataset) - 1))
        asked["getOptimizedRoutineData"] = {
            **data.draw(spans()),
            "linkedin_campaign_routine_id": world.dataset.routine(row).id,
        }
    for operation_id, sent in asked.items():
        answer = world.ask(operation_id, sent)
        assert [error.message for error in judge(operation_id).iter_errors(answer)] == []
        schema = spec()["components"]["schemas"][DATA[operation_id]]
        assert list(breaches(spec(), schema, answer, sent)) == []


@many
@given(st.integers(0, 60), st.integers(), st.dates(date(1971, 1, 1), date(9989, 12, 31)))
def test_a_generated_organisation_keeps_the_rules_of_a_dataset(size: int, seed: int, first_day: date) -> None:
    world = World.of(generate(size, seed, first_day))
    for row in world.rows():
        routine, days = row["linkedin_campaign_routine"], row["daily_stats"]
        stamps = [routine[f"{name}"] for name in ("created_at", "initial_activate_time", "last_activate_time")]
        if routine["campaign_status"] == "draft":
            assert (stamps[1:], days) == ([None, None], [])
            continue
        assert stamps == sorted(stamps)
        assert stamps[-1][:10] < first_day.isoformat()
        assert all(stamps[1][:10] <= day["date"] <= first_day.isoformat() for day in days)
        for day in days:
            assert day["friend_accept_count"] <= day["friend_request_count"]
            assert day["message_replied_count"] <= day["message_sent_count"]
            assert any(day[name] for name in FIGURES)
