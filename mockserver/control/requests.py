"""What can be asked of the journal: which requests came, and what they got."""

from __future__ import annotations

from mockserver.control.operation import PREFIX, Call, Operation, Outcome
from mockserver.control.problems import Problem
from mockserver.control.shapes import BOOLEAN, MAX_WHOLE, MOMENT, STATUS, TEXT, array, named, record, whole
from mockserver.state.journal import to_wiremock

_FILTERS = {"since": MOMENT, "limit": whole(), "operation": TEXT, "status": STATUS, "key_hash": TEXT}
_LISTED = record(requests=array(named("Exchange")), meta=record(total=whole()), requestJournalDisabled=BOOLEAN)


class Requests:
    """The operations on a session's journal. Paths and shapes are WireMock's."""

    def operations(self) -> tuple[Operation, ...]:
        """List them."""
        return (
            Operation("GET", "/requests", self.list_requests, query=_FILTERS, answer=_LISTED),
            Operation("DELETE", "/requests", self.clear_requests),
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

    def read_request(self, call: Call) -> Outcome:
        """Show one kept exchange."""
        exchange = call.session.journal.get(call.target)
        if exchange is None:
            raise Problem(404, f"No request with this id is kept any more; GET {PREFIX}/requests lists those that are.")
        return Outcome(to_wiremock(exchange))
