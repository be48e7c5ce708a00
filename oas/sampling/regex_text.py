"""Make a text that a regular expression is likely to match; the caller still judges it.

Assertions are honoured as far as is simple: positive lookaheads are written over
the text, the others are left to luck. All is bounded by the length of the text
and by the budget of the dice, whatever the pattern.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from oas.sampling.seeded_random import SampleImpossible, SeededRandom

__all__ = [
    "ENDLESS",
    "MAX_CHARS",
    "NOTHING",
    "Ahead",
    "Backreference",
    "Chars",
    "Choice",
    "Node",
    "Repeat",
    "Sequence",
    "text_for",
]

#: Characters of a generated text.
MAX_CHARS: Final = 4_096
#: The upper bound of `*` and `+`.
ENDLESS: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of several; none at all where the class is empty."""

    options: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part that occurs `low` to `high` times."""

    part: Node
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts after each other; `number` and `name` where it is a capturing group."""

    parts: tuple[Node, ...]
    number: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Backreference:
    """What a group, by number or name, has matched."""

    group: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """A positive lookahead: text that must follow."""

    part: Node


Node = Chars | Repeat | Sequence | Choice | Backreference | Ahead
NOTHING: Final = Sequence(())


def text_for(pattern: Node, dice: SeededRandom, stretch: int = 0, missing: int = 0) -> str:
    """Propose a text.

    Args:
        pattern: as parsed by `regex.parse`.
        dice: chance and budget.
        stretch: how many times more than it must a part may occur.
        missing: characters to add to that by letting parts occur more often still.

    Raises:
        SampleImpossible: it would be longer than 4,096 characters.
        BudgetSpent: the budget of the dice is used up.
    """
    draft = _Draft(dice, stretch, missing)
    draft.write(pattern)
    return draft.overlaid("".join(draft.written))


@dataclass(slots=True)
class _Draft:
    dice: SeededRandom
    stretch: int
    missing: int
    written: list[str] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    ahead: list[str] = field(default_factory=list)
    length: int = 0

    def write(self, node: Node) -> None:
        self.dice.budget.spend()
        match node:
            case Chars(options):
                self._emit(self.dice.pick(options) if options else "")
            case Repeat(part, low, high):
                self._repeat(part, low, high)
            case Sequence(parts, number, name):
                start = len(self.written)
                for part in parts:
                    self.write(part)
                if number:
                    self.groups[name] = self.groups[str(number)] = "".join(self.written[start:])
            case Choice(options):
                self.write(self.dice.pick(options))
            case Backreference(group):
                self._emit(self.groups.get(group, ""))
            case Ahead(part):
                inner = _Draft(self.dice, 0, 0)
                inner.write(_without_rest(part))
                self.ahead.append("".join(inner.written))

    def overlaid(self, text: str) -> str:
        """Write what lookaheads ask for over the text, each at a place of its own if there is room."""
        for wanted in self.ahead:
            room = len(text) - len(wanted)
            if wanted not in text and room >= 0:
                start = self.dice.between(0, room)
                text = text[:start] + wanted + text[start + len(wanted) :]
        return text

    def _repeat(self, part: Node, low: int, high: int) -> None:
        count = self.dice.between(low, max(low, min(high, low + self.stretch)))
        for _ in range(count):
            self.write(part)
        # One part in four leaves what is missing to a later one.
        is_filled = self.missing > 0 and self.dice.below(4) > 0
        while is_filled and count < high and self.missing > 0:
            missing, start = self.missing, self.length
            self.write(part)
            self.missing = missing - (self.length - start)
            count = count + 1 if self.length > start else high  # A part that writes nothing fills nothing.

    def _emit(self, text: str) -> None:
        self.length += len(text)
        if self.length > MAX_CHARS:
            raise SampleImpossible(f"the pattern asks for a text of more than {MAX_CHARS} characters.")
        self.written.append(text)


def _without_rest(part: Node) -> Node:
    """Drop the `.*` that lead a lookahead to the place it is about."""
    if not isinstance(part, Sequence):
        return part
    return Sequence(tuple(p for p in part.parts if not (isinstance(p, Repeat) and p.low == 0 and p.high == ENDLESS)))
