"""Chance that falls the same way everywhere, and the budget that ends every search.

The source of all randomness of a sample. Only `random.Random.random` is drawn
from, the one method whose sequence Python promises to keep; it is seeded with
text, which does not depend on the process.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from oas.errors import ToolError

__all__ = ["Budget", "BudgetSpent", "SampleImpossible", "SeededRandom"]

_T = TypeVar("_T")


class SampleImpossible(ToolError):
    """No value was found for a schema: it allows none, or none within the bounds of size and effort."""


class BudgetSpent(SampleImpossible):
    """The effort allowed for one sample is used up: no further variation is tried."""


class Budget:
    """Operations that one sample may cost. Counted, not timed: the outcome is the same on a slow machine.

    Args:
        steps: operations allowed, > 0.
    """

    __slots__ = ("_left",)

    def __init__(self, steps: int) -> None:
        self._left = steps

    def spend(self, steps: int = 1) -> None:
        """Count operations.

        Raises:
            BudgetSpent: none are left.
        """
        self._left -= steps
        if self._left < 0:
            raise BudgetSpent("the schema is too complex to be sampled; give it an example.")


class SeededRandom:
    """One stream of chance.

    Args:
        seed: any text; equal seeds give equal streams, on every platform.
        budget: what every draw is counted against.
    """

    __slots__ = ("_draw", "budget")

    def __init__(self, seed: str, budget: Budget) -> None:
        self._draw = random.Random(seed).random
        self.budget = budget

    def below(self, count: int) -> int:
        """Return an integer of 0 … count − 1; `count` ≥ 1."""
        self.budget.spend()
        # Above 2**53 a float no longer names every integer; the low ones do as well as any.
        return min(int(self._draw() * count), count - 1) if count <= 2**53 else self.below(2**53)

    def between(self, low: int, high: int) -> int:
        """Return an integer, both ends included; `low` ≤ `high`."""
        return low + self.below(high - low + 1)

    def pick(self, options: Sequence[_T]) -> _T:
        """Return one of the options, of which there is at least one."""
        return options[self.below(len(options))]

    def fraction(self) -> float:
        """Return a number of [0, 1)."""
        self.budget.spend()
        return self._draw()

    def shuffled(self, options: Sequence[_T]) -> list[_T]:
        """Return all options in random order."""
        rest = list(options)
        return [rest.pop(self.below(len(rest))) for _ in range(len(rest))]
