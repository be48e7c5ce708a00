"""Sequences of requests that depend on each other: make a key, use it, list, open what is listed, page on.

A rule-based machine of Hypothesis walks through them beside a model: what was
listed stays listed, in the same order; a made key shows what the caller's shows;
what is listed can be opened and is itself. Which operations make, list and open,
the document's vocabulary says.
"""

from __future__ import annotations

import contextlib
from typing import Any

from contracts.generate.hypothesis_source import fixed_constants
from contracts.generate.sequence import Sequence
from contracts.generate.sequence_context import BudgetSpent, ModelMismatch, SequenceContext
from contracts.verdicts import Outcome, Relation, Verdict

__all__ = ["RELATION", "explore"]

RELATION = Relation(
    id="stateful.sequence",
    kind="stateful",
    operation_id="",
    pointer="/paths",
    cost=10,
    meaning="Whatever the order of requests: a made key works, a list stays what it was, what is listed opens.",
)
#: Steps of one sequence, and requests that one is reckoned with.
_STEPS, _REQUESTS = 8, 6


def explore(world: SequenceContext, seed: int, *, may_write: bool = False) -> Verdict:
    """Walk random sequences until the requests are spent.

    Args:
        world: of this run; its requests include those that make a finding smaller.
        seed: of every random choice.
        may_write: keys may be made, three at most; without it nothing is sent.
    """
    if not may_write:
        return _left_out("sequences make keys, which a live target is asked for with --allow-writes only")
    if world.max_requests < _REQUESTS:
        return _left_out("the budget had no room for its requests; a larger one has")
    if world.list_operation is None and world.create_operation is None:
        return _left_out("the document has no list and nothing that makes a key")
    # A server whose data changes, or requests that end in the middle, make a machine that Hypothesis calls flaky.
    with contextlib.suppress(BudgetSpent, ModelMismatch, _flaky()), fixed_constants():
        _walk(world, max(2, world.max_requests // _REQUESTS), seed)
    return _verdict(world)


def _flaky() -> type[Exception]:
    from hypothesis.errors import HypothesisException

    return HypothesisException


def _left_out(reason: str) -> Verdict:
    return Verdict(relation=RELATION, outcome=Outcome.LEFT_OUT, reason=reason)


def _verdict(world: SequenceContext) -> Verdict:
    if world.violation is not None:
        return Verdict(relation=RELATION, outcome=Outcome.BROKEN, violations=(world.violation,), requests=world.sent)
    if not world.sent:
        return _left_out(world.stopped or "nothing was sent")
    reason = "" if world.succeeded else "no step of a sequence was answered with success"
    outcome = Outcome.KEPT if world.succeeded else Outcome.INCONCLUSIVE
    return Verdict(relation=RELATION, outcome=outcome, reason=reason, requests=world.sent)


def _walk(world: SequenceContext, examples: int, seed: int) -> None:
    """Run the machine: so many sequences."""
    import hypothesis
    from hypothesis.stateful import run_state_machine_as_test

    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=_STEPS,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
        print_blob=False,
    )
    run_state_machine_as_test(hypothesis.seed(seed)(_machine(world)), settings=settings)


def _machine(world: SequenceContext) -> Any:
    """Make the machine; every rule is one step of `Sequence`."""
    from hypothesis import strategies
    from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.sequence = Sequence(world)

        @initialize()
        def lists(self) -> None:
            self.sequence.learn()

        @precondition(lambda self: world.create_operation is not None and not self.sequence.has_made)
        @rule(is_bare=strategies.booleans())
        def makes(self, is_bare: bool) -> None:
            self.sequence.make(is_bare)

        @precondition(lambda self: world.witness is not None and self.sequence.has_made)
        @rule()
        def uses(self) -> None:
            self.sequence.use()

        @precondition(lambda self: world.list_operation is not None)
        @rule(limit=strategies.integers(1, 12), offset=strategies.integers(0, 12), form=strategies.integers(0, 7))
        def pages(self, limit: int, offset: int, form: int) -> None:
            self.sequence.page(limit, offset, form)

        @precondition(lambda self: self.sequence.link is not None)
        @rule()
        def follows(self) -> None:
            self.sequence.follow()

        @precondition(lambda self: self.sequence.can_open)
        @rule(place=strategies.integers(0, 40))
        def opens(self, place: int) -> None:
            self.sequence.open(place)

    return Machine
