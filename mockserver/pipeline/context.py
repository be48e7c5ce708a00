"""What the stages hand on: a request as it arrived, what was decided about it, and who builds its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from mockserver.pipeline import stages
from mockserver.pipeline.preferences import Preference
from mockserver.scenarios.models import ChosenAnswer
from mockserver.state.keys import ApiKey
from mockserver.state.rate_limits import RateLimitStatus
from mockserver.state.session import Session
from oas.fast_dataclass import record
from oas.messages import BuiltResponse, Refusal, Request, Violation
from oas.operation import Operation


@record(frozen=True, slots=True)
class RequestContext:
    """A request and everything that is known when it arrives.

    Attributes:
        request: in normal form.
        session: of its key, the default one where there is none.
        key: None where it is absent or unknown.
        organisation: what is asked about; the session's, or that of a scenario.
        now: moment on the session's clock, seconds since the epoch.
        id: of the answer and of the journal's entry.
        stamp: the moment as the envelope shows it.
    """

    request: Request
    session: Session
    key: ApiKey | None
    organisation: Any
    now: float
    id: str
    stamp: str


class Decision(NamedTuple):
    """What the deciding stages came to.

    Attributes:
        result: what is answered.
        allowance: what its headers say.
        violations: of the request.
        choice: what was chosen instead of the plain answer, None for that.
        is_deliberate: the answer breaks the document on purpose.
    """

    result: BuiltResponse | Refusal
    allowance: RateLimitStatus
    violations: tuple[Violation, ...] = ()
    choice: ChosenAnswer | None = None
    is_deliberate: bool = False


class Chosen(NamedTuple):
    """What was chosen for a request, and what it found when it arrived."""

    choice: ChosenAnswer
    preference: Preference | None
    allowance: RateLimitStatus


class Responder(Protocol):
    """Makes answers: the API's own from a dataset, another document's from examples and schemas."""

    def entities(self, organisation: Any) -> Mapping[str, Any]:
        """Return type of entity → container of the ids that exist."""
        ...

    def success(
        self, operation: Operation, checked: stages.ValidatedRequest, arrival: RequestContext
    ) -> BuiltResponse | Refusal:
        """Return the answer to a valid request."""
        ...

    def documented(self, operation: Operation, status: int, arrival: RequestContext) -> BuiltResponse | Refusal | None:
        """Return what the document says for a status by itself, None where its rules say more."""
        ...

    def refusal(self, operation: Operation | None, refusal: Refusal, arrival: RequestContext) -> BuiltResponse:
        """Return the answer to a refused request."""
        ...
