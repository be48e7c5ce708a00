"""What can be asked about the client: does what it sent keep the contract?

The rules and their judge are `contracts.client`, imported when a verdict is
asked for; they read the journal as any program gets it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mockserver.admin.journal_format import to_wiremock
from mockserver.admin.problem import Problem
from mockserver.admin.route import AdminRequest, AdminResponse, Route
from mockserver.admin.schemas import TEXT, array, record, whole

if TYPE_CHECKING:
    from oas.contract import Contract

_STRING = {"type": "string"}
_SHOWN = record(order=whole(1), id=_STRING, shown=_STRING)
_FINDING = record(rule=_STRING, title=_STRING, sentence=_STRING, advice=_STRING, anchor=_STRING, requests=array(_SHOWN))
_VERDICT = record(
    verdict={"enum": ["kept", "broken", "inconclusive"]},
    exit_code={"enum": [0, 1, 4]},
    judged=whole(),
    total=whole(),
    findings=array(_FINDING),
    accepted=array(_FINDING),
    unmet=array(_STRING),
    text=_STRING,
)
_QUERY = {
    "allow": {**TEXT, "description": "Ids of rules that may be broken, parted by commas."},
    "also": {**TEXT, "description": "Ids of rules that are judged on demand only, parted by commas."},
}


class Verdicts:
    """The operation that judges the client of a session.

    Args:
        spec: returns the document that is served now.
    """

    def __init__(self, spec: Callable[[], Contract]) -> None:
        self._spec = spec

    def operations(self) -> tuple[Route, ...]:
        """List it."""
        return (Route("GET", "/verdict", self.read_verdict, query=_QUERY, answer=_VERDICT, problems=(422,)),)

    def read_verdict(self, call: AdminRequest) -> AdminResponse:
        """Judge what the session's client sent since the start, or since the journal was emptied."""
        from contracts import client

        spec, journal = self._spec(), call.session.journal
        allow, also = (_ids(call.query.text(name)) for name in ("allow", "also"))
        try:
            terms = client.VerdictOptions(allow=allow, also=also)
        except client.UsageError as error:
            raise Problem(422, f"{error}.") from error
        kept = [to_wiremock(exchange) for exchange in journal.entries()]
        verdict = client.judge(
            client.read_journal(kept, spec.base_path), spec, terms, total=max(journal.total, len(kept))
        )
        return AdminResponse(client.as_json(verdict))


def _ids(text: str | None) -> list[str]:
    return [item.strip() for item in (text or "").split(",") if item.strip()]
