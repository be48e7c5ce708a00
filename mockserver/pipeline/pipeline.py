"""The stages in order: route → count → authenticate → validate → choose → build → check → record.

Knows no HTTP server and no Flask: a frozen `Request` goes in, a frozen
`Response` comes out, whatever happens. Refusals are sent in the order 429;
404 and 405; 401; 413; 400; 404 for a thing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from mockserver.errors import StateUnavailable, ToolError
from mockserver.pipeline import stages
from mockserver.pipeline.choose import ActiveScenario, Chooser, limits_of
from mockserver.pipeline.context import Chosen, Decision, RequestContext, Responder
from mockserver.pipeline.envelopes import MARKS, TimestampFormatter, answer_headers, delivery_of, request_ids
from mockserver.pipeline.preferences import Preference, preference_of
from mockserver.pipeline.record import Recorder, key_header
from mockserver.pipeline.responder import ChosenResponder, Maker
from mockserver.scenarios.registry import ScenarioRegistry
from mockserver.state.backend import StaleRevision
from mockserver.state.keys import ApiKey
from mockserver.state.rate_limits import RateLimitStatus, with_limits
from mockserver.state.sessions import Session, Sessions
from oas.contract import Contract
from oas.messages import BuiltResponse, Refusal, Request, Response, Violation
from oas.operation import Operation

log = logging.getLogger("mockserver")

#: Names the session of a request without a key of any, lower case.
_SESSION_HEADER = "x-mock-session"
#: So often a request looks for what other processes changed; each look follows a change of theirs.
_MOST_REFRESHES = 100


class Pipeline:
    """Answers requests to one document.

    Args:
        spec: compiled document.
        sessions: where keys, counters, journals and clocks live.
        builder: makes the answers.
        chooser: of the stage `choose`.
        max_depth: deepest nesting of a JSON body.
        check_answers: judge every finished answer by its schema.
        ids: next request id; random by default.
    """

    def __init__(
        self,
        spec: Contract,
        sessions: Sessions,
        builder: Responder,
        chooser: Chooser,
        *,
        max_depth: int = 64,
        check_answers: bool = False,
        ids: Callable[[], str] | None = None,
    ) -> None:
        self.spec = spec
        self.sessions = sessions
        self._builder = builder
        self._chooser = chooser
        self._forge = ChosenResponder(spec, chooser.seed)
        self._max_depth = max_depth
        self._check_answers = check_answers
        self._next_id = ids or request_ids().__next__
        self._stamps = TimestampFormatter()
        self._routes = stages.known_routes(spec)
        self._key_header = key_header(spec)
        self._recorder = Recorder(self._key_header)

    @property
    def library(self) -> ScenarioRegistry:
        """Scenarios by name."""
        return self._chooser.library

    def handle(self, request: Request) -> Response:
        """Answer a request. Never raises: a fault of the mock is a 500 in the envelope."""
        started = perf_counter()
        request, preference = preference_of(request)
        route = self._routes.get((request.method, request.path)) or stages.route(self.spec, request)
        try:
            arrival, plays, allowance = self._admit(request)
        except StateUnavailable as error:
            return self._postpone(request, error)
        try:
            outcome = self._decide(route, allowance, arrival, plays, preference)
            built = self._spoken(route.operation, outcome, arrival)
            if self._check_answers and not outcome.is_deliberate:
                built, violations = self._check(route.operation, built, outcome.violations, arrival)
                outcome = outcome._replace(violations=violations)
        except StateUnavailable as error:
            outcome = Decision(self._postponed(error), allowance)
            built = self._spoken(None, outcome, arrival)
        except ToolError as error:
            log.error("%s cannot be answered: %s", route.path, error)
            outcome = Decision(stages.refuse(self.spec.rules["internal-error"], error=str(error)), allowance)
            built = self._spoken(None, outcome, arrival)
        except Exception:
            log.exception("the mock failed to answer %s %s", request.method, route.path)
            outcome = Decision(stages.refuse(self.spec.rules["internal-error"]), allowance)
            built = self._spoken(None, outcome, arrival)
        headers = answer_headers(built.headers, outcome, arrival)
        response = Response(built.status, headers, built.body, delivery_of(outcome))
        self._recorder.record(arrival, route.operation, response, outcome, (perf_counter() - started) * 1000)
        return response

    def _admit(self, request: Request) -> tuple[RequestContext, tuple[ActiveScenario, ...], RateLimitStatus]:
        """Find whose request it is and count it: by the latest keys, clock and scenarios of all processes."""
        for _ in range(_MOST_REFRESHES):
            sent = request.headers
            session, key = self.sessions.find(sent.get(self._key_header), sent.get(_SESSION_HEADER))
            plays = self._chooser.plays(session, key, request)
            organisation = self._organisation(session, plays) if plays else session.dataset
            arrival = self._arrival(request, session, key, organisation)
            try:
                return arrival, plays, self._count(arrival, plays)
            except StaleRevision:
                self.sessions.refresh()
        raise StateUnavailable("the shared state changes faster than it can be read")

    def _postpone(self, request: Request, error: StateUnavailable) -> Response:
        """Answer where nothing can be counted: by 500, nothing left in any window, unrecorded."""
        session = self.sessions.default
        windows = session.quota.windows
        allowance = RateLimitStatus(windows, tuple(0 for _ in windows), None, 0)
        outcome = Decision(self._postponed(error), allowance)
        arrival = self._arrival(request, session, None, session.dataset)
        built = self._spoken(None, outcome, arrival)
        return Response(built.status, answer_headers(built.headers, outcome, arrival), built.body)

    def _postponed(self, error: StateUnavailable) -> Refusal:
        retry_after = (("Retry-After", str(error.retry_after_s)),)
        return stages.refuse(self.spec.rules["internal-error"], error=str(error), headers=retry_after)

    def plain(self, session: Session, request: Request) -> BuiltResponse | Refusal:
        """Build the answer that a valid request would get in a session: uncounted and unrecorded.

        Args:
            session: whose organisation, or that of the scenario it plays.
            request: to an operation that exists.
        """
        route, plays = stages.route(self.spec, request), self._chooser.plays(session, None, request)
        assert route.operation is not None
        organisation = self._organisation(session, plays)
        checked = stages.validate(self.spec, route, request, self._max_depth, self._builder.entities(organisation))
        if isinstance(checked, Refusal):
            return checked
        arrival = self._arrival(request, session, None, organisation)
        return self._builder.success(route.operation, checked, arrival)

    def refuse(self, refusal: Refusal) -> Response:
        """Answer what is not a request to this API: uncounted, unrecorded, in the envelope."""
        session = self.sessions.default
        arrival = self._arrival(Request("GET", "/"), session, None, session.dataset)
        built = self._builder.refusal(None, refusal, arrival)
        return Response(built.status, (*built.headers, *MARKS), built.body)

    def _arrival(self, request: Request, session: Session, key: ApiKey | None, organisation: Any) -> RequestContext:
        now = session.clock.now()
        return RequestContext(request, session, key, organisation, now, self._next_id(), self._stamps.at(now))

    def _organisation(self, session: Session, plays: tuple[ActiveScenario, ...]) -> Any:
        try:
            return self.sessions.organisation(session, [play.scenario for play in plays])
        except ToolError as error:
            log.error("the dataset of a scenario cannot be shown, the session's own is: %s", error)
            return session.dataset

    def _count(self, arrival: RequestContext, plays: tuple[ActiveScenario, ...]) -> RateLimitStatus:
        key, quota = arrival.key, arrival.session.quota
        identity = key.hash_id if key is not None and key.is_active else f"client:{arrival.request.client}"
        if not plays and not arrival.session.script.limits:
            return quota.hit(identity, arrival.now)
        return quota.hit(identity, arrival.now, with_limits(quota.windows, limits_of(arrival.session, plays)))

    def _decide(
        self,
        route: stages.Route,
        allowance: RateLimitStatus,
        arrival: RequestContext,
        plays: tuple[ActiveScenario, ...],
        preference: Preference | None,
    ) -> Decision:
        """Run the deciding stages up to the first refusal, else build the answer."""
        refusal = stages.count(self.spec, allowance) or route.refusal
        if refusal is not None:
            return Decision(refusal, allowance, refusal.violations)
        operation = route.operation
        assert operation is not None
        refusal = stages.authenticate(self.spec, operation, arrival.key, arrival.request)
        if refusal is not None:
            return Decision(refusal, allowance, refusal.violations)
        entities = self._builder.entities(arrival.organisation)
        checked = stages.validate(self.spec, route, arrival.request, self._max_depth, entities)
        if isinstance(checked, Refusal):
            return Decision(checked, allowance, checked.violations)
        choice = self._chooser.choose(arrival.session, plays, preference, operation.id, checked.parameters)
        if choice is not None:
            return self._choose(operation, checked, arrival, Chosen(choice, preference, allowance))
        built = self._builder.success(operation, checked, arrival)
        return Decision(built, allowance, built.violations if isinstance(built, Refusal) else checked.warnings)

    def _choose(
        self, operation: Operation, checked: stages.ValidatedRequest, arrival: RequestContext, chosen: Chosen
    ) -> Decision:
        """Build the chosen answer, or say why it cannot be had."""
        choice, preference, allowance = chosen
        if preference is not None:
            refusal = self._forge.unusable(operation, preference)
            if refusal is not None:
                return Decision(refusal, allowance, refusal.violations)
        maker = Maker(
            plain=lambda: self._builder.success(operation, checked, arrival),
            documented=lambda status: self._builder.documented(operation, status, arrival),
        )
        forced = self._forge.build(operation, choice.answer, allowance, arrival.now, maker)
        return Decision(forced.result, forced.allowance, checked.warnings, choice, forced.is_deliberate)

    def _spoken(self, operation: Operation | None, outcome: Decision, arrival: RequestContext) -> BuiltResponse:
        result = outcome.result
        return self._builder.refusal(operation, result, arrival) if isinstance(result, Refusal) else result

    def _check(
        self,
        operation: Operation | None,
        built: BuiltResponse,
        violations: tuple[Violation, ...],
        arrival: RequestContext,
    ) -> tuple[BuiltResponse, tuple[Violation, ...]]:
        """Judge a finished answer; one that breaks the document is the mock's fault, a 500."""
        judge = self.spec.response_validator(operation, built.status)
        if judge is None or not built.body:
            return built, violations
        faults = judge.violations(json.loads(built.body), "response")
        if not faults:
            return built, violations
        where = operation.id if operation else "no operation"
        log.error("the answer %s of %s breaks the document: %s", built.status, where, faults[0].message)
        rule = self.spec.rules["internal-error"]
        refusal = stages.refuse(rule, faults, error=f"The mock's own answer breaks the document: {faults[0].message}")
        return self._builder.refusal(None, refusal, arrival), faults
