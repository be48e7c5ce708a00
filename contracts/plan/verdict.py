"""Rules and observations → verdicts: kept, broken, inconclusive or left out, never green for nothing.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from difflib import get_close_matches

from contracts.config import Config
from contracts.errors import ConfigInvalid
from contracts.observations.observations import Observations
from contracts.relations.relation_check import CheckResult, RelationCheck
from contracts.verdicts import Outcome, Relation, Verdict

__all__ = [
    "NO_ROOM",
    "RunConditions",
    "check_choice",
    "selected",
    "verdict_of",
]

#: Kinds of verdicts that no relation of the document stands for.
_OTHER_KINDS = ("fuzz", "stateful", "replay")


def check_choice(config: Config, relations: Iterable[Relation]) -> None:
    """Refuse an id that begins no relation.

    Args:
        config: its `only` and `skip` count.
        relations: all of the document.

    Raises:
        ConfigInvalid: with the nearest id, or kind, that there is.
    """
    names = [relation.id for relation in relations]
    for option, chosen in (("--only", config.only), ("--skip", config.skip)):
        for prefix in chosen:
            if prefix.startswith(_OTHER_KINDS) or any(name.startswith(prefix) for name in names):
                continue
            near = _nearest(prefix, names)
            hint = f"did you mean {near}?" if near else "`contracts relations` lists them"
            raise ConfigInvalid(f"no relation begins with {prefix!r}; {hint}", option)


def _nearest(prefix: str, names: list[str]) -> str:
    parts = (part for name in names for part in (name.partition(".")[0], name.partition("[")[0], name))
    near = get_close_matches(prefix, list(dict.fromkeys(parts)), n=1)
    return near[0] if near else ""


#: Why requests were left out.
NO_ROOM = "the budget had no room for its requests; a larger --budget has"
_MOST_REFUSED = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConditions:
    """What a verdict needs beside the judgement.

    Attributes:
        unserved: ids of relations that lost a case to the budget.
        skipped: id of a relation → why a case of its was not sent.
        off: kind → why its phase did not run.
        asked: ids of relations of which a case was sent.
        no_room: what to say of a relation whose requests were left out.
        is_short: the budget, or the wait, ended before the plan did.
    """

    unserved: Set[str] = frozenset()
    skipped: Mapping[str, str] = field(default_factory=dict)
    off: Mapping[str, str] = field(default_factory=dict)
    asked: Set[str] = frozenset()
    is_short: bool = False
    no_room: str = NO_ROOM


def selected(name: str, only: tuple[str, ...], skip: tuple[str, ...]) -> bool:
    """Whether a relation is wanted: `only` and `skip` hold ids or beginnings of ids; an empty `only` wants all."""
    return (not only or name.startswith(only)) and not (skip and name.startswith(skip))


def verdict_of(
    rule: RelationCheck, judgement: CheckResult, observations: Observations, around: RunConditions
) -> Verdict:
    """Decide how a relation stands."""
    relation, looked_at = rule.relation, judgement.checked
    if judgement.violations:
        return Verdict(relation=relation, outcome=Outcome.BROKEN, violations=judgement.violations, requests=looked_at)
    outcome, reason = _unbroken(rule, judgement, observations, around)
    return Verdict(relation=relation, outcome=outcome, reason=reason, requests=looked_at)


def _unbroken(
    rule: RelationCheck, judgement: CheckResult, observations: Observations, around: RunConditions
) -> tuple[Outcome, str]:
    name, kind = rule.relation.id, rule.relation.kind
    if not judgement.checked:
        if kind in around.off:
            return Outcome.LEFT_OUT, around.off[kind]
        if name in around.unserved or _was_never_asked(rule, observations, around):
            return Outcome.LEFT_OUT, around.no_room
        return Outcome.INCONCLUSIVE, around.skipped.get(name) or judgement.reason
    if observations.refused_share > _MOST_REFUSED:
        share = f"{observations.refused_share:.0%}"
        return Outcome.INCONCLUSIVE, f"{share} of the requests were refused for the rate limit"
    operation = observations.document.by_id.get(rule.relation.operation_id)
    if operation is not None and not observations.of(operation):
        return Outcome.INCONCLUSIVE, f"no request to {operation.id} was answered with success"
    return Outcome.KEPT, ""


def _was_never_asked(rule: RelationCheck, observations: Observations, around: RunConditions) -> bool:
    """Whether the run was too short for the first request that could have shown something."""
    if not around.is_short or rule.relation.id in around.asked:
        return False
    operation = observations.document.by_id.get(rule.relation.operation_id)
    return not (rule.is_universal and (operation is None or observations.of(operation)))
