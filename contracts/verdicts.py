"""What the runner says about a server: relations, violations, verdicts.

A broken contract is a value.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass

from contracts.messages import Exchange

#: Label of the note that says which shard of a plan a report is about, for instance `2/3`.
SHARD_NOTE = "shard"


class Outcome(enum.StrEnum):
    """How a relation stands at the end of a run."""

    KEPT = "kept"
    BROKEN = "broken"
    INCONCLUSIVE = "inconclusive"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One thing that must hold on every server, made from the vocabulary.

    Attributes:
        id: stable name, `kind.pattern[operation:detail]`, for instance
            `collection.subset[getCampaignInfo:campaign_status]`.
        kind: name of the module under `contracts.relations`.
        operation_id: operation that it is about; empty when it is about all.
        pointer: RFC 6901 pointer into the document that it stands on.
        cost: requests that it needs when nothing is shared.
        meaning: one sentence a stranger understands.
        assumed: the `x-assumed` sentence it rests on; empty when the vendor says it.
    """

    id: str
    kind: str
    operation_id: str
    pointer: str
    cost: int
    meaning: str
    assumed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A relation, or a check of a generated request, that a server broke.

    Attributes:
        relation_id: of the relation, or `fuzz.<check>[operation]`.
        operation_id: operation at fault; empty when it is about all.
        title: what happened, one line.
        expected: what was expected, one line.
        pointer: RFC 6901 pointer into the document.
        excerpt: the part of the answer that shows it, short, redacted.
        exchanges: numbers of the exchanges that show it.
        curl: command that sends the request again, key as `$CONTRACTS_API_KEY`.
        detail: stable words that tell this finding from others of the same relation (a body pointer, a header).
        assumed: the `x-assumed` sentence it rests on; empty when the vendor says it.
        severity: `error`, or `warning` for what is only worth a look.
    """

    relation_id: str
    operation_id: str
    title: str
    expected: str
    pointer: str
    excerpt: str = ""
    exchanges: tuple[int, ...] = ()
    curl: str = ""
    detail: str = ""
    assumed: str = ""
    severity: str = "error"

    @property
    def fingerprint(self) -> str:
        """16 hex digits, the same for the same finding on every run, machine and data."""
        return hashlib.sha256(f"{self.relation_id}\n{self.operation_id}\n{self.detail}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one relation, or one operation of the generated requests, ended.

    Attributes:
        relation: what was judged.
        outcome: how it ended.
        reason: why it is inconclusive or left out; empty otherwise.
        violations: empty unless broken.
        requests: how many exchanges were looked at.
    """

    relation: Relation
    outcome: Outcome
    reason: str = ""
    violations: tuple[Violation, ...] = ()
    requests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of a run, complete enough to write any report from.

    Attributes:
        target: base URL, credentials removed.
        seed: of every random choice.
        budget: most requests allowed.
        sent: requests that left, as the gate counted.
        started_at: seconds since the epoch.
        duration_s: wall seconds.
        verdicts: in the order of the plan.
        warnings: what is worth a look and breaks nothing, such as undocumented fields.
        exchanges: every exchange, redacted, in order.
        versions: of this tool and of the document.
        is_interrupted: the run was stopped before its end.
        assumptions: `fail` or `warn`: whether a violation that rests on an assumption counts.
        accepted: fingerprint → reason, of known failures that the baseline accepts.
        notes: label and text of what else belongs on the last screen, such as how it stands to an earlier run.
    """

    target: str
    seed: int
    budget: int
    sent: int
    started_at: float
    duration_s: float
    verdicts: tuple[Verdict, ...]
    warnings: tuple[Violation, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    is_interrupted: bool = False
    assumptions: str = "fail"
    accepted: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Every violation, in the order of the plan."""
        return tuple(violation for verdict in self.verdicts for violation in verdict.violations)

    def counts(self, violation: Violation) -> bool:
        """Whether a violation breaks the run: no warning, not accepted, no assumption that only warns."""
        is_excused = bool(violation.assumed) and self.assumptions == "warn"
        accepted = (fingerprint for fingerprint, _ in self.accepted)
        return violation.severity == "error" and not is_excused and violation.fingerprint not in accepted
