"""What can be asked of the journal: which requests came, and what they got."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.admin.explanation import STAGES, Explainer
from mockserver.admin.har import to_har
from mockserver.admin.journal_format import to_wiremock
from mockserver.admin.problem import Problem
from mockserver.admin.request_patterns import CONSTRAINTS, MEMBERS, compile_pattern
from mockserver.admin.route import PREFIX, AdminRequest, AdminResponse, Route
from mockserver.admin.schemas import BOOLEAN, MAX_WHOLE, MOMENT, STATUS, TEXT, Shape, array, named, record, whole
from oas.contract import Contract
from oas.messages import Exchange

_TEXT: Shape = {"type": "string"}
_FILTERS = {"since": MOMENT, "limit": whole(), "operation": TEXT, "status": STATUS, "key_hash": TEXT}
_LISTED = record(requests=array(named("Exchange")), meta=record(total=whole()), requestJournalDisabled=BOOLEAN)
_FOUND = record(requests=array(named("LoggedRequest")), requestJournalDisabled=BOOLEAN)
_COUNTED = record(count=whole(), requestJournalDisabled=BOOLEAN)
_HAR = record(log=record(version={"const": "1.2"}, creator={"type": "object"}, entries=array({"type": "object"})))
_PLACE: dict[str, Shape] = {"source": _TEXT, "pointer": _TEXT, "line": {"type": ["integer", "null"], "minimum": 1}}
_STAGE = record(
    stage={"enum": list(STAGES)},
    verdict={"enum": ["passed", "refused", "chosen", "skipped"]},
    decided=_TEXT,
    **_PLACE,
)
_STAGE["properties"]["violations"] = array(record(message=_TEXT, severity=_TEXT, **_PLACE))
_EXPLAINED = record(id=_TEXT, stages=array(_STAGE))


class Requests:
    """The operations on a session's journal. Paths and shapes are WireMock's.

    Args:
        version: of the mock server.
        spec: returns the document that is served now.
    """

    def __init__(self, version: str, spec: Callable[[], Contract]) -> None:
        self._version = version
        self._spec = spec
        self._explainer: Explainer | None = None

    def operations(self) -> tuple[Route, ...]:
        """List them."""
        pattern: dict[str, Any] = {"members": MEMBERS, "constraints": CONSTRAINTS}
        return (
            Route("GET", "/requests", self.list_requests, query=_FILTERS, answer=_LISTED),
            Route("DELETE", "/requests", self.clear_requests),
            Route("POST", "/requests/find", self.find_requests, answer=_FOUND, **pattern),
            Route("POST", "/requests/count", self.count_requests, answer=_COUNTED, **pattern),
            Route("GET", "/requests/har", self.export_requests, answer=_HAR),
            Route("GET", "/requests/{id}", self.read_request, answer=named("Exchange"), problems=(404,)),
            Route("GET", "/requests/{id}/explain", self.explain_request, answer=_EXPLAINED, problems=(404,)),
        )

    def list_requests(self, call: AdminRequest) -> AdminResponse:
        """List the kept exchanges that match the query, the newest first; `meta.total` counts them before the limit."""
        query = call.query
        found = call.session.journal.entries(
            since=query.moment("since"),
            operation=query.text("operation"),
            status=query.integer("status", 100, 599),
            key_hash=query.text("key_hash"),
        )
        shown = [to_wiremock(exchange) for exchange in found[: query.integer("limit", 0, MAX_WHOLE)]]
        return AdminResponse({"requests": shown, "meta": {"total": len(found)}, "requestJournalDisabled": False})

    def clear_requests(self, call: AdminRequest) -> AdminResponse:
        """Empty the session's journal."""
        call.session.journal.clear()
        return AdminResponse({})

    def find_requests(self, call: AdminRequest) -> AdminResponse:
        """List the kept requests that fit a pattern, the newest first."""
        shown = [to_wiremock(exchange) for exchange in self._matching(call)]
        found = [{**entry["request"], "id": entry["id"]} for entry in shown]
        return AdminResponse({"requests": found, "requestJournalDisabled": False})

    def count_requests(self, call: AdminRequest) -> AdminResponse:
        """Count the kept requests that fit a pattern."""
        return AdminResponse({"count": len(self._matching(call)), "requestJournalDisabled": False})

    def export_requests(self, call: AdminRequest) -> AdminResponse:
        """Export the kept exchanges as HAR 1.2, which a browser imports."""
        exchanges = reversed(call.session.journal.entries())
        return AdminResponse(to_har(map(to_wiremock, exchanges), self._version))

    def read_request(self, call: AdminRequest) -> AdminResponse:
        """Show one kept exchange."""
        return AdminResponse(to_wiremock(self._kept(call)))

    def explain_request(self, call: AdminRequest) -> AdminResponse:
        """Say what each stage decided about a kept request, and on which line of the document that stands."""
        exchange = self._kept(call)
        key = next((key for key in call.session.keys.list() if key.hash_id == exchange.key_hash), None)
        return AdminResponse({"id": exchange.id, "stages": self._explainer_of(self._spec()).explain(exchange, key)})

    def _explainer_of(self, spec: Contract) -> Explainer:
        if self._explainer is None or self._explainer.spec is not spec:
            self._explainer = Explainer(spec)
        return self._explainer

    @staticmethod
    def _kept(call: AdminRequest) -> Exchange:
        exchange = call.session.journal.get(call.target)
        if exchange is None:
            raise Problem(404, f"No request with this id is kept any more; GET {PREFIX}/requests lists those that are.")
        return exchange

    @staticmethod
    def _matching(call: AdminRequest) -> list[Exchange]:
        fits = compile_pattern(call.body.everything())
        return [exchange for exchange in call.session.journal.entries() if fits(exchange)]
