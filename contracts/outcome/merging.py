"""Several reports as one: the shards of a plan, or the same plan on several servers.

A relation that any run found broken is broken; one that any run judged is judged.
Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from contracts.config import Shard
from contracts.errors import ConfigInvalid
from contracts.verdicts import SHARD_NOTE, Outcome, Report, Verdict, Violation

__all__ = ["merge"]

#: The outcome of a relation is the first of these that any run came to.
_STRONGEST = (Outcome.BROKEN, Outcome.KEPT, Outcome.INCONCLUSIVE, Outcome.LEFT_OUT)


def merge(reports: Sequence[Report]) -> Report:
    """Join reports; exchanges are numbered through, in the order of the reports.

    Args:
        reports: at least one.

    Returns:
        A report whose budget, requests and verdicts are those of all runs together, and whose time goes from the
        first start to the last end.

    Raises:
        ConfigInvalid: there is none, they judge by different documents, or shards of a plan are missing.
    """
    if not reports:
        raise ConfigInvalid("at least one report was expected", "merge")
    _check_versions(reports)
    _check_shards(reports)
    numbered = [_shifted(report, offset) for report, offset in zip(reports, _offsets(reports), strict=False)]
    first = min(report.started_at for report in reports)
    return Report(
        target=", ".join(dict.fromkeys(report.target for report in reports)),
        seed=reports[0].seed,
        budget=sum(report.budget for report in reports),
        sent=sum(report.sent for report in reports),
        started_at=first,
        duration_s=max(report.started_at + report.duration_s for report in reports) - first,
        verdicts=_verdicts(numbered),
        warnings=_unique(violation for report in numbered for violation in report.warnings),
        exchanges=tuple(exchange for report in numbered for exchange in report.exchanges),
        versions=reports[0].versions,
        is_interrupted=any(report.is_interrupted for report in reports),
        assumptions="fail" if any(report.assumptions == "fail" for report in reports) else "warn",
        accepted=tuple(dict(pair for report in reports for pair in report.accepted).items()),
        notes=(("merged", f"{len(reports)} reports"), *_notes(reports)),
    )


def _check_versions(reports: Sequence[Report]) -> None:
    versions = {report.versions for report in reports}
    if len(versions) > 1:
        reported = "; ".join(sorted(", ".join(f"{name} {number}" for name, number in one) for one in versions))
        raise ConfigInvalid(
            f"reports of the same versions were expected, these are of {reported}; run them again", "merge"
        )


def _check_shards(reports: Sequence[Report]) -> None:
    """See that each plan that was split is there as a whole; several servers give each of its shards several times."""
    texts = [text for report in reports for label, text in report.notes if label == SHARD_NOTE]
    found = Counter(map(Shard.parse, texts))
    if not found:
        return
    count, most = next(iter(found)).count, max(found.values())
    if any(shard.count != count for shard in found) or found.total() < len(reports):
        reported = ", ".join(sorted(map(str, found))) + (" and whole runs" if found.total() < len(reports) else "")
        raise ConfigInvalid(f"shards of one plan were expected, these are {reported}", "merge")
    wanted = [Shard(index, count) for index in range(1, count + 1)]
    missing = ", ".join(str(shard) for shard in wanted if found[shard] < most)
    if missing:
        raise ConfigInvalid(f"the report of shard {missing} is missing; give one for each of {count} shards", "merge")


def _offsets(reports: Sequence[Report]) -> Iterable[int]:
    largest = (max((exchange.number for exchange in report.exchanges), default=0) for report in reports)
    return accumulate(largest, initial=0)


def _shifted(report: Report, offset: int) -> Report:
    """Number the exchanges of a report behind those of others."""

    def shifted(violation: Violation) -> Violation:
        return replace(violation, exchanges=tuple(number + offset for number in violation.exchanges))

    return replace(
        report,
        exchanges=tuple(replace(exchange, number=exchange.number + offset) for exchange in report.exchanges),
        verdicts=tuple(
            replace(verdict, violations=tuple(map(shifted, verdict.violations))) for verdict in report.verdicts
        ),
        warnings=tuple(map(shifted, report.warnings)),
    )


def _verdicts(reports: Iterable[Report]) -> tuple[Verdict, ...]:
    by_id: dict[str, list[Verdict]] = {}
    for report in reports:
        for verdict in report.verdicts:
            by_id.setdefault(verdict.relation.id, []).append(verdict)
    return tuple(map(_joined, by_id.values()))


def _joined(verdicts: Sequence[Verdict]) -> Verdict:
    strongest = min(verdicts, key=lambda verdict: _STRONGEST.index(verdict.outcome))
    return replace(
        strongest,
        violations=_unique(violation for verdict in verdicts for violation in verdict.violations),
        requests=sum(verdict.requests for verdict in verdicts),
    )


def _unique(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Keep the first of equal findings."""
    found: dict[str, Violation] = {}
    for violation in violations:
        found.setdefault(violation.fingerprint, violation)
    return tuple(found.values())


def _notes(reports: Iterable[Report]) -> tuple[tuple[str, str], ...]:
    every = (note for report in reports for note in report.notes if note[0] not in (SHARD_NOTE, "report"))
    return tuple(dict.fromkeys(every))
