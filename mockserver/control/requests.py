"""What can be asked of the journal: which requests came, and what they got."""

from __future__ import annotations

from mockserver.control.har import to_har
from mockserver.control.operation import PREFIX, Call, Operation, Outcome
from mockserver.control.patterns import MEMBERS, compile_pattern
from mockserver.control.problems import Problem
from mockserver.control.shapes import BOOLEAN, MAX_WHOLE, MOMENT, STATUS, TEXT, array, named, record, whole
from mockserver.messages import Exchange
from mockserver.state.journal import to_wiremock

_FILTERS = {"since": MOMENT, "limit": whole(), "operation": TEXT, "status": STATUS, "key_hash": TEXT}
_LISTED = record(requests=array(named("Exchange")), meta=record(total=whole()), requestJournalDisabled=BOOLEAN)


_FOUND = record(requests=array(named("LoggedRequest")), requestJournalDisabled=BOOLEAN)
_COUNTED = record(count=whole(), requestJournalDisabled=BOOLEAN)
_HAR = record(log=record(version={"const": "1.2"}, creator={"type": "object"}, entries=array({"type": "object"})))


class Requests:
    """The operations on a session's journal. Paths and shapes are WireMock's.

    Args:
        version: of the mock server.
    """

    def __init__(self, version: str) -> None:
        self._version = version

    def operations(self) -> tuple[Operation, ...]:
        """List them."""
        return (
            Operation("GET", "/requests", self.list_requests, query=_FILTERS, answer=_LISTED),
            Operation("DELETE", "/requests", self.clear_requests),
            Operation("POST", "/requests/find", self.find_requests, members=MEMBERS, answer=_FOUND),
            Operation("POST", "/requests/count", self.count_requests, members=MEMBERS, answer=_COUNTED),
            Operation("GET", "/requests/har", self.export_requests, answer=_HAR),
            Operation("GET", "/requests/{id}", self.read_request, answer=named("Exchange"), problems=(404,)),
        )

    def list_requests(self, call: Call) -> Outcome:
        """List the kept exchanges that match the query, the newest first; `meta.total` counts them before the limit."""
        query = call.query
        found = call.session.journal.entries(
            since=query.moment("since"),
            operation=query.text("operation"),
            status=query.integer("status", 100, 599),
            key_hash=query.text("key_hash"),
        )
        shown = [to_wiremock(exchange) for exchange in found[: query.integer("limit", 0, MAX_WHOLE)]]
        return Outcome({"requests": shown, "meta": {"total": len(found)}, "requestJournalDisabled": False})

    def clear_requests(self, call: Call) -> Outcome:
        """Empty the session's journal."""
        call.session.journal.clear()
        return Outcome({})

    def find_requests(self, call: Call) -> Outcome:
        """List the kept requests that fit a pattern, the newest first."""
        shown = [to_wiremock(exchange) for exchange in self._matching(call)]
        found = [{**entry["request"], "id": entry["id"]} for entry in shown]
        return Outcome({"requests": found, "requestJournalDisabled": False})

    def count_requests(self, call: Call) -> Outcome:
        """Count the kept requests that fit a pattern."""
        return Outcome({"count": len(self._matching(call)), "requestJournalDisabled": False})

    def export_requests(self, call: Call) -> Outcome:
        """Export the kept exchanges as HAR 1.2, which a browser imports."""
        exchanges = reversed(call.session.journal.entries())
        return Outcome(to_har(map(to_wiremock, exchanges), self._version))

    def read_request(self, call: Call) -> Outcome:
        """Show one kept exchange."""
        exchange = call.session.journal.get(call.target)
        if exchange is None:
            raise Problem(404, f"No request with this id is kept any more; GET {PREFIX}/requests lists those that are.")
        return Outcome(to_wiremock(exchange))

    @staticmethod
    def _matching(call: Call) -> list[Exchange]:
        fits = compile_pattern(call.body.all())
        return [exchange for exchange in call.session.journal.entries() if fits(exchange)]
