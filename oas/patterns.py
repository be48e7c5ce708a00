"""Patterns as ECMA-262 has them under its `u` flag, from patterns as authors write them."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["strict_pattern"]

#: Escapes; brackets; hyphens; braces that open no quantifier.
_TOKENS: Final = re.compile(r"\\[pPux]\{[^}]*\}|\\.|[\[\]-]|\{(?!\d+(?:,\d*)?\})", re.DOTALL)
#: Characters that mean something in a pattern, so that their escape means the character.
_SYNTAX: Final = "^$\\.*+?()[]{}|/-"
#: Escapes for sets of characters: no end of a range.
_SETS: Final = ("\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\p", "\\P")
#: The compiler has another engine for these, in which `\d` and `\w` are not ASCII.
_LOOKS: Final = re.compile(r"\(\?<?[=!]|\\[1-9]|\\k<")
_ASCII: Final = {"\\d": "0-9", "\\w": "A-Za-z0-9_"}
_NOT_ASCII: Final = {"\\D": "[^0-9]", "\\W": "[^A-Za-z0-9_]"}


def strict_pattern(pattern: str) -> str:
    r"""Write a pattern as the `u` flag of ECMA-262 asks for, which the compiler reads and authors forget.

    `\d` and `\w` are ASCII in every pattern. Inside a class beside others, `\D` and `\W` stay as they are.

    Source: ECMA-262, Annex B: outside of it, a brace that stands for itself, an
    escape of a character that means nothing and a hyphen beside a set, as in
    `[\w-.]`, are errors. ECMA-262 §22.2.2.9 for `\d` and `\w`.
    """
    has_looks = _LOOKS.search(pattern) is not None
    is_class = False
    set_end = -1

    def written(match: re.Match[str]) -> str:
        nonlocal is_class, set_end
        token = match.group()
        if token.startswith("\\"):
            if token[:2] in _SETS:
                set_end = match.end()
            if has_looks and token in _ASCII:
                return _ASCII[token] if is_class else f"[{_ASCII[token]}]"
            if has_looks and token in _NOT_ASCII and not is_class:
                return _NOT_ASCII[token]
            is_needless = len(token) == 2 and not token[1].isalnum() and token[1] not in _SYNTAX
            return token[1] if is_needless else token
        if token == "-":
            is_beside = match.start() == set_end or pattern.startswith(_SETS, match.end())
            return "\\-" if is_class and is_beside else "-"
        if token in "[]":
            is_class = token == "["
            return token
        return token if is_class else "\\{"

    return _TOKENS.sub(written, pattern)
