"""Why a kept request got the answer that it got: the stages again, each with what it decided and where that stands.

Worked out when somebody asks, from the exchange and the document alone, so
that a request costs nothing for it. What was redacted or cut from the exchange
is not judged a second time, and the explanation says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from mockserver.admin.journal_format import MASKED
from mockserver.pipeline import stages
from mockserver.state.keys import ApiKey
from oas.contract import Contract
from oas.decisions import response_place, rule_place, security_place, violation_place
from oas.messages import Exchange, Violation
from oas.operation import Operation
from oas.pointers import join

#: In the order in which they run.
STAGES = ("route", "count", "authenticate", "validate", "choose", "build", "check", "record")
#: Condition of `x-error` → the stage that finds it.
_FOUND_BY = {"unauthenticated": "authenticate", "not-admin": "authenticate", "internal-error": "build"}


@dataclass(frozen=True, slots=True)
class Step:
    """What one stage did.

    Attributes:
        verdict: `passed`, `refused`, `chosen` or `skipped`.
        decided: one sentence.
        pointer: into the document; empty where nothing in it was asked.
        violations: of the message that the stage looked at.
    """

    verdict: str
    decided: str
    pointer: str = ""
    violations: tuple[Violation, ...] = field(default=())


class Explainer:
    """Explains exchanges by one document.

    Args:
        spec: compiled document.
    """

    def __init__(self, spec: Contract) -> None:
        self.spec = spec

    def explain(self, exchange: Exchange, key: ApiKey | None) -> list[dict[str, Any]]:
        """Return the stages in order, ready for JSON.

        Args:
            exchange: as the journal keeps it.
            key: that it was sent with, None where it is absent or unknown.
        """
        case = _Case(self.spec, exchange, key)
        steps = [getattr(case, stage)() for stage in STAGES]
        return [self._shown(stage, step, case.operation) for stage, step in zip(STAGES, steps, strict=True)]

    def _shown(self, stage: str, step: Step, operation: Operation | None) -> dict[str, Any]:
        shown = {"stage": stage, "verdict": step.verdict, "decided": step.decided, **self._place(step.pointer)}
        if step.violations:
            shown["violations"] = [
                {"message": one.message, "severity": one.severity, **self._place(self._home(one, step, operation))}
                for one in step.violations
            ]
        return shown

    def _home(self, violation: Violation, step: Step, operation: Operation | None) -> str:
        if operation is None or violation.location == "response":
            return step.pointer
        return violation_place(self.spec, operation, violation)

    def _place(self, pointer: str) -> dict[str, Any]:
        line = self.spec.document.line_of(pointer) if pointer else None
        return {"source": self.spec.document.source, "pointer": pointer, "line": line}


class _Case:
    """One exchange, stage by stage; each method of a stage's name returns its step."""

    def __init__(self, spec: Contract, exchange: Exchange, key: ApiKey | None) -> None:
        self.spec = spec
        self.exchange = exchange
        self.key = key
        self.found = stages.route(spec, exchange.request)
        self.operation = self.found.operation
        self.error_code = _error_code(exchange.response.body)
        self.condition, self.refused_at = self._refusal()

    def route(self) -> Step:
        if self.operation is None:
            text = self.found.refusal.violations[0].message if self.found.refusal else ""
            return self._refused("route", f"{self.exchange.request.method} {self.found.path}: {text}")
        text = f"{self.exchange.request.method} {self.found.path} is {self.operation.id}"
        return Step("passed", text, self.operation.pointer)

    def count(self) -> Step:
        key, headers = self.key, {name.lower(): value for name, value in self.exchange.response.headers}
        who = f"the key {key.hash_id}" if key and key.is_active else f"the address {self.exchange.request.client}"
        left = [
            f"{headers[window.remaining_header.lower()]} of {headers[window.limit_header.lower()]} a {window.name}"
            for window in self.spec.windows
            if window.remaining_header.lower() in headers and window.limit_header.lower() in headers
        ]
        if self.refused_at == "count":
            text = f"{who} has used up its requests ({', '.join(left)} left); again in {headers.get('retry-after')} s"
            return Step("refused", text, self._limits("refusal"))
        if not left:
            return Step("passed", "nothing is limited")
        return Step("passed", f"counted for {who}; {', '.join(left)} left", self._limits("windows"))

    def authenticate(self) -> Step:
        operation, key = self.operation, self.key
        if (skipped := self._skipped("authenticate")) is not None or operation is None:
            return skipped or Step("skipped", "there is no operation")
        sent = f"the key {self.exchange.key_hash}" if self.exchange.key_hash else "a request without a key"
        if self.refused_at == "authenticate":
            return self._refused("authenticate", f"{sent} may not do this")
        if not operation.security:
            return Step("passed", f"{operation.id} is open to all", security_place(self.spec, operation))
        role = f" ({key.role})" if key else ""
        return Step("passed", f"{sent}{role} may do this", security_place(self.spec, operation))

    def validate(self) -> Step:
        if (skipped := self._skipped("validate")) is not None or self.operation is None:
            return skipped or Step("skipped", "there is no operation")
        found = tuple(one for one in self.exchange.violations if one.location != "response")
        if self.refused_at == "validate":
            reason = found[0].message if found else "the body is too large"
            return self._refused("validate", reason, found)
        text = f"the request fits, with {len(found)} warnings" if found else "the request fits"
        return Step("passed", text, self.operation.pointer, found)

    def choose(self) -> Step:
        if (skipped := self._skipped("choose")) is not None or self.operation is None:
            return skipped or Step("skipped", "there is no operation")
        if not self.exchange.applied:
            return Step("passed", "nothing was chosen: the plain answer", self.operation.pointer)
        return Step("chosen", f"{self.exchange.applied} chose the answer", self._response())

    def build(self) -> Step:
        response = self.exchange.response
        text = f"{response.status} {self.error_code}".rstrip() + f" with {len(response.body)} bytes"
        if self.refused_at == "build":
            return self._refused("build", f"the answer could not be built: {text}")
        return Step("passed", text, self._response())

    def check(self) -> Step:
        found = tuple(one for one in self.exchange.violations if one.location == "response")
        if found:
            return Step("refused", found[0].message, self._response(), found)
        if self.exchange.is_deliberate:
            return Step("skipped", "the answer breaks the document on purpose", self._response())
        judge = self._judge()
        if judge is None:
            return Step("skipped", "the document describes no JSON for this answer", self._response())
        try:
            found = judge.violations(self._body(), "response")
        except ValueError as error:
            return Step("skipped", str(error), self._response())
        if found:
            return Step("refused", found[0].message, self._response(), found)
        return Step("passed", "the kept answer fits its schema", self._response())

    def record(self) -> Step:
        return Step("passed", f"kept as {self.exchange.id}, secrets redacted")

    def _refusal(self) -> tuple[str, str]:
        """Return the condition that refused the request and the stage that found it; both empty for none."""
        status, operation = self.exchange.response.status, self.operation
        headers = {name.lower() for name, _ in self.exchange.response.headers}
        if status < 400 or self.exchange.applied:
            return "", ""
        limit = self.spec.limit_refusal
        if status == limit.status and limit.retry_header.lower() in headers:
            return "rate-limit", "count"
        if operation is None:
            return "unknown-method" if status == 405 else "unknown-path", "route"
        codes = {one.code for one in self.exchange.violations}
        rules = [rule for rule in (*operation.rules, *self.spec.rules.values()) if rule.status == status]
        rules.sort(key=lambda rule: (rule.condition not in codes, rule.error_code != self.error_code))
        condition = rules[0].condition if rules else "internal-error"
        return condition, _FOUND_BY.get(condition, "validate")

    def _refused(self, stage: str, text: str, violations: tuple[Violation, ...] = ()) -> Step:
        if self.refused_at != stage:  # `route` speaks after `count`
            return Step("passed", f"{text}; not sent, since {self.refused_at} refused first", "", violations)
        place = rule_place(self.spec, self.operation, self.condition, self.error_code)
        return Step("refused", text, place, violations)

    def _skipped(self, stage: str) -> Step | None:
        """Return the step of a stage that was not reached, None where it was."""
        if self.refused_at and STAGES.index(self.refused_at) < STAGES.index(stage):
            return Step("skipped", f"not reached: {self.refused_at} refused")
        return None

    def _response(self) -> str:
        if self.operation is None:
            return rule_place(self.spec, None, self.condition, self.error_code)
        return response_place(self.operation, self.exchange.response.status)

    def _limits(self, part: str) -> str:
        return join("/x-rate-limit", part) if "x-rate-limit" in self.spec.document.tree else ""

    def _judge(self) -> Any:
        return self.spec.response_validator(self.operation, self.exchange.response.status)

    def _body(self) -> Any:
        body = self.exchange.response.body
        if MASKED.encode() in body:
            raise ValueError("not judged again: secrets in it were redacted")
        try:
            return json.loads(body)
        except ValueError as error:
            raise ValueError("not judged again: what was kept of it is not JSON") from error


def _error_code(body: bytes) -> str:
    """Return the error code of an envelope; empty where there is none."""
    try:
        return str(json.loads(body)["data"]["error_code"])
    except (ValueError, LookupError, TypeError):
        return ""
