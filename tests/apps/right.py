"""A second right server of the contract, on nothing but the standard library.

Shares no code and no taste with the mock: ids of another shape, members in
another order, other messages, members that are not documented, fractions of
seconds, case-folded order, ties the other way round, the real clock, no
`X-Mock-Version`, no `Retry-After`, Date in whole seconds. Every rule is a
method of its own, so that a broken server overrides exactly one.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from apps.organisation import FIGURES, STATUSES, TYPES, Routine, routines, share

BASE = "/other/v1"
ADMIN, MEMBER = "Right-Admin.Key~12", "Right-Member.Key~34"
ZONE = timezone(timedelta(hours=5, minutes=30))
ROUTES = {
    ("GET", "/user-campaign-filters"): "getUserCampaignFilters",
    ("POST", "/create-api-key"): "createApiKey",
    ("GET", "/dashboard-info"): "getDashboardInfo",
    ("POST", "/dashboard-info"): "postDashboardInfo",
    ("GET", "/campaign-info"): "getCampaignInfo",
    ("POST", "/campaign-info"): "postCampaignInfo",
    ("GET", "/optimized_routine_data"): "getOptimizedRoutineData",
}
SORTS = {
    "created_at": lambda row: row.created,
    "campaign_name": lambda row: row.name.casefold(),
    "campaign_status": lambda row: row.status,
    "campaign_type": lambda row: row.type,
    "member_count": lambda row: row.total("member_count"),
    "connection_percentage": lambda row: share(row.total("friend_accept_count"), row.total("friend_request_count")),
    "response_rate": lambda row: share(row.total("message_replied_count"), row.total("message_sent_count")),
}


class Refusal(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, code: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.data = status, code, data or {}


class Right:
    """The whole server; one instance has one organisation, its keys and its counters."""

    limits = (100, 5000)

    def __init__(self, count: int = 13, users: int = 3, days: int = 4, second: float = 20.0) -> None:
        """Make one organisation.

        Args:
            count: routines.
            users: persons who have them.
            days: with figures, of each routine.
            second: of the current minute at which the clock starts. It runs on as the real one does; its start is
                the same every time, so that no run happens to meet the end of a window.
        """
        started = datetime.now(UTC)
        self.ahead = started.replace(second=0, microsecond=0) + timedelta(seconds=second) - started
        self.users = [f"usr~{number}==" for number in range(users)]
        self.rows = routines(count, users, days)
        self.keys = {ADMIN: "admin", MEMBER: "member"}
        self.counts: Counter[tuple[str, int, int]] = Counter()
        self.ids = itertools.count(7)
        self.lock = threading.Lock()
        self.answered = 0

    # The way of a request.

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], Any]:
        with self.lock:
            self.answered += 1
            return self.respond(method, target, headers, body)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], Any]:
        key = self.key_of(headers)
        left = self.count(key if key in self.keys else "address")
        parts = urlsplit(target)
        path = parts.path.removeprefix(BASE)
        operation = ROUTES.get((method, path), "")
        extra: dict[str, str] = {}
        try:
            self.admit(left)
            if not operation:
                extra = {"Allow": ", ".join(verb for verb, place in ROUTES if place == path)}
                raise self.lost(bool(extra["Allow"]))
            role = self.role(operation, key)
            given = self.body(body) if method == "POST" else self.query(parts.query)
            data = self.perform(operation, self.checked(operation, given), role, key or "")
            status, envelope = 200, {"data": data, "message": "Here you are.", "status": True, "code": 200}
        except Refusal as refusal:
            status, envelope = refusal.status, self.error(refusal)
        sent = {**self.headers(left), **extra}
        self.alter(operation, status, envelope, sent)
        return status, sent, envelope

    def lost(self, is_path: bool) -> Refusal:
        return Refusal(405, "METHOD_NOT_ALLOWED") if is_path else Refusal(404, "NOT_FOUND")

    def perform(self, operation: str, given: dict[str, Any], role: str, key: str) -> dict[str, Any]:
        if operation == "createApiKey":
            return self.create(given, role)
        if operation == "getUserCampaignFilters":
            return self.directory()
        if "Dashboard" in operation:
            return self.dashboard(given)
        return self.listing(given) if "CampaignInfo" in operation else self.detail(given)

    def alter(self, operation: str, status: int, envelope: dict[str, Any], headers: dict[str, str]) -> None:
        """Change an answer just before it leaves; for broken servers."""

    # Keys and counters.

    def key_of(self, headers: Mapping[str, str]) -> str | None:
        return headers.get("Authorization")

    def role(self, operation: str, key: str | None) -> str:
        if key not in self.keys:
            raise Refusal(401, "INVALID_API_KEY")
        role = self.keys[key]
        if operation == "createApiKey" and role != "admin":
            raise Refusal(401, "UNAUTHORIZED_ACCESS")
        return role

    def count(self, client: str) -> tuple[int, int]:
        now = int(self.now().timestamp())
        left = []
        for limit, seconds in zip(self.limits, (60, 86_400), strict=True):
            window = (client, seconds, now // seconds)
            self.counts[window] += 1
            left.append(limit - self.counts[window])
        return left[0], left[1]

    def admit(self, left: tuple[int, int]) -> None:
        if min(left) < 0:
            seconds = 60 if left[1] >= 0 else 86_400
            wait = seconds - int(self.now().timestamp()) % seconds
            shown = [max(0, number) for number in left]
            info = {"limit_minute": 100, "remaining_minute": shown[0], "limit_day": 5000, "remaining_day": shown[1]}
            raise Refusal(429, "RATE_LIMIT_EXCEEDED", {"retry_after": wait, "rate_limit_info": info})

    def headers(self, left: tuple[int, int]) -> dict[str, str]:
        return {
            "x-ratelimit-limit-minute": "100",
            "x-ratelimit-limit-day": "5000",
            "x-ratelimit-remaining-minute": str(max(0, left[0])),
            "x-ratelimit-remaining-day": str(max(0, left[1])),
        }

    # What an answer says of itself.

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def request_id(self) -> str:
        return f"req_{next(self.ids):x}-{id(self):x}"

    def stamp(self) -> str:
        return self.now().astimezone(ZONE).isoformat(timespec="microseconds")

    def error(self, refusal: Refusal) -> dict[str, Any]:
        data = {"timestamp": self.stamp(), "request_id": self.request_id(), "error_code": refusal.code, "error": "No."}
        return {"data": {**data, **refusal.data}, "message": "Sorry.", "status": False, "code": refusal.status}

    # Parameters.

    def query(self, text: str) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name, value in parse_qsl(text, keep_blank_values=True):
            if name == "linkedin_user_information_ids":
                given.setdefault(name, []).append(value)
            else:
                given[name] = int(value) if name in ("limit", "offset") and value.lstrip("-").isdigit() else value
        return given

    def body(self, raw: bytes) -> dict[str, Any]:
        try:
            given = json.loads(raw) if raw else {}
        except ValueError:
            raise Refusal(400, "INVALID_REQUEST") from None
        if not isinstance(given, dict):
            raise Refusal(400, "INVALID_REQUEST")
        return given

    def checked(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        if not all(self.is_valid(name, value) for name, value in given.items()):
            raise Refusal(400, "INVALID_REQUEST")
        if operation == "getOptimizedRoutineData" and "linkedin_campaign_routine_id" not in given:
            raise Refusal(400, "INVALID_REQUEST")
        self.check_days(given)
        self.check_users(given)
        return given

    def check_days(self, given: dict[str, Any]) -> None:
        if given.get("end_date", "9999") < given.get("start_date", ""):
            raise Refusal(400, "INVALID_DATE_RANGE")

    def check_users(self, given: dict[str, Any]) -> None:
        if not set(given.get("linkedin_user_information_ids", ())) <= set(self.users):
            raise Refusal(400, "INVALID_USER_IDS")

    def is_valid(self, name: str, value: Any) -> bool:
        if name in ("start_date", "end_date"):
            try:
                return isinstance(value, str) and bool(date.fromisoformat(value))
            except ValueError:
                return False
        if name in ("limit", "offset", "organisation_id"):
            least = {"limit": 1, "offset": 0}.get(name, -(10**12))
            return isinstance(value, int) and not isinstance(value, bool) and value >= least
        if name == "linkedin_user_information_ids":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        listed = {"campaign_status": STATUSES, "campaign_type": TYPES, "sort_by": SORTS, "sort_order": ("asc", "desc")}
        return isinstance(value, str) and value in listed.get(name, (value,))

    # Operations.

    def directory(self) -> dict[str, Any]:
        return {
            "organisation": {
                "subscription_status": "gold",
                "created_at": "2030-01-01T00:00:00Z",
                "name": "Ōther",
                "id": 77,
            },
            "linkedin_users": [self.user(number) for number in reversed(range(len(self.users)))],
            "campaign_routines": [
                {
                    "created_at": row.created,
                    "campaign_status": row.status,
                    "campaign_type": row.type,
                    "name": row.name,
                    "linkedin_campaign_routine_id": row.id,
                }
                for row in self.rows
            ],
            "not_documented": {"version": 9},
        }

    def user(self, number: int) -> dict[str, Any]:
        return {
            "status": "inactive" if number == 2 else "active",
            "email": f"person{number}@other.example",
            "name": f"Pérson {number}",
            "linkedin_user_information_id": self.users[number],
        }

    def create(self, given: dict[str, Any], role: str) -> dict[str, Any]:
        if given.get("organisation_id", 77) != 77:
            raise Refusal(404, "NOT_FOUND")
        key = self.new_key()
        self.keys[key] = "member"
        made = self.now().replace(microsecond=0)
        return {
            "created_by": "boss@other.example",
            "permissions": ["write", "read"],
            "expires_at": (made + timedelta(days=365)).isoformat().replace("+00:00", "Z"),
            "organisation_name": "Ōther",
            "organisation_id": 77,
            "description": given.get("description", "a key"),
            "created_at": made.isoformat().replace("+00:00", "Z"),
            "api_key": key,
        }

    def new_key(self) -> str:
        return f"made-{next(self.ids):08}-{time.monotonic_ns():x}"

    def dashboard(self, given: dict[str, Any]) -> dict[str, Any]:
        wanted = given.get("linkedin_user_information_ids") or self.users
        rows = [row for row in self.rows if self.users[row.user] in wanted]
        span = {"start": given.get("start_date", ""), "end": given.get("end_date", "9999-99-99")}
        total = {name: sum(row.total(name, **span) for row in rows) for name in FIGURES}
        requests, accepts = total["friend_request_count"], total["friend_accept_count"]
        return {
            "request_id": self.request_id(),
            "timestamp": self.stamp(),
            "user_performance": [self.performance(user, span) for user in self.users if user in wanted],
            "campaign_types": {kind: sum(row.type == kind for row in rows) for kind in TYPES},
            "message_stats": {
                "daily_stats": self.days(rows, span, sent="message_sent_count", replied="message_replied_count"),
                "response_rate": share(total["message_replied_count"], total["message_sent_count"]),
                "replied": total["message_replied_count"],
                "sent": total["message_sent_count"],
            },
            "connection_graph": {
                "connection_percentage": share(accepts, requests),
                "total_friend_request_count": requests,
                "total_friend_accept_count": accepts,
                "pending_reject_count": requests - accepts,
                "accept": self.days(rows, span, count_data="friend_accept_count"),
                "request": self.days(rows, span, count_data="friend_request_count"),
            },
            "campaign_count_info": {
                **{status: sum(row.status == status for row in rows) for status in STATUSES},
                "total": len(rows),
            },
            "campaign_member_info": {
                "total_member_count": total["member_count"],
                "data": self.days(rows, span, count_data="member_count"),
            },
        }

    def days(self, rows: list[Routine], span: Mapping[str, str], **names: str) -> list[dict[str, Any]]:
        found: dict[str, Counter[str]] = {}
        for row in rows:
            for entry in row.series(*names.values(), **span):
                for shown, name in names.items():
                    found.setdefault(entry["date"], Counter())[shown] += entry[name]
        return [{**{shown: found[day][shown] for shown in names}, "date": day} for day in sorted(found)]

    def performance(self, user: str, span: Mapping[str, str]) -> dict[str, Any]:
        own = [row for row in self.rows if self.users[row.user] == user]
        total = {name: sum(row.total(name, **span) for row in own) for name in FIGURES}
        return {
            "active_campaigns": sum(row.status == "active" for row in own),
            "response_rate": share(total["message_replied_count"], total["message_sent_count"]),
            "connection_rate": share(total["friend_accept_count"], total["friend_request_count"]),
            **{key: value for key, value in self.user(self.users.index(user)).items() if key != "status"},
        }

    def listing(self, given: dict[str, Any]) -> dict[str, Any]:
        found = [row for row in self.rows if self.passes(row, given)]
        ordered = self.ordered(found, given.get("sort_by", "created_at"), given.get("sort_order", "desc"))
        limit, offset = given.get("limit", 50), given.get("offset", 0)
        return {
            "request_id": self.request_id(),
            "timestamp": self.stamp(),
            "filters_applied": self.echo(given),
            "pagination": {
                "prev_page_url": self.link(given, offset - limit) if offset >= limit else None,
                "next_page_url": self.link(given, offset + limit) if offset + limit < len(found) else None,
                "offset": offset,
                "limit": limit,
                "total_pages": -(-len(found) // limit),
                "current_page": offset // limit + 1,
            },
            "total_campaign_routines_count": len(found),
            "campaign_info": [self.item(row) for row in self.page(ordered, limit, offset)],
        }

    def passes(self, row: Routine, given: Mapping[str, Any]) -> bool:
        users = given.get("linkedin_user_information_ids")
        return (
            (not users or self.users[row.user] in users)
            and given.get("campaign_status", row.status) == row.status
            and given.get("campaign_type", row.type) == row.type
            and given.get("term", "").casefold() in row.name.casefold()
            and given.get("start_date", "") <= row.created[:10] <= given.get("end_date", "9999")
        )

    def ordered(self, rows: list[Routine], by: str, direction: str) -> list[Routine]:
        latest = sorted(rows, key=lambda row: row.number, reverse=True)
        return sorted(latest, key=SORTS[by], reverse=direction == "desc")

    def page(self, rows: list[Routine], limit: int, offset: int) -> list[Routine]:
        return rows[offset : offset + limit]

    def echo(self, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if name not in ("limit", "offset")}

    def link(self, given: dict[str, Any], offset: int) -> str:
        pairs = {**given, "offset": offset, "limit": given.get("limit", 50)}
        return f"http://elsewhere.example{BASE}/campaign-info?{urlencode(pairs, doseq=True)}"

    def item(self, row: Routine) -> dict[str, Any]:
        total = {name: row.total(name) for name in FIGURES}
        return {
            "campaign_steps": self.steps(row, {}),
            "linkedin_user": self.user(row.user),
            "daily_stats": row.series(*FIGURES),
            "campaign_duration_days": len(row.days),
            "response_rate": share(total["message_replied_count"], total["message_sent_count"]),
            "connection_percentage": share(total["friend_accept_count"], total["friend_request_count"]),
            **total,
            "linkedin_campaign_routine": {
                "metadata": {"campaign_goals": "more", "target_positions": [], "target_industry": "Tea", "extra": None},
                "source": "import",
                "max_campaign_days": 30,
                "initial_activate_time": row.activated,
                "last_activate_time": row.activated,
                "created_at": row.created,
                "campaign_type": row.type,
                "campaign_status": row.status,
                "campaign_name": row.name,
                "id": row.id,
            },
        }

    def steps(self, row: Routine, span: Mapping[str, str]) -> list[dict[str, Any]]:
        figures = (("friend_request", "friend_request_count"), ("message", "message_sent_count"))
        return [
            {"processed_count": row.total(name, **span), "delay_days": place, "type": kind, "step": place + 1}
            for place, (kind, name) in enumerate(figures)
        ]

    def detail(self, given: dict[str, Any]) -> dict[str, Any]:
        row = next((row for row in self.rows if row.id == given["linkedin_campaign_routine_id"]), None)
        if row is None:
            raise Refusal(404, "NOT_FOUND")
        span = {"start": given.get("start_date", ""), "end": given.get("end_date", "9999-99-99")}
        total = {name: row.total(name, **span) for name in FIGURES}
        requests, accepts = total["friend_request_count"], total["friend_accept_count"]
        sent, replied = total["message_sent_count"], total["message_replied_count"]
        return {
            "linkedin_user": {key: value for key, value in self.user(row.user).items() if key != "status"},
            "campaign_steps": self.steps(row, span),
            "performance_metrics": {
                "message_metrics": {
                    "daily_metrics": row.series("message_sent_count", "message_replied_count", **span),
                    "response_rate": share(replied, sent),
                    "message_replied_count": replied,
                    "message_sent_count": sent,
                },
                "connection_metrics": {
                    "daily_metrics": row.series("friend_request_count", "friend_accept_count", **span),
                    "pending_count": requests - accepts,
                    "connection_percentage": share(accepts, requests),
                    "friend_accept_count": accepts,
                    "friend_request_count": requests,
                },
                "member_count": total["member_count"],
            },
            "campaign_details": {
                "max_campaign_days": 30,
                "campaign_duration_days": len(row.days),
                "last_activate_time": row.activated,
                "created_at": row.created,
                "campaign_status": row.status,
                "campaign_type": row.type,
                "name": row.name,
                "id": row.id,
            },
        }


@contextlib.contextmanager
def serve(server: Right) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1; yield the base URL."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}{BASE}"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def _handler(server: Right) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def any_method(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            sent = {name.title(): value for name, value in self.headers.items()}
            status, headers, envelope = server.answer(self.command, self.path, sent, self.rfile.read(length))
            raw = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else raw)

        def __getattr__(self, name: str) -> Any:
            # Methods that are no operation are the server's to refuse, too, not the library's with 501.
            if name.startswith("do_"):
                return self.any_method
            raise AttributeError(name)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(int(server.now().timestamp()) if timestamp is None else timestamp)

        def log_message(self, *words: object) -> None:
            pass

    return Handler
