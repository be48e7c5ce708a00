"""The phase of generated requests in a run, between the relations and the limits.

    engine.run(config, document, gate, listener, phases={"fuzz": FuzzPhase(config, document, gate, listener)})

It gets how many requests the budget leaves, tells the listener, and gives
verdicts; what the relations have told already it does not tell again. May import
`config`, `events`, `generated`, `observations`, `relations`, `stateful`,
`verdicts`, `vocabulary` and the standard library.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from contracts import relations
from contracts.config import Config
from contracts.contract.vocabulary import Document
from contracts.corpus.lines import Entry
from contracts.corpus.placeholders import Entities
from contracts.errors import UsageError
from contracts.generation.drawing import own_storage
from contracts.generation.generated import MOST_REQUESTS, FuzzOptions, entities_of, fuzz, wanted
from contracts.judging.observations import Observations
from contracts.judging.verdict import selected
from contracts.running.events import Listener, PhaseFinished, PhaseStarted, RelationJudged
from contracts.running.sending import Gate
from contracts.verdicts import Outcome, Relation, Verdict

__all__ = ["PHASE", "FuzzPhase", "request_count"]

PHASE = "fuzz"
#: One in so many generated requests is a step of a stateful sequence, and at most so many in all.
_STATEFUL_SHARE, _MOST_STATEFUL = 10, 60
_BURST_MARGIN = 2


@dataclass(slots=True)
class FuzzPhase:
    """Runs once; what was sent is kept in `entries`, as a corpus.

    Args:
        config: of the run.
        document: the contract.
        gate: open for the run.
        listener: hears the phase and its verdicts.
    """

    config: Config
    document: Document
    gate: Gate
    listener: Listener
    entries: tuple[Entry, ...] = ()
    _verdicts: list[Verdict] = field(default_factory=list)

    def __call__(self, observations: Observations, stopped: str = "") -> tuple[Verdict, ...]:
        """Send and judge.

        Args:
            observations: what the relations have seen.
            stopped: why nothing more is sent; empty while it is.

        Raises:
            UsageError: generated requests were asked for, and cannot be made.
        """
        chosen = self._chosen()
        count = request_count(self.config, self.document, self.gate)
        if not chosen:
            return ()
        if stopped:
            return self._left_out(chosen, stopped)
        if not count:
            return self._left_out(chosen, "no generated requests were asked for; --fuzz N sends them")
        self.listener(PhaseStarted(phase=PHASE, planned=count))
        with own_storage():
            reason = self._run(observations, chosen, count)
        self.listener(PhaseFinished(phase=PHASE, reason=reason))
        return tuple(self._verdicts)

    def _run(self, observations: Observations, chosen: tuple[Relation, ...], count: int) -> str:
        entities = entities_of(self.document, observations)
        stateful = min(_MOST_STATEFUL, count // _STATEFUL_SHARE)
        try:
            fuzzed = fuzz(self.document, self.gate, self._options(observations, count - stateful), entities or None)
        except UsageError as error:
            if self.config.fuzz is not None or self.config.example_database is not None:
                raise
            self._left_out(chosen, str(error))
            return str(error)
        self.entries = fuzzed.entries
        self._tell(fuzzed.verdicts)
        self._sequences(entities, count - fuzzed.sent)
        return fuzzed.stopped

    def _sequences(self, entities: Entities, room: int) -> None:
        from contracts.generation.stateful import RELATION, explore

        if selected(RELATION.id, self.config.only, self.config.skip):
            may_write = not self.gate.target.is_live or self.config.allow_writes
            # Findings tell the key's header as this run sends it.
            told = replace(self.document, key_header=self.config.header_name or self.document.key_header)
            self._tell((explore(told, self.gate, entities, room, self.config.seed, may_write=may_write),))

    def _options(self, observations: Observations, count: int) -> FuzzOptions:
        return FuzzOptions(
            requests=count,
            seed=self.config.seed,
            path=self.config.spec,
            example_database=self.config.example_database,
            is_fail_fast=self.config.is_fail_fast,
            only=self.config.only,
            skip=self.config.skip,
            known=_told(self.document, observations),
            key_header=self.config.header_name or "",
        )

    def _chosen(self) -> tuple[Relation, ...]:
        from contracts.generation.stateful import RELATION

        own = wanted(self.document, self.config.only, self.config.skip)
        return (*own, *([RELATION] if selected(RELATION.id, self.config.only, self.config.skip) else []))

    def _left_out(self, chosen: tuple[Relation, ...], reason: str) -> tuple[Verdict, ...]:
        return self._tell(Verdict(relation=item, outcome=Outcome.LEFT_OUT, reason=reason) for item in chosen)

    def _tell(self, verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
        for verdict in verdicts:
            self._verdicts.append(verdict)
            self.listener(RelationJudged(verdict=verdict))
        return tuple(self._verdicts)


def request_count(config: Config, document: Document, gate: Gate) -> int:
    """Return how many generated requests there are: as asked; else what the budget leaves, at most 600, none if live.

    What is left for the burst that meets the limit is not taken from it.
    """
    room = max(0, gate.budget - gate.sent)
    if config.fuzz is not None:
        return min(config.fuzz, room)
    if gate.target.is_live:
        return 0
    burst = 0
    if "limits" in config.phases and document.limits is not None:
        burst = min(window.limit for window in document.limits.windows) + _BURST_MARGIN
    return max(0, min(MOST_REQUESTS, room - burst))


def _told(document: Document, observations: Observations) -> frozenset[str]:
    """Return the fingerprints of what single answers of the relations have shown to be wrong."""
    single = (rule for rule in relations.rules(document) if rule.is_single)
    return frozenset(violation.fingerprint for rule in single for violation in rule(observations).violations)
