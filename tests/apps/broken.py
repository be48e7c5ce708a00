"""Servers that break the contract, each in one way: the right one with one method, or one member, changed.

`BROKEN` maps a name to the server and the beginnings of the ids of the
relations that it breaks. Where one fault breaks several, all are named, since
the relations overlap on purpose: what one cannot judge, another may.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.organisation import Routine
from apps.right import ADMIN, BASE, SORTS, Refusal, Right

LIST = ("getCampaignInfo", "postCampaignInfo")
BOARD = ("getDashboardInfo", "postDashboardInfo")
DETAIL = ("getOptimizedRoutineData",)
DIRECTORY = ("getUserCampaignFilters",)

Change = Callable[[dict[str, Any], dict[str, str]], None]


@dataclass(frozen=True)
class Broken:
    """A broken server.

    Attributes:
        server: its class.
        breaks: beginnings of relation ids; every violation has one of them, and each of them has a violation.
        phase: in which it shows.
    """

    server: type[Right]
    breaks: tuple[str, ...]
    phase: str = "relations"


def _with(**methods: Any) -> type[Right]:
    return type("Broken", (Right,), methods)


def _altering(operations: tuple[str, ...], change: Change, statuses: tuple[int, ...] = (200,)) -> type[Right]:
    """Make a server that changes the data, or the headers, of answers of operations; empty for all operations."""

    def alter(self: Right, operation: str, status: int, envelope: dict[str, Any], headers: dict[str, str]) -> None:
        if (operation in operations or not operations) and status in statuses:
            change(envelope["data"], headers)

    return _with(alter=alter)


def _passing(change: Callable[[Right, Routine, dict[str, Any]], Mapping[str, Any]]) -> type[Right]:
    """Make a server that filters by other values than were asked for."""

    def passes(self: Right, row: Routine, given: Mapping[str, Any]) -> bool:
        return Right.passes(self, row, change(self, row, dict(given)))

    return _with(passes=passes)


def _without(name: str) -> type[Right]:
    return _passing(lambda self, row, given: {key: value for key, value in given.items() if key != name})


def _role(accepts: Callable[[str | None], bool]) -> type[Right]:
    """Make a server that also takes keys that it should not."""

    def role(self: Right, operation: str, key: str | None) -> str:
        return "admin" if accepts(key) else Right.role(self, operation, key)

    return _with(role=role)


def _unguarded(*operations: str) -> type[Right]:
    def role(self: Right, operation: str, key: str | None) -> str:
        return "admin" if key is None and operation in operations else Right.role(self, operation, key)

    return _with(role=role)


def _elsewhere(self: Right, headers: Mapping[str, str]) -> str | None:
    return headers.get("Authorization") or headers.get("X-Api-Key")


def _rows(change: Callable[[dict[str, Any]], None]) -> Change:
    def alter(data: dict[str, Any], _headers: dict[str, str]) -> None:
        for row in data["campaign_info"]:
            change(row)

    return alter


def _put(*path: str, value: Any = None, add: float | None = None) -> Change:
    """Make a change of one member: to `value`, or by `add`."""

    def alter(data: dict[str, Any], _headers: dict[str, str]) -> None:
        node = data
        for name in path[:-1]:
            node = node[name]
        node[path[-1]] = value if add is None else node[path[-1]] + add

    return alter


def _header(name: str, value: str | None) -> Change:
    def alter(_data: dict[str, Any], headers: dict[str, str]) -> None:
        headers.pop(name, None)
        if value is not None:
            headers[name] = value

    return alter


def _refuse_term(self: Right, given: dict[str, Any]) -> dict[str, Any]:
    if "term" in given:
        raise Refusal(500, "INTERNAL_SERVER_ERROR")
    return Right.listing(self, given)


def _lenient(*names: str) -> type[Right]:
    def is_valid(self: Right, name: str, value: Any) -> bool:
        return name in names or Right.is_valid(self, name, value)

    return _with(is_valid=is_valid)


def _other_code(self: Right, refusal: Refusal) -> dict[str, Any]:
    code = "INVALID_REQUEST" if refusal.code == "INVALID_DATE_RANGE" else refusal.code
    return Right.error(self, Refusal(refusal.status, code, refusal.data))


def _ordered(key: Callable[[Routine], Any], *fields: str) -> type[Right]:
    def ordered(self: Right, rows: list[Routine], by: str, direction: str) -> list[Routine]:
        if by in fields:
            return sorted(rows, key=key, reverse=direction == "desc")
        return Right.ordered(self, rows, by, direction)

    return _with(ordered=ordered)


def _ascending(self: Right, rows: list[Routine], by: str, _direction: str) -> list[Routine]:
    return sorted(rows, key=SORTS[by])


def _shuffled(self: Right, rows: list[Routine], by: str, direction: str) -> list[Routine]:
    dice = random.Random(self.answered)
    mixed = sorted(rows, key=lambda row: dice.random())
    return sorted(mixed, key=SORTS[by], reverse=direction == "desc")


def _listing_by(change: Callable[[dict[str, Any]], dict[str, Any]], method: str = "") -> type[Right]:
    """Make a server that lists by other parameters than were given."""

    def perform(self: Right, operation: str, given: dict[str, Any], role: str, key: str) -> dict[str, Any]:
        wanted = change(given) if operation in LIST and operation.startswith(method) else given
        return Right.perform(self, operation, wanted, role, key)

    return _with(perform=perform)


def _echo_all(self: Right, given: dict[str, Any]) -> dict[str, Any]:
    return {"sort_by": "created_at", **Right.echo(self, given)}


def _link_without(name: str) -> type[Right]:
    def link(self: Right, given: dict[str, Any], offset: int) -> str:
        return Right.link(self, {key: value for key, value in given.items() if key != name}, offset)

    return _with(link=link)


def _total_of_page(data: dict[str, Any], _headers: dict[str, str]) -> None:
    data["total_campaign_routines_count"] = len(data["campaign_info"])


def _endless(data: dict[str, Any], _headers: dict[str, str]) -> None:
    page = data["pagination"]
    page["next_page_url"] = page["next_page_url"] or f"{BASE}/campaign-info?offset={page['offset'] + page['limit']}"


def _back_to_start(data: dict[str, Any], _headers: dict[str, str]) -> None:
    page = data["pagination"]
    if page["prev_page_url"]:
        page["prev_page_url"] = re.sub(r"offset=\d+", "offset=0", page["prev_page_url"])


def _overlapping(self: Right, rows: list[Routine], limit: int, offset: int) -> list[Routine]:
    start = max(0, offset - 1) if offset < len(rows) else offset
    return rows[start : start + min(limit, max(0, len(rows) - offset))]


def _last_page(self: Right, rows: list[Routine], limit: int, offset: int) -> list[Routine]:
    return rows[min(offset, max(0, len(rows) - 1)) :][:limit]


def _span(change: Callable[[dict[str, Any]], dict[str, Any]], method: str) -> type[Right]:
    """Make a server whose dashboard, or detail, takes other days than were given."""

    def changed(self: Right, given: dict[str, Any]) -> dict[str, Any]:
        data: dict[str, Any] = getattr(Right, method)(self, change(dict(given)))
        return data

    return _with(**{method: changed})


def _day_less(given: dict[str, Any]) -> dict[str, Any]:
    if "start_date" in given and "end_date" in given:
        given["end_date"] = given["end_date"][:-2] + f"{max(1, int(given['end_date'][-2:]) - 1):02}"
        given["start_date"] = min(given["start_date"], given["end_date"])
    return given


def _status_in_range(self: Right, given: dict[str, Any]) -> dict[str, Any]:
    data = Right.dashboard(self, given)
    if "start_date" in given and "end_date" in given:
        data["user_performance"][0]["active_campaigns"] += 1
        data["campaign_count_info"]["active"] += 1
        data["campaign_count_info"]["inactive"] -= 1
    return data


def _double_for_one(self: Right, given: dict[str, Any]) -> dict[str, Any]:
    data = Right.dashboard(self, given)
    if len(given.get("linkedin_user_information_ids", ())) == 1:
        stats = data["message_stats"]
        for entry in (stats, *stats["daily_stats"]):
            entry["sent"] *= 2
        stats["response_rate"] = int(1000 * stats["replied"] / stats["sent"] + 0.5) / 10
    return data


def _one_missing(data: dict[str, Any], _headers: dict[str, str]) -> None:
    data["campaign_routines"].pop(3)


def _renamed(data: dict[str, Any], _headers: dict[str, str]) -> None:
    data["campaign_details"]["name"] += "!"


def _twice(data: dict[str, Any], _headers: dict[str, str]) -> None:
    data["campaign_member_info"]["data"].append(
        {"count_data": 0, "date": data["campaign_member_info"]["data"][-1]["date"]}
    )


def _backwards(data: dict[str, Any], _headers: dict[str, str]) -> None:
    data["message_stats"]["daily_stats"].reverse()


def _sources(self: Right, row: Routine) -> dict[str, Any]:
    item = Right.item(self, row)
    item["linkedin_campaign_routine"]["source"] = f"source {self.answered % 2}"
    return item


def _closed(self: Right, given: dict[str, Any]) -> dict[str, Any]:
    row = next((row for row in self.rows if row.id == given["linkedin_campaign_routine_id"]), None)
    if row is not None and row.status == "completed":
        raise Refusal(404, "NOT_FOUND")
    return Right.detail(self, given)


def _gone(self: Right, given: dict[str, Any]) -> dict[str, Any]:
    try:
        return Right.detail(self, given)
    except Refusal as refusal:
        raise Refusal(410, refusal.code) from refusal


def _useless_key(self: Right, given: dict[str, Any], role: str) -> dict[str, Any]:
    data = Right.create(self, given, role)
    del self.keys[data["api_key"]]
    return data


def _uncounted(self: Right, client: str) -> tuple[int, int]:
    return Right.count(self, client) if client != "address" else (88, 4000)


def _forgiving(self: Right, operation: str, status: int, envelope: dict[str, Any], headers: dict[str, str]) -> None:
    if status >= 400:
        for window in list(self.counts):
            if window[0] == ADMIN and self.counts[window] > 1:
                self.counts[window] -= 1


def _stamp_later(self: Right) -> str:
    return (self.now() + timedelta(hours=1)).astimezone(self.now().tzinfo).strftime("%Y-%m-%dT%H:%M:%S+05:30")


def _admit(least: int) -> type[Right]:
    def admit(self: Right, left: tuple[int, int]) -> None:
        Right.admit(self, (left[0] - least, left[1]))

    return _with(admit=admit)


def _always(self: Right, left: tuple[int, int]) -> None:
    return None


def _enveloped(name: str, value: Any) -> type[Right]:
    """Make a server whose dashboard has another member in its envelope."""

    def alter(self: Right, operation: str, status: int, envelope: dict[str, Any], headers: dict[str, str]) -> None:
        if operation in BOARD and status == 200:
            envelope[name] = value

    return _with(alter=alter)


def _stamp_of_zero(self: Right) -> str:
    return self.now().isoformat(timespec="microseconds").replace("+00:00", "Z")


def _unless_sorted(self: Right, row: Routine, given: Mapping[str, Any]) -> bool:
    return Right.passes(self, row, given) and not ("sort_by" in given and row.number == 1)


BROKEN: Mapping[str, Broken] = {
    # structure
    "a filter that fails": Broken(_with(listing=_refuse_term), ("structure.accepts",)),
    "another content type": Broken(_altering(BOARD, _header("Content-Type", "text/json")), ("structure.type",)),
    "a permission twice": Broken(
        _altering(("createApiKey",), _put("permissions", value=["read", "read"])), ("structure.body[createApiKey]",)
    ),
    "a wrong type": Broken(
        _altering(DIRECTORY, _put("organisation", "subscription_status", value=5)), ("structure.body",)
    ),
    "an undocumented status": Broken(_with(detail=_gone), ("structure.status", "errors.unknown-entity")),
    # envelope
    "another code": Broken(_enveloped("code", 201), ("envelope.code", "structure.body")),
    "a success that says it is none": Broken(_enveloped("status", False), ("envelope.flag", "structure.body")),
    "a stamp of another zone": Broken(_with(stamp=_stamp_of_zero), ("envelope.zone", "structure.body")),
    "one id for all": Broken(_with(request_id=lambda self: "req_1"), ("envelope.fresh",)),
    "a clock of its own": Broken(_with(stamp=_stamp_later), ("envelope.now",)),
    # ledger
    "a header missing": Broken(_altering(DETAIL, _header("x-ratelimit-remaining-day", None)), ("ledger.present[day]",)),
    "another limit": Broken(_altering(BOARD, _header("x-ratelimit-limit-minute", "101")), ("ledger.limit[minute]",)),
    "refusals cost nothing": Broken(_with(alter=_forgiving), ("ledger.counts",)),
    "strangers cost nothing": Broken(_with(count=_uncounted), ("ledger.strangers",)),
    # errors
    "unknown users pass": Broken(_with(check_users=lambda self, given: None), ("errors.unknown-entity",)),
    "any range passes": Broken(_with(check_days=lambda self, given: None), ("errors.end-before-start",)),
    "another error code": Broken(_with(error=_other_code), ("errors.end-before-start",)),
    "any day passes": Broken(_lenient("start_date", "end_date"), ("errors.invalid-request",)),
    "malformed bodies pass": Broken(
        _with(body=lambda self, raw: {} if raw == b'{"' else Right.body(self, raw)), ("errors.invalid-request",)
    ),
    "unknown paths are bad requests": Broken(
        _with(lost=lambda self, is_path: Refusal(400, "INVALID_REQUEST") if not is_path else Right.lost(self, True)),
        ("errors.unknown-path",),
    ),
    "unknown methods are bad requests": Broken(
        _with(lost=lambda self, is_path: Refusal(400, "INVALID_REQUEST") if is_path else Right.lost(self, False)),
        ("errors.unknown-method",),
    ),
    # auth
    "no key for the directory": Broken(_unguarded(*DIRECTORY), ("auth.guarded[getUserCampaignFilters]",)),
    "no key for a body form": Broken(_unguarded("postCampaignInfo"), ("auth.guarded[postCampaignInfo]",)),
    "an empty key": Broken(_role(lambda key: key == ""), ("auth.refused[empty]",)),
    "a longer key": Broken(_role(lambda key: bool(key) and str(key).startswith(ADMIN)), ("auth.refused[lengthened]",)),
    "a shorter key": Broken(_role(lambda key: key == ADMIN[:-1]), ("auth.refused[truncated]",)),
    "a key in other case": Broken(_role(lambda key: str(key).lower() == ADMIN.lower()), ("auth.refused[other-case]",)),
    "a key elsewhere": Broken(_with(key_of=_elsewhere), ("auth.refused[elsewhere]",)),
    "any member makes keys": Broken(
        _role(lambda key: str(key).startswith("Right-Member")), ("auth.admin[createApiKey]",)
    ),
    # collection: filters
    "the term is ignored": Broken(
        _without("term"),
        (
            "collection.subset[getCampaignInfo:term]",
            "collection.subset[postCampaignInfo:term]",
            "collection.complete[getCampaignInfo:term]",
        ),
    ),
    "a type is ignored by body": Broken(
        _listing_by(lambda given: {key: value for key, value in given.items() if key != "campaign_type"}, "post"),
        (
            "collection.subset[postCampaignInfo:campaign_type]",
            "collection.disjoint[getCampaignInfo:campaign_type]",
            "collection.complete[getCampaignInfo:campaign_type]",
            "collection.combined",
            "same_as.equal[postCampaignInfo]",
            "collection.echo[postCampaignInfo]",
            "collection.counted",
        ),
    ),
    "the first day is left out": Broken(
        _passing(
            lambda self, row, given: (
                {**given, "start_date": given["start_date"] + "T"} if "start_date" in given else given
            )
        ),
        (
            "collection.inclusive[getCampaignInfo:start_date]",
            "collection.complete[getCampaignInfo:start_date]",
            "collection.combined",
            "collection.inclusive[getCampaignInfo:end_date]",
        ),
    ),
    "only the first of several users": Broken(
        _passing(
            lambda self, row, given: {
                **given,
                "linkedin_user_information_ids": given.get("linkedin_user_information_ids", [])[:1],
            }
        ),
        ("collection.complete[getCampaignInfo:linkedin_user_information_ids]",),
    ),
    "the term minds its case": Broken(
        _passing(
            lambda self, row, given: {**given, "term": "" if given.get("term", "") in row.name else "no name has this"}
        ),
        ("collection.complete[getCampaignInfo:term]",),
    ),
    "an echo of defaults": Broken(_with(echo=_echo_all), ("collection.echo",)),
    # collection: sorting
    "text by its length": Broken(
        _ordered(lambda row: len(row.name), "campaign_name"), ("collection.sorted[getCampaignInfo:campaign_name",)
    ),
    "always rising": Broken(_with(ordered=_ascending), ("collection.sorted", "collection.default-order")),
    "sorting loses an item": Broken(_with(passes=_unless_sorted), ("collection.equivalent",)),
    # collection: pages
    "a limit of its own in the page": Broken(
        _altering(LIST, _put("pagination", "limit", add=1)), ("collection.page-echo", "collection.default-limit")
    ),
    "another default": Broken(_listing_by(lambda given: {"limit": 49, **given}), ("collection.default-limit",)),
    "the total of the page": Broken(
        _altering(LIST, _total_of_page),
        (
            "collection.size",
            "collection.pages",
            "collection.walk",
            "collection.next",
            "collection.past-end",
            "collection.complete[getCampaignInfo:campaign_status]",
        ),
    ),
    "one page too many": Broken(_altering(LIST, _put("pagination", "total_pages", add=1)), ("collection.pages",)),
    "pages from nought": Broken(
        _altering(LIST, _put("pagination", "current_page", add=-1)), ("collection.current", "structure.body")
    ),
    "links lose the status": Broken(
        _link_without("campaign_status"), ("collection.next[getCampaignInfo]", "collection.walk")
    ),
    "an endless collection": Broken(_altering(LIST, _endless), ("collection.next",)),
    "back to the start": Broken(_altering(LIST, _back_to_start), ("collection.previous",)),
    "overlapping pages": Broken(
        _with(page=_overlapping), ("collection.walk[getCampaignInfo]", "collection.default-order")
    ),
    "no end": Broken(_with(page=_last_page), ("collection.past-end", "collection.size")),
    "a count of its own": Broken(
        _altering(BOARD, _put("campaign_types", "smart_campaign", add=1)),
        ("collection.counted[getDashboardInfo:/data/campaign_types/smart_campaign]", "derived.sum", "parts.entities"),
    ),
    # same-as
    "another member by body": Broken(
        _altering(("postDashboardInfo",), _put("user_performance", value=[])),
        (
            "same_as.equal[postDashboardInfo]",
            "derived.sum[postDashboardInfo:/data/campaign_count_info/active",
            "parts.all-days",
        ),
    ),
    "ties in any order": Broken(_with(ordered=_shuffled), ("same_as", "collection.walk")),
    # derived
    "a rate that is rounded down": Broken(
        _altering(BOARD, _put("message_stats", "response_rate", value=1.25)), ("derived.ratio",)
    ),
    "one pending too many": Broken(
        _altering(BOARD, _put("connection_graph", "pending_reject_count", add=1)), ("derived.sum", "parts.entities")
    ),
    "a day twice": Broken(_altering(BOARD, _twice), ("derived.unique-by", "parts.days")),
    "days backwards": Broken(_altering(BOARD, _backwards), ("derived.ordered-by",)),
    "a duration too long": Broken(
        _altering(DETAIL, _put("campaign_details", "campaign_duration_days", value=99)),
        ("derived.at-most", "identity.same[routine:campaign_duration_days]"),
    ),
    "the range is ignored": Broken(
        _span(lambda given: {k: v for k, v in given.items() if "date" not in k}, "dashboard"),
        ("derived.within", "parts.days"),
    ),
    "a key made long ago": Broken(
        _altering(("createApiKey",), _put("created_at", value="2024-01-01T00:00:00Z")), ("derived.now[createApiKey",)
    ),
    "a key that has expired": Broken(
        _altering(("createApiKey",), _put("expires_at", value="2024-01-01T00:00:00Z")),
        ("derived.at-most[createApiKey",),
    ),
    # parts
    "the last day is left out": Broken(_span(_day_less, "dashboard"), ("parts.days", "parts.all-days")),
    "a range moves the status": Broken(
        _with(dashboard=_status_in_range),
        ("parts.all-days", "collection.counted", "identity.same[user:active_campaigns]"),
    ),
    "one user counts twice": Broken(_with(dashboard=_double_for_one), ("parts.entities",)),
    # identity
    "another name in detail": Broken(_altering(DETAIL, _renamed), ("identity.same[routine:name]",)),
    "a directory with a gap": Broken(
        _altering(DIRECTORY, _one_missing), ("identity.directory[getUserCampaignFilters:routine]",)
    ),
    "an item that changes": Broken(_with(item=_sources), ("identity.item", "same_as")),
    "a listed id that does not open": Broken(_with(detail=_closed), ("identity.opens", "structure.accepts")),
    # effect
    "a key that does not work": Broken(_with(create=_useless_key), ("effect.works",)),
    "the same key twice": Broken(_with(new_key=lambda self: "made-once-and-for-all"), ("effect.new[createApiKey]",)),
    "a description cut short": Broken(
        _altering(("createApiKey",), lambda data, headers: data.update(description=data["description"][:5])),
        ("effect.keeps[createApiKey:description]",),
    ),
    # limits
    "another code of the refusal": Broken(
        _altering((), _put("error_code", value="TOO_MANY_REQUESTS"), (429,)),
        ("limits.refusal", "structure.body"),
        "limits",
    ),
    "one id for all refusals": Broken(
        _altering((), _put("request_id", value="req_refused"), (429,)), ("envelope.fresh",), "limits"
    ),
    "refused one too early": Broken(_admit(1), ("limits.early",), "limits"),
    "never refused": Broken(_with(admit=_always), ("limits.late",), "limits"),
    "a refusal that disagrees": Broken(
        _altering((), _put("rate_limit_info", "remaining_minute", value=1), (429,)), ("limits.agrees",), "limits"
    ),
    "a wait too long": Broken(_altering((), _put("retry_after", value=601), (429,)), ("limits.wait",), "limits"),
}
