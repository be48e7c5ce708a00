"""The stages in order: route → count → authenticate → validate → choose → build → check → record.

Knows no HTTP server and no Flask: a frozen `Request` goes in, a frozen
`Response` comes out, whatever happens. Refusals are spoken in the order 429;
404 and 405; 401; 413; 400; 404 for a thing. May import every stage's module.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from mockserver import __version__
from mockserver.contract.operation import Operation
from mockserver.contract.spec import Spec
from mockserver.errors import MockServerError, StateUnavailable
from mockserver.messages import Built, Delivery, Exchange, Headers, Refusal, Request, Response, Violation
from mockserver.pipeline import stages
from mockserver.pipeline.envelopes import Stamps, request_ids, violations_header
from mockserver.scenarios.chooser import Chooser, Play, limits_of
from mockserver.scenarios.forced import Forge, Maker
from mockserver.scenarios.library import Library
from mockserver.scenarios.preferences import Preference, preference_of
from mockserver.scenarios.records import Choice
from mockserver.sharing.share import Stale
from mockserver.state.keys import ApiKey, hash_of, mask_of, redact
from mockserver.state.quota import Allowance, with_limits
from mockserver.state.sessions import Session, Sessions

log = logging.getLogger("mockserver")

_NOSNIFF = ("X-Content-Type-Options", "nosniff")
_AT_ONCE = Delivery()
_VERSION = ("X-Mock-Version", __version__)


@dataclass(frozen=True, slots=True)
class Arrival:
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


class Outcome(NamedTuple):
    """What the deciding stages came to.

    Attributes:
        result: what is answered.
        allowance: what its headers say.
        violations: of the request.
        choice: what was chosen instead of the plain answer, None for that.
        is_deliberate: the answer breaks the document on purpose.
    """

    result: Built | Refusal
    allowance: Allowance
    violations: tuple[Violation, ...] = ()
    choice: Choice | None = None
    is_deliberate: bool = False


class Chosen(NamedTuple):
    """What was chosen for a request, and what it found when it arrived."""

    choice: Choice
    preference: Preference | None
    allowance: Allowance


class Builder(Protocol):
    """Makes answers: the API's own from a dataset, another document's from examples and schemas."""

    def entities(self, organisation: Any) -> Mapping[str, Any]:
        """Return type of entity → container of the ids that exist."""
        ...

    def success(self, operation: Operation, checked: stages.Checked, arrival: Arrival) -> Built | Refusal:
        """Return the answer to a valid request."""
        ...

    def documented(self, operation: Operation, status: int, arrival: Arrival) -> Built | Refusal | None:
        """Return what the document says for a status by itself, None where its rules say more."""
        ...

    def refusal(self, operation: Operation | None, refusal: Refusal, arrival: Arrival) -> Built:
        """Return the answer to a refused request."""
        ...


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
        spec: Spec,
        sessions: Sessions,
        builder: Builder,
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
        self._forge = Forge(spec, chooser.seed)
        self._max_depth = max_depth
        self._check_answers = check_answers
        self._next_id = ids or request_ids().__next__
        self._stamps = Stamps()
        self._key_header = key_header(spec)

    @property
    def library(self) -> Library:
        """Scenarios by name."""
        return self._chooser.library

    def handle(self, request: Request) -> Response:
        """Answer a request. Never raises: a fault of the mock is a 500 in the envelope."""
        started = perf_counter()
        request, preference = preference_of(request)
        route = stages.route(self.spec, request)
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
            outcome = Outcome(self._postponed(error), allowance)
            built = self._spoken(None, outcome, arrival)
        except Exception:
            log.exception("the mock failed to answer %s %s", request.method, route.path)
            outcome = Outcome(stages.refuse(self.spec.rules["internal-error"]), allowance)
            built = self._spoken(None, outcome, arrival)
        response = Response(
            built.status, self._headers(built.headers, outcome, arrival), built.body, _delivery(outcome)
        )
        self._record(arrival, route.operation, response, outcome, (perf_counter() - started) * 1000)
        return response

    def _admit(self, request: Request) -> tuple[Arrival, tuple[Play, ...], Allowance]:
        """Find whose request it is and count it: by the latest keys, clock and scenarios of all processes."""
        while True:
            session, key = self.sessions.find(request.headers.get(self._key_header))
            plays = self._chooser.plays(session, key, request)
            now = session.clock.now()
            organisation = self._organisation(session, plays) if plays else session.dataset
            arrival = Arrival(request, session, key, organisation, now, self._next_id(), self._stamps.at(now))
            try:
                return arrival, plays, self._count(arrival, plays)
            except Stale:
                self.sessions.refresh()

    def _postpone(self, request: Request, error: StateUnavailable) -> Response:
        """Answer where nothing can be counted: by 500, nothing left in any window, unrecorded."""
        session = self.sessions.default
        windows, now = session.quota.windows, session.clock.now()
        allowance = Allowance(windows, tuple(0 for _ in windows), None, 0)
        outcome = Outcome(self._postponed(error), allowance)
        arrival = Arrival(request, session, None, session.dataset, now, self._next_id(), self._stamps.at(now))
        built = self._spoken(None, outcome, arrival)
        return Response(built.status, self._headers(built.headers, outcome, arrival), built.body)

    def _postponed(self, error: StateUnavailable) -> Refusal:
        retry_after = (("Retry-After", str(error.retry_after_s)),)
        return stages.refuse(self.spec.rules["internal-error"], error=str(error), headers=retry_after)

    def refuse(self, refusal: Refusal) -> Response:
        """Answer what is no request to this API: uncounted, unrecorded, in the envelope."""
        session = self.sessions.default
        now = session.clock.now()
        arrival = Arrival(
            Request("GET", "/"), session, None, session.dataset, now, self._next_id(), self._stamps.at(now)
        )
        built = self._builder.refusal(None, refusal, arrival)
        return Response(built.status, (*built.headers, _VERSION, _NOSNIFF), built.body)

    def _organisation(self, session: Session, plays: tuple[Play, ...]) -> Any:
        try:
            return self.sessions.organisation(session, plays)
        except MockServerError as error:
            log.error("the dataset of a scenario cannot be shown, the session's own is: %s", error)
            return session.dataset

    def _count(self, arrival: Arrival, plays: tuple[Play, ...]) -> Allowance:
        key, quota = arrival.key, arrival.session.quota
        identity = key.hash_id if key is not None and key.is_active else f"client:{arrival.request.client}"
        limits = limits_of(arrival.session, plays)
        return quota.hit(identity, arrival.now, with_limits(quota.windows, limits) if limits else None)

    def _decide(
        self,
        route: stages.Route,
        allowance: Allowance,
        arrival: Arrival,
        plays: tuple[Play, ...],
        preference: Preference | None,
    ) -> Outcome:
        """Run the deciding stages up to the first refusal, else build the answer."""
        refusal = stages.count(self.spec, allowance) or route.refusal
        if refusal is not None:
            return Outcome(refusal, allowance, refusal.violations)
        operation = route.operation
        assert operation is not None
        refusal = stages.authenticate(self.spec, operation, arrival.key, arrival.request)
        if refusal is not None:
            return Outcome(refusal, allowance, refusal.violations)
        entities = self._builder.entities(arrival.organisation)
        checked = stages.validate(self.spec, route, arrival.request, self._max_depth, entities)
        if isinstance(checked, Refusal):
            return Outcome(checked, allowance, checked.violations)
        choice = self._chooser.choose(arrival.session, plays, preference, operation.id, checked.parameters)
        if choice is not None:
            return self._choose(operation, checked, arrival, Chosen(choice, preference, allowance))
        built = self._builder.success(operation, checked, arrival)
        return Outcome(built, allowance, built.violations if isinstance(built, Refusal) else checked.warnings)

    def _choose(self, operation: Operation, checked: stages.Checked, arrival: Arrival, chosen: Chosen) -> Outcome:
        """Build the chosen answer, or say why it cannot be had."""
        choice, preference, allowance = chosen
        if preference is not None:
            refusal = self._forge.unusable(operation, preference)
            if refusal is not None:
                return Outcome(refusal, allowance, refusal.violations)
        maker = Maker(
            plain=lambda: self._builder.success(operation, checked, arrival),
            documented=lambda status: self._builder.documented(operation, status, arrival),
        )
        forced = self._forge.build(operation, choice.answer, allowance, arrival.now, maker)
        return Outcome(forced.result, forced.allowance, checked.warnings, choice, forced.is_deliberate)

    def _spoken(self, operation: Operation | None, outcome: Outcome, arrival: Arrival) -> Built:
        result = outcome.result
        return self._builder.refusal(operation, result, arrival) if isinstance(result, Refusal) else result

    def _check(
        self, operation: Operation | None, built: Built, violations: tuple[Violation, ...], arrival: Arrival
    ) -> tuple[Built, tuple[Violation, ...]]:
        """Judge a finished answer; one that breaks the document is the mock's fault, a 500."""
        judge = self._answer_judge(operation, built.status)
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

    def _answer_judge(self, operation: Operation | None, status: int) -> Any:
        judge = self.spec.answer_judge(operation, status) if operation is not None else None
        if judge is None and self.spec.uses_vocabulary and status >= 400:
            return self.spec.schemas.validator("/components/schemas/ErrorEnvelope", "response")
        return judge

    def _headers(self, own: Headers, outcome: Outcome, arrival: Arrival) -> Headers:
        headers = (*own, *outcome.allowance.headers(), _VERSION, ("X-Mock-Request-Id", arrival.id), _NOSNIFF)
        if outcome.violations:
            headers = (*headers, ("X-Mock-Violations", violations_header(outcome.violations)))
        if outcome.choice is not None:
            headers = (*headers, *_applied(outcome.choice))
        return headers

    def _record(
        self,
        arrival: Arrival,
        operation: Operation | None,
        response: Response,
        outcome: Outcome,
        duration_ms: float,
    ) -> None:
        session, key, request = arrival.session, arrival.key, arrival.request
        presented = request.headers.get(self._key_header)
        kept, changed = redacted(request, self._key_header)
        if changed or (operation is not None and operation.has_secret):
            body = redact(response.body.decode("utf-8", "replace")).encode()
            response = replace(response, body=body)
        session.journal.record(
            Exchange(
                id=arrival.id,
                at=arrival.now,
                duration_ms=duration_ms,
                operation_id=operation.id if operation is not None else None,
                key_hash=key.hash_id if key is not None else hash_of(presented) if presented else "",
                request=kept,
                response=response,
                violations=outcome.violations,
                applied=outcome.choice.by if outcome.choice is not None else "",
                is_deliberate=outcome.is_deliberate,
            )
        )


def _delivery(outcome: Outcome) -> Delivery | None:
    """Return how a chosen answer is put on the wire; None where that is not special."""
    if outcome.choice is None:
        return None
    answer, chance = outcome.choice.answer, outcome.choice.chance
    delay_s = answer.delay.seconds(chance) if answer.delay is not None else 0.0
    delivery = Delivery(delay_s, answer.fault, answer.dribble_chunks, answer.dribble_s)
    return delivery if delivery != _AT_ONCE else None


def _applied(choice: Choice) -> Headers:
    """Say what was applied, in characters that a header may hold."""
    by = (("X-Mock-Applied", _ascii(choice.by)),)
    return (*by, ("Preference-Applied", _ascii(choice.preference))) if choice.preference else by


def _ascii(text: str) -> str:
    return "".join(char if " " <= char <= "~" else "?" for char in text)[:1000]


def key_header(spec: Spec) -> str:
    """Return the lower-cased header that carries the API key, as the document's security scheme says."""
    schemes = (spec.document.tree.get("components") or {}).get("securitySchemes") or {}
    for scheme in schemes.values():
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            return str(scheme["name"]).lower()
    return "authorization"


def redacted(request: Request, header: str) -> tuple[Request, bool]:
    """Return the request as the journal may keep it, and whether a key stood where none belongs.

    Args:
        request: as received.
        header: lower-cased header that carries the key; its value is always replaced.
    """
    headers = request.headers
    if header in headers:
        headers = {**headers, header: mask_of(headers[header])}
    path, query, body = redact(request.path), redact(request.query) if request.query else "", request.body
    if body:
        text = body.decode("utf-8", "replace")
        clean = redact(text)
        if clean != text:
            body = clean.encode()
    changed = query != request.query or path != request.path or body is not request.body
    return Request(request.method, path, query, headers, body, request.client, request.is_too_large), changed
