"""A regular expression of ECMA-262, read into a tree.

The parser is our own: that of `re` is private, reads another dialect, and
changes between versions of Python, and with it every sample would. A character
class becomes the few characters that a sample may use.

Source: ECMA-262, Patterns.
"""

from __future__ import annotations

from typing import Final

from oas.sampling.regex_text import ENDLESS, NOTHING, Ahead, Backreference, Chars, Choice, Node, Repeat, Sequence
from oas.sampling.seeded_random import SampleImpossible

__all__ = ["parse"]

_MAX_PATTERN_CHARS: Final = 4_096
_MAX_GROUPS_DEEP: Final = 60

_DIGITS: Final = "0123456789"
_LOWER: Final = "abcdefghijklmnopqrstuvwxyz"
_UPPER: Final = _LOWER.upper()
_PUNCTUATION: Final = "-_.,:;!?()"
_PRINTABLE: Final = "".join(map(chr, range(0x20, 0x7F)))
_BEYOND: Final = "éßñλж中\t\n"
_CLASSES: Final = {"d": _DIGITS, "w": _LOWER + _UPPER + _DIGITS + "_", "s": " \t"}
_PROPERTIES: Final = {"Lu": _UPPER, "Uppercase": _UPPER, "N": _DIGITS, "Nd": _DIGITS, "P": _PUNCTUATION, "Z": " "}
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_PREFIXES: Final = (
    *(("?:", "plain"), ("?>", "plain"), ("?=", "ahead"), ("?!", "ignored")),
    *(("?<=", "ignored"), ("?<!", "ignored"), ("?P<", "named"), ("?<", "named")),
)


def parse(pattern: str) -> Node:
    """Read a pattern.

    Raises:
        SampleImpossible: it is longer than 4,096 characters, nested deeper than
            60 groups, or not understood.
    """
    if len(pattern) > _MAX_PATTERN_CHARS:
        raise SampleImpossible(f"the pattern is longer than {_MAX_PATTERN_CHARS} characters.")
    reader = _Reader(pattern)
    try:
        root = reader.choice(0)
    except (IndexError, ValueError) as error:
        raise SampleImpossible(f"the pattern {pattern[:60]!r} is not understood.") from error
    if reader.at < len(pattern):
        raise SampleImpossible(f"the pattern {pattern[:60]!r} has a parenthesis too many.")
    return root


class _Reader:
    """A recursive descent through one pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.group_count = 0

    def choice(self, depth: int) -> Node:
        if depth > _MAX_GROUPS_DEEP:
            raise SampleImpossible(f"the pattern is nested deeper than {_MAX_GROUPS_DEEP} groups.")
        options = [self._sequence(depth)]
        while self._take("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return Sequence(tuple(parts))

    def _repeated(self, part: Node) -> Node:
        bounds = self._quantifier()
        if bounds is None:
            return part
        self._take("?") or self._take("+")  # Lazy or possessive: the same texts.
        return Repeat(part, *bounds)

    def _quantifier(self) -> tuple[int, int] | None:
        for sign, bounds in (("*", (0, ENDLESS)), ("+", (1, ENDLESS)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        end = self.pattern.find("}", self.at)
        if not self.pattern.startswith("{", self.at) or end < 0:
            return None
        low, comma, high = self.pattern[self.at + 1 : end].partition(",")
        if not (low.isdigit() and (high.isdigit() or not high)):
            return None  # A brace that stands for itself.
        self.at = end + 1
        return int(low), int(high) if high else ENDLESS if comma else int(low)

    def _atom(self, depth: int) -> Node:
        sign = self.pattern[self.at]
        self.at += 1
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return Chars(self._class())
        if sign == "\\":
            return self._escape()
        if sign in "^$":
            return NOTHING
        return Chars(_LOWER + _DIGITS if sign == "." else sign)

    def _group(self, depth: int) -> Node:
        kind = next((kind for prefix, kind in _PREFIXES if self._take(prefix)), "numbered")
        if kind == "numbered" and self._take("?"):  # Inline flags: they change case at most.
            end = min(
                place for place in (self.pattern.find(":", self.at), self.pattern.find(")", self.at)) if place > 0
            )
            self.at = end + 1
            if self.pattern[end] == ")":
                return NOTHING
            kind = "plain"
        name = self._until(">") if kind == "named" else ""
        number = 0
        if kind in ("named", "numbered"):
            self.group_count += 1
            number = self.group_count
        part = self.choice(depth + 1)
        if not self._take(")"):
            raise ValueError("a group has no end")
        if kind == "ignored":
            return NOTHING
        return Ahead(part) if kind == "ahead" else Sequence((part,), number, name or str(number))

    def _escape(self) -> Node:
        sign = self.pattern[self.at]
        if sign in "bBAzZG":
            self.at += 1
            return NOTHING
        if sign in "123456789":
            self.at += 1
            return Backreference(sign)
        if sign == "k" and self.pattern.startswith("k<", self.at):
            self.at += 2
            return Backreference(self._until(">"))
        return Chars(self._escaped())

    def _escaped(self) -> str:
        """Read an escape that stands for one character out of several, behind its backslash."""
        sign = self.pattern[self.at]
        self.at += 1
        if sign.lower() in _CLASSES:
            return _CLASSES[sign] if sign.islower() else _without(_CLASSES[sign.lower()])
        if sign in "pP" and self._take("{"):
            named = self._until("}").rpartition("=")[2]
            options = _PROPERTIES.get(named, _UPPER + _LOWER if named.startswith("L") or len(named) > 2 else _LOWER)
            return options if sign == "p" else _without(options)
        if sign in "xu":
            return self._code_point(2 if sign == "x" else 4)
        if sign == "c":
            self.at += 1
            return chr(ord(self.pattern[self.at - 1]) % 32)
        return _CONTROLS.get(sign, sign)

    def _code_point(self, digits: int) -> str:
        if self._take("{"):
            return chr(int(self._until("}"), 16))
        code = self.pattern[self.at : self.at + digits]
        self.at += digits
        if len(code) < digits:
            raise ValueError("an escape has no end")
        return chr(int(code, 16))

    def _class(self) -> str:
        is_negated = self._take("^")
        options: list[str] = []
        while not self._take("]"):
            first = self._member()
            is_range = self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at)
            if is_range and len(first) == 1:
                self.at += 1
                last = self._member()
                # A range of all of Unicode is shown by its first characters.
                options.extend(map(chr, range(ord(first), min(ord(last), ord(first) + 255) + 1)))
            else:
                options.append(first)
        named = "".join(dict.fromkeys("".join(options)))
        return _without(named) if is_negated else _sayable(named)

    def _member(self) -> str:
        self.at += 1
        return self._escaped() if self.pattern[self.at - 1] == "\\" else self.pattern[self.at - 1]

    def _until(self, end: str) -> str:
        start, self.at = self.at, self.pattern.index(end, self.at) + 1
        return self.pattern[start : self.at - 1]

    def _take(self, sign: str) -> bool:
        if not self.pattern.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True


def _without(excluded: str) -> str:
    """Return characters outside a class: letters and digits if there are any, else what is left."""
    for options in (_LOWER + _DIGITS, _PRINTABLE, _BEYOND):
        rest = "".join(sign for sign in options if sign not in excluded)
        if rest:
            return rest
    return ""


def _sayable(options: str) -> str:
    """Prefer what can be printed; surrogates are no text."""
    printable = "".join(sign for sign in options if sign.isprintable())
    return printable or "".join(sign for sign in options if not 0xD800 <= ord(sign) <= 0xDFFF)
