"""Build a response chosen by a scenario, rule or `Prefer`.

The result says whether it breaks the document on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from mockserver.pipeline import stages
from mockserver.pipeline.preferences import Preference
from mockserver.scenarios.models import PlannedAnswer
from mockserver.state.rate_limits import RateLimitStatus, seconds_left
from oas.contract import Contract
from oas.media import write_json
from oas.messages import BuiltResponse, Refusal, Violation
from oas.operation import Operation
from oas.vocabulary import ErrorRule

Result = BuiltResponse | Refusal


class ChosenResponse(NamedTuple):
    """An answer that was chosen.

    Attributes:
        result: what is answered.
        allowance: what its headers say; a chosen 429 has nothing left.
        is_deliberate: it breaks the document on purpose.
    """

    result: Result
    allowance: RateLimitStatus
    is_deliberate: bool = False


class Maker(NamedTuple):
    """Builds what is not chosen in detail.

    Attributes:
        plain: the answer that nobody chose.
        documented: what the document says for a status; None leaves it to its rules.
    """

    plain: Callable[[], Result]
    documented: Callable[[int], Result | None]


class ChosenResponder:
    """Builds chosen answers for one document.

    Args:
        spec: compiled document.
        seed: of bodies made from schemas.
    """

    def __init__(self, spec: Contract, seed: int) -> None:
        self._spec = spec
        self._seed = seed

    def unusable(self, operation: Operation, preference: Preference) -> Refusal | None:
        """Refuse a request that prefers what it cannot have; None where it can."""
        problems = preference.problems or self._undocumented(operation, preference.answer)
        if not problems:
            return None
        violations = tuple(Violation(location, "/Prefer", "preference", text) for location, text in problems)
        rule = operation.conditions.get("invalid-request", self._spec.rules["invalid-request"])
        return stages.refuse(rule, violations, error="; ".join(text for _, text in problems))

    def _undocumented(self, operation: Operation, answer: PlannedAnswer) -> tuple[tuple[str, str], ...]:
        status = answer.status or operation.success_status
        if operation.response(status) is None:
            documented = ", ".join(map(str, operation.node.get("responses", {})))
            return (("header", f"code={status} cannot be used; {operation.id} documents {documented}"),)
        names = self._examples(operation, status)
        if answer.example and answer.example not in names:
            listed = ", ".join(names) or "none"
            text = f"example={answer.example[:60]!a} cannot be used; for {status} the document gives: {listed}"
            return (("header", text),)
        return ()

    def build(
        self,
        operation: Operation,
        answer: PlannedAnswer,
        allowance: RateLimitStatus,
        now: float,
        maker: Maker,
    ) -> ChosenResponse:
        """Build a chosen answer.

        Args:
            operation: that was asked.
            answer: chosen.
            allowance: what the request found.
            now: seconds since the epoch on the session's clock.
            maker: builds what is not chosen in detail.
        """
        success = operation.success_status
        status = answer.status or success
        is_broken = bool(answer.fault) or operation.response(status) is None
        if answer.location:
            return ChosenResponse(BuiltResponse(status, b"", (("Location", answer.location),)), allowance, True)
        if answer.has_body:
            fits = self._fits(operation, status, answer.body)
            return ChosenResponse(BuiltResponse(status, write_json(answer.body)), allowance, is_broken or not fits)
        if status == 429 and self._spec.windows:
            spent = _spent(allowance, answer.example, now)
            refusal = stages.count(self._spec, spent)
            assert refusal is not None
            return ChosenResponse(refusal, spent, is_broken)
        if answer.example:
            examples = self._examples(operation, status)
            if answer.example in examples:
                return ChosenResponse(BuiltResponse(status, write_json(examples[answer.example])), allowance, is_broken)
        if answer.is_dynamic and (media := self._media(operation, status)) is not None and "schema" in media:
            return ChosenResponse(self._sampled(operation, status, media["schema"], answer.seed), allowance, is_broken)
        if status == success:
            return ChosenResponse(maker.plain(), allowance, is_broken)
        return ChosenResponse(maker.documented(status) or self._refusal(operation, status), allowance, is_broken)

    def _refusal(self, operation: Operation, status: int) -> Refusal:
        """Return what the first rule of a status says; a status without one gets its reason phrase."""
        rules = (*self._spec.rules.values(), *operation.rules)
        rule = next((rule for rule in rules if rule.status == status), None)
        if rule is None:
            phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else f"Status {status}"
            name = phrase.upper().replace(" ", "_").replace("-", "_").replace("'", "")
            rule = ErrorRule("", status, name, phrase, phrase)
        return stages.refuse(rule)

    def _sampled(self, operation: Operation, status: int, schema: Any, seed: int | None) -> BuiltResponse:
        from oas.sampling.sampler import Sampler

        sampler = Sampler(self._spec.schemas, self._seed if seed is None else seed)
        return BuiltResponse(status, write_json(sampler.sample(schema, name=f"{operation.id} {status}")))

    def _fits(self, operation: Operation, status: int, body: Any) -> bool:
        response = operation.response(status)
        judge = response.validator if response is not None else None
        return judge is not None and judge.is_valid(body)

    def _media(self, operation: Operation, status: int) -> Mapping[str, Any] | None:
        response = operation.response(status)
        return None if response is None else response.media

    def _examples(self, operation: Operation, status: int) -> dict[str, Any]:
        """Return the examples that the document gives for a status, by name."""
        found = (self._media(operation, status) or {}).get("examples") or {}
        resolved = {name: self._spec.schemas.resolve(example) for name, example in found.items()}
        return {name: example["value"] for name, example in resolved.items() if "value" in example}


def _spent(allowance: RateLimitStatus, name: str, now: float) -> RateLimitStatus:
    """Return the allowance with one window used up: the one of that name, else the first."""
    windows = allowance.windows
    index = next((place for place, window in enumerate(windows) if window.name == name), 0)
    remaining = tuple(0 if place == index else left for place, left in enumerate(allowance.remaining))
    return RateLimitStatus(windows, remaining, windows[index], seconds_left(windows[index], now))
