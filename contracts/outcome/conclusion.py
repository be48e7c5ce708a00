"""What a whole run comes to: one word, one sentence, one exit code.

The rule, first match first:

    130  interrupted before its end
      1  broken: a violation counts (no warning, not in the baseline, no assumption that only warns)
      4  inconclusive: nothing was judged
      4  inconclusive: no request at all was answered with 2xx
      4  inconclusive: more than 10 % of the requests had no answer
      4  inconclusive: more than 10 % of the answers were 429, the burst that provokes them apart
      4  inconclusive: with a valid key, an operation gave nothing but 401, 403, 429, 5xx or no answer
      4  inconclusive: more than half of the relations were left out
      0  kept

A relation that the data of the target could not decide is listed, and costs
nothing: a right server with three rows is not a failed build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contracts.messages import Exchange
from contracts.verdicts import Outcome, Report

__all__ = ["MAX_LEFT_OUT", "MAX_REFUSED", "Conclusion", "conclude"]

#: Share of answers that may be 429, and of requests that may have none.
MAX_REFUSED = 0.10
#: Share of relations that may be left out.
MAX_LEFT_OUT = 0.50

_VALID_CREDENTIALS = frozenset({"key", "created", "member"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The end of a run.

    Attributes:
        exit_code: 0, 1, 4 or 130.
        word: `kept`, `broken`, `inconclusive` or `interrupted`.
        sentence: why, for a person.
    """

    exit_code: int
    word: str
    sentence: str


def conclude(report: Report) -> Conclusion:
    """Decide what a run comes to, by the rule above."""
    if report.is_interrupted:
        known = f"{_number(_judged(report), 'relation')} judged, {_number(_counting(report), 'violation')} so far"
        return Conclusion(exit_code=130, word="interrupted", sentence=f"Stopped before its end: {known}.")
    if count := _counting(report):
        relations = len({item.relation_id for item in report.violations if report.counts(item)})
        where = f"{_number(count, 'violation')} of {_number(relations, 'relation')}"
        return Conclusion(exit_code=1, word="broken", sentence=f"The server does not keep the contract: {where}.")
    for doubt in _DOUBTS:
        if sentence := doubt(report):
            return Conclusion(exit_code=4, word="inconclusive", sentence=sentence)
    return Conclusion(exit_code=0, word="kept", sentence=_kept(report))


def _kept(report: Report) -> str:
    excused = sum(item.severity == "error" for item in report.violations)
    parts = [f"{_number(_judged(report), 'relation')} judged"]
    parts.append(f"{_number(excused, 'violation')} accepted" if excused else "none broken")
    for outcome, words in ((Outcome.INCONCLUSIVE, "not decided"), (Outcome.LEFT_OUT, "left out")):
        if count := sum(verdict.outcome is outcome for verdict in report.verdicts):
            parts.append(f"{count:,} {words}")
    return f"The server keeps the contract: {', '.join(parts)}."


def _nothing_judged(report: Report) -> str:
    return "" if _judged(report) else "Nothing was judged, so nothing is known: no relation could be checked."


def _no_success(report: Report) -> str:
    if not report.exchanges or any(_status(item) // 100 == 2 for item in report.exchanges):
        return ""
    return "Not one request was answered with 2xx: check the base URL and the key."


def _silent(report: Report) -> str:
    statuses = [_status(item) for item in report.exchanges]
    missing = statuses.count(0)
    if missing <= MAX_REFUSED * len(statuses):
        return ""
    reason = next(item.failure for item in report.exchanges if not item.answer)
    return f"{missing} of {len(statuses)} requests had no answer ({reason}): see whether the server still runs."


def _shut_operation(report: Report) -> str:
    answers: dict[str, set[int]] = {}
    for item in _outside_limits(report.exchanges):
        if item.request.operation_id and item.request.credential in _VALID_CREDENTIALS:
            answers.setdefault(item.request.operation_id, set()).add(_status(item))
    for operation_id, statuses in answers.items():
        if all(_is_shut(status) for status in statuses):
            seen = ", ".join(str(status) if status else "no answer" for status in sorted(statuses))
            return f"{operation_id} was never let in (answers: {seen}), so nothing is known about it."
    return ""


def _throttled(report: Report) -> str:
    statuses = [_status(item) for item in _outside_limits(report.exchanges)]
    refused = statuses.count(429)
    if refused <= MAX_REFUSED * len(statuses):
        return ""
    return f"{refused} of {len(statuses)} answers were 429: wait for the allowance, or raise --max-wait."


def _left_out(report: Report) -> str:
    missing = sum(verdict.outcome is Outcome.LEFT_OUT for verdict in report.verdicts)
    if missing <= MAX_LEFT_OUT * len(report.verdicts):
        return ""
    return f"{missing} of {len(report.verdicts)} relations were left out: raise --budget or --max-wait."


_DOUBTS: tuple[Callable[[Report], str], ...] = (
    _nothing_judged,
    _no_success,
    _silent,
    _throttled,
    _shut_operation,
    _left_out,
)


def _counting(report: Report) -> int:
    return sum(report.counts(violation) for violation in report.violations)


def _judged(report: Report) -> int:
    return sum(verdict.outcome in (Outcome.KEPT, Outcome.BROKEN) for verdict in report.verdicts)


def _outside_limits(exchanges: Iterable[Exchange]) -> list[Exchange]:
    return [item for item in exchanges if item.phase != "limits"]


def _status(exchange: Exchange) -> int:
    """Return the status, 0 where there is no answer."""
    return exchange.answer.status if exchange.answer else 0


def _is_shut(status: int) -> bool:
    return status in (0, 401, 403, 429) or status >= 500


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
