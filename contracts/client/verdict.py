"""Requests and the contract → the verdict on the client that sent them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from contracts.client.models import ClientRequest, Expectation, Finding, MissedExpectation, Rule, Verdict
from contracts.client.requests import SECRECY, SHAPE, judge_secrecy, judge_shape
from contracts.client.retries import PACE, judge_pace
from contracts.client.sequences import COURSE, judge_course
from contracts.client.traffic import Judge, Traffic
from contracts.errors import ConfigInvalid

if TYPE_CHECKING:
    from oas.contract import Contract

__all__ = [
    "FAMILIES",
    "RULES",
    "VerdictOptions",
    "judge",
    "rules_of",
    "rules_table",
]

#: One judge for each family of rules.
FAMILIES: tuple[Judge, ...] = (judge_shape, judge_pace, judge_course, judge_secrecy)

#: In the order of their ids.
RULES: tuple[Rule, ...] = (*SHAPE, *PACE, *COURSE, *SECRECY)

_BY_ID = {rule.id: rule for rule in RULES}


def rules_of(ids: Collection[str]) -> frozenset[Rule]:
    """Return rules by their ids.

    Raises:
        ConfigInvalid: one of them is the id of no rule, or `ids` is one text instead of a collection.
    """
    if isinstance(ids, str):
        raise ConfigInvalid(f'a collection of ids was expected, not a text; write ["{ids}"]')
    for found in ids:
        if found not in _BY_ID:
            near = get_close_matches(str(found).upper(), _BY_ID, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigInvalid(f"{found!r} is not a rule on clients{hint} There are {', '.join(_BY_ID)}")
    return frozenset(_BY_ID[found] for found in ids)


def rules_table() -> str:
    """Return all rules as a table in Markdown, each with an anchor of its own, for the documentation."""
    lines = ["| id | a client breaks it when it | what is asked | what to do | judged |", "|---|---|---|---|---|"]
    for rule in RULES:
        anchor = rule.anchor.partition("#")[2]
        cells = (
            f'<a id="{anchor}"></a>{rule.id}',
            rule.title,
            rule.meaning,
            rule.advice,
            "always" if rule.is_on else "on demand",
        )
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictOptions:
    """What a verdict counts.

    Attributes:
        allow: ids of rules whose breaking is accepted.
        also: ids of rules that are judged on demand only, such as `C301`.
        expected: rules that the client breaks on purpose; what is expected must come.

    Raises:
        ConfigInvalid: an id is that of no rule.
    """

    allow: Collection[str] = ()
    also: Collection[str] = ()
    expected: tuple[Expectation, ...] = ()

    def __post_init__(self) -> None:
        for ids in (self.allow, self.also, [item.rule_id for item in self.expected]):
            rules_of(ids)

    @property
    def judged(self) -> frozenset[Rule]:
        """Rules that are looked at at all."""
        named = rules_of([*self.also, *(item.rule_id for item in self.expected)])
        return named | {rule for rule in RULES if rule.is_on}


def judge(
    sent: Sequence[ClientRequest], document: Contract, terms: VerdictOptions | None = None, *, total: int | None = None
) -> Verdict:
    """Judge what a client sent. Pure: the same requests give the same verdict, wherever they were recorded.

    Args:
        sent: in the order of arrival.
        document: the contract; `contracts.contract.document.load` reads it.
        terms: what counts; None counts every rule that is on.
        total: how many requests there were, where some were not kept; None takes all for kept.
    """
    terms = terms or VerdictOptions()
    trial, rules = Traffic(tuple(sent), document), terms.judged
    found = [finding for family in FAMILIES for finding in family(trial) if finding.rule in rules]
    found.sort(key=lambda finding: (finding.requests[0].order, finding.rule.id))
    return Verdict(
        findings=_merged(finding for finding in found if not _is_accepted(finding, terms)),
        accepted=_merged(finding for finding in found if _is_accepted(finding, terms)),
        unmet=tuple(_unmet(item) for item in terms.expected if not any(map(item.covers, found))),
        judged=len(sent),
        total=len(sent) if total is None else total,
    )


def _is_accepted(finding: Finding, terms: VerdictOptions) -> bool:
    return finding.rule.id in terms.allow or any(item.covers(finding) for item in terms.expected)


def _merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Say the same once, with all requests that show it, each once."""
    merged: defaultdict[tuple[Rule, str], dict[int, ClientRequest]] = defaultdict(dict)
    for finding in findings:
        merged[finding.rule, finding.sentence] |= {sent.order: sent for sent in finding.requests}
    return tuple(Finding(rule, sentence, tuple(shown.values())) for (rule, sentence), shown in merged.items())


def _unmet(expectation: Expectation) -> MissedExpectation:
    last = "on" if expectation.last is None else f"to {expectation.last}"
    span = f"request {expectation.first} {last}"
    return MissedExpectation(expectation, f"{expectation.rule_id} was expected from {span}, and did not come")
