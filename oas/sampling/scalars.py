"""Numbers and texts of a sample, from the shape that asks for them.

Proposals: the caller judges them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from oas.sampling.merged_schemas import Shape
from oas.sampling.regex import parse
from oas.sampling.regex_text import MAX_CHARS, text_for
from oas.sampling.seeded_random import BudgetSpent, SampleImpossible, SeededRandom
from oas.sampling.strings import formatted, is_formatted, words

__all__ = ["integer", "number", "scalar_schema", "text"]

#: How far a number without a bound on one side, or on both, may lie from the other or from 1.
_SPAN: Final = 999
_TRIES: Final = 16
#: Texts proposed for each of the format and the patterns: the one rarely fits the other.
_TEXT_TRIES: Final = 48
_SCALAR: Final = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "format"),
)


def scalar_schema(shape: Shape) -> dict[str, Any]:
    """Return the part of a shape that concerns numbers and texts, as a schema to judge them by."""
    schema = {keyword: shape[keyword] for keyword in _SCALAR if keyword in shape}
    if "types" in shape:
        schema["type"] = list(shape["types"])
    if "patterns" in shape:
        schema["allOf"] = [{"pattern": pattern} for pattern in shape["patterns"]]
    return schema


def integer(shape: Shape, dice: SeededRandom, is_wide: bool = False) -> int:
    """Propose an integer within the bounds and of the right multiple.

    Args:
        shape: bounds and `multipleOf`.
        dice: chance and budget.
        is_wide: where there are no bounds, take negative numbers and 0 as well.

    Raises:
        SampleImpossible: there is none.
    """
    # A multiple of n/d (lowest terms) that is an integer is a multiple of n.
    step = Fraction(str(shape.get("multipleOf", 1))).numerator
    low, high = _bounds(shape, Fraction(step), is_wide)
    return step * _factor(shape, (low, high), Fraction(step), dice)


def number(shape: Shape, dice: SeededRandom, is_wide: bool = False) -> float:
    """Propose a number within the bounds and of the right multiple, of two decimals where that fits.

    Args:
        shape: bounds and `multipleOf`.
        dice: chance and budget.
        is_wide: where there are no bounds, take negative numbers and 0 as well.

    Raises:
        SampleImpossible: there is none.
    """
    try:
        return (_multiple if "multipleOf" in shape else _decimal)(shape, dice, is_wide)
    except OverflowError as error:
        raise SampleImpossible("the bounds lie beyond what a float holds.") from error


def _decimal(shape: Shape, dice: SeededRandom, is_wide: bool) -> float:
    low, high = _bounds(shape, Fraction(1), is_wide)
    if low > high:
        raise SampleImpossible("no number lies within the bounds.")
    exact = low + Fraction(dice.fraction()) * (high - low)
    middle = (low + high) / 2
    for candidate in (round(float(exact), 2), float(exact), float(middle), float(low), float(high)):
        if _is_within(shape, candidate):
            return candidate
    raise SampleImpossible("no number lies within the bounds.")


def text(shape: Shape, dice: SeededRandom, fits: Callable[[str], bool]) -> str:
    """Propose a text: of the format, or of the pattern, or words.

    Args:
        shape: `minLength`, `maxLength`, `format`, `patterns`.
        dice: chance and budget.
        fits: judges a proposal by all of them together.

    Raises:
        SampleImpossible: none of a bounded number of proposals fits.
    """
    low, high = int(shape.get("minLength", 0)), shape.get("maxLength")
    if low > MAX_CHARS or (high is not None and high < low):
        raise SampleImpossible(f"no text has {low} to {high} characters, of {MAX_CHARS} at most.")
    high = None if high is None else int(high)
    name = str(shape.get("format", ""))
    makers: list[Callable[[int], str]] = [lambda _: words(dice, low, high)]
    if "patterns" in shape:
        makers = [_patterned(pattern, dice, low) for pattern in shape["patterns"]]
    if is_formatted(name):
        makers.insert(0, lambda _: formatted(name, dice, low, high))
    for at in range(_TEXT_TRIES * len(makers)):
        try:
            proposal = makers[at % len(makers)](at // len(makers))
        except BudgetSpent:
            raise
        except SampleImpossible:  # Too long a text, this time.
            continue
        if fits(proposal):
            return proposal
    raise SampleImpossible("no text was found that fits its pattern, format and length.")


def _patterned(pattern: str, dice: SeededRandom, low: int) -> Callable[[int], str]:
    tree = parse(pattern)
    shortest = ""

    def propose(at: int) -> str:
        """Let parts occur a few times more than they must, not at all, and then as often as the length asks."""
        nonlocal shortest
        if at % 3 == 0:
            return text_for(tree, dice, 3)
        if at % 3 == 1:
            shortest = text_for(tree, dice)
            return shortest
        return text_for(tree, dice, 0, low - len(shortest))

    return propose


def _bounds(shape: Shape, step: Fraction, is_wide: bool) -> tuple[Fraction, Fraction]:
    """Return both bounds, included or not; one that is missing lies some steps from the other."""
    lows = [_exact(shape[keyword]) for keyword in ("minimum", "exclusiveMinimum") if keyword in shape]
    highs = [_exact(shape[keyword]) for keyword in ("maximum", "exclusiveMaximum") if keyword in shape]
    span = _SPAN * step
    if is_wide and not lows and not highs:
        return -span, span
    if not lows:
        low = step if not highs or min(highs) >= step else min(highs) - span
        return low, min(highs, default=low + span)
    low = max(lows)
    high = min(highs, default=low + span)
    # An interval as wide as a type, such as int64's, says nothing about what to expect.
    is_idle = low < 0 < high and high - low > 2**31 * step
    return (step, min(high, step + span)) if is_idle else (low, high)


def _factor(shape: Shape, bounds: tuple[Fraction, Fraction], step: Fraction, dice: SeededRandom) -> int:
    """Return a factor of `step` such that the product lies between the bounds."""
    first, last = math.ceil(bounds[0] / step), math.floor(bounds[1] / step)
    if step * first in _excluded(shape):
        first += 1
    if step * last in _excluded(shape):
        last -= 1
    if first > last:
        raise SampleImpossible("no multiple lies within the bounds.")
    return dice.between(first, last)


def _excluded(shape: Shape) -> tuple[Fraction, ...]:
    return tuple(_exact(shape[keyword]) for keyword in ("exclusiveMinimum", "exclusiveMaximum") if keyword in shape)


def _multiple(shape: Shape, dice: SeededRandom, is_wide: bool) -> float:
    step = _exact(shape["multipleOf"])
    low, high = _bounds(shape, step, is_wide)
    for _ in range(_TRIES):
        exact = step * _factor(shape, (low, high), step, dice)
        value = int(exact) if exact.denominator == 1 else float(exact)
        # Judges that divide in binary agree on some decimal multiples only.
        if _is_within(shape, value) and float(value / shape["multipleOf"]).is_integer():
            return value
    raise SampleImpossible("no multiple lies within the bounds.")


def _is_within(shape: Shape, value: float) -> bool:
    least, most = shape.get("minimum", -math.inf), shape.get("maximum", math.inf)
    above, under = shape.get("exclusiveMinimum", -math.inf), shape.get("exclusiveMaximum", math.inf)
    return bool(least <= value <= most and above < value < under)


def _exact(value: float) -> Fraction:
    return Fraction(str(value))
