"""Patterns as ECMA-262 has them under its `u` flag, from patterns as authors write them."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["strict_pattern"]

#: Escapes; brackets; braces that open no quantifier.
_TOKENS: Final = re.compile(r"\\[pPux]\{[^}]*\}|\\.|[\[\]]|\{(?!\d+(?:,\d*)?\})", re.DOTALL)
#: Characters that mean something in a pattern, so that their escape means the character.
_SYNTAX: Final = "^$\\.*+?()[]{}|/-"


def strict_pattern(pattern: str) -> str:
    """Write a pattern as the `u` flag of ECMA-262 asks for, which the compiler reads and authors forget.

    Source: ECMA-262, Annex B: outside of it, a brace that stands for itself and
    an escape of a character that means nothing are errors.
    """
    is_class = False

    def written(match: re.Match[str]) -> str:
        nonlocal is_class
        token = match.group()
        if token.startswith("\\"):
            is_needless = len(token) == 2 and not token[1].isalnum() and token[1] not in _SYNTAX
            return token[1] if is_needless else token
        if token in "[]":
            is_class = token == "["
            return token
        return token if is_class else "\\{"

    return _TOKENS.sub(written, pattern)
