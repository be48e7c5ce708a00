"""What a scenario says: frozen records, and nothing that acts.

Scenario → Rules → Answers;  a Rule also stands alone, in a session
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist
from typing import Any

#: A delay never keeps a request longer.
MAX_DELAY_S = 60.0
#: How a connection may be broken, by WireMock's names.
FAULTS = ("EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK", "RANDOM_DATA_THEN_CLOSE", "CONNECTION_RESET_BY_PEER")
#: Of a rule that names none; WireMock's. 1 goes first.
DEFAULT_PRIORITY = 5

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Delay:
    """How long an answer is kept back.

    Attributes:
        kind: `fixed`, `uniform` or `lognormal`.
        low_ms: the delay itself; the lower end; the median. ≥ 0.
        high: the upper end in ms for `uniform`; sigma, without unit, for `lognormal`.
    """

    kind: str
    low_ms: float
    high: float = 0.0

    def seconds(self, chance: float) -> float:
        """Return the delay in seconds, at most `MAX_DELAY_S`.

        Args:
            chance: a number of [0, 1); the same one gives the same delay.
        """
        if self.kind == "uniform":
            wait_ms = self.low_ms + (self.high - self.low_ms) * chance
        elif self.kind == "lognormal":
            # The inverse is not defined at 0, where the delay is none.
            wait_ms = self.low_ms * math.exp(self.high * _NORMAL.inv_cdf(chance)) if chance > 0 else 0.0
        else:
            wait_ms = self.low_ms
        return min(wait_ms / 1000, MAX_DELAY_S)


@dataclass(frozen=True, slots=True)
class PlannedAnswer:
    """What is answered instead of the plain answer; an empty one is the plain answer.

    Attributes:
        status: HTTP status; None keeps the plain one.
        example: name of an example that the document gives for the status.
        is_dynamic: make the body from the schema.
        seed: of a body made from the schema; None takes the server's.
        body: JSON value to send as it is; `has_body` tells it from a null.
        has_body: whether `body` was given.
        delay: None delays nothing.
        fault: one of `FAULTS`, or empty.
        dribble_chunks: parts in which the body is sent; 0 sends it whole.
        dribble_s: seconds over which they are spread, 0–`MAX_DELAY_S`.
        location: where a redirect leads; only with a status of 3xx.
    """

    status: int | None = None
    example: str = ""
    is_dynamic: bool = False
    seed: int | None = None
    body: Any = None
    has_body: bool = False
    delay: Delay | None = None
    fault: str = ""
    dribble_chunks: int = 0
    dribble_s: float = 0.0
    location: str = ""


#: The plain answer, at once and whole.
PLAIN = PlannedAnswer()


@dataclass(frozen=True, slots=True)
class Rule:
    """Which requests get which answers.

    Attributes:
        document: the JSON object that it was read from.
        id: unique in its scenario or session.
        answers: in turn; the last one stays. Not empty.
        operation: operationId; empty matches every operation.
        parameters: name → value, each of which the request must have; a list parameter must hold it.
        times: matching requests that it answers before it is spent; None is any number.
        priority: 1 goes first.
        rate: share of the matching requests that it answers, 0–1.
    """

    document: Mapping[str, Any]
    id: str
    answers: tuple[PlannedAnswer, ...]
    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    times: int | None = None
    priority: int = DEFAULT_PRIORITY
    rate: float = 1.0

    def matches(self, operation: str, parameters: Mapping[str, Any]) -> bool:
        """Whether a valid request is one of those that the rule means."""
        if self.operation not in ("", operation):
            return False
        return all(
            name in parameters and (value == parameters[name] or _holds(parameters[name], value))
            for name, value in self.parameters.items()
        )


def _holds(found: Any, wanted: Any) -> bool:
    return isinstance(found, list) and wanted in found


@dataclass(frozen=True, slots=True)
class DatasetChoice:
    """Which organisation a scenario shows; what is None is the session's own.

    Attributes:
        file: a dataset file.
        routines: size of a generated organisation.
        seed: of the generator.
        days_ago: days by which everything that is dated by the clock is older, ≥ 0.
    """

    file: Path | None = None
    routines: int | None = None
    seed: int | None = None
    days_ago: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named world.

    Attributes:
        name: of its file, without the suffix.
        description: one sentence.
        rules: by priority, then as written.
        world: None shows the session's organisation.
        limits: name of a window → requests let through in it.
    """

    name: str
    description: str = ""
    rules: tuple[Rule, ...] = ()
    world: DatasetChoice | None = None
    limits: Mapping[str, int] = field(default_factory=dict)


def error_rate(rate: float) -> Rule:
    """Return the rule that answers a share of all requests with 500: what a well-behaved server may do, and no more."""
    return Rule({"rate": rate, "answers": [{"status": 500}]}, "errors", (PlannedAnswer(status=500),), rate=rate)


@dataclass(frozen=True, slots=True)
class ChosenAnswer:
    """What was chosen for one request.

    Attributes:
        answer: instead of the plain one.
        by: what chose it, such as `prefer:code=429`, `scenario:flaky/1`, `rule:3`.
        chance: a number of [0, 1) for what the answer leaves to chance.
        preference: what a `Prefer` asked for and got, for `Preference-Applied`; else empty.
    """

    answer: PlannedAnswer
    by: str
    chance: float = 0.0
    preference: str = ""
