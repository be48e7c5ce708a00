"""Paths of requests and the path templates of a document.

Source: OpenAPI 3.1.1, Paths Object, Path Templating Matching.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

__all__ = ["Router", "below"]

_VARIABLE: Final = re.compile(r"\{([^{}]+)\}")

T = TypeVar("T")


def below(base_path: str, path: str) -> str | None:
    """Return what of a path comes after the base path, `/` for nothing; None where it does not lie below it.

    Args:
        base_path: without a slash at its end; empty for the root.
        path: begins with `/`.
    """
    if path == base_path:
        return "/"
    return path[len(base_path) :] if path.startswith(f"{base_path}/") else None


class Router(Generic[T]):
    """Finds what belongs to the template that a path matches, by method."""

    def __init__(self) -> None:
        self._static: dict[str, dict[str, T]] = {}
        self._templates: dict[str, tuple[re.Pattern[str], dict[str, T]]] = {}
        self._sorted: list[tuple[re.Pattern[str], str, dict[str, T]]] | None = None

    def add(self, template: str, method: str, target: T) -> None:
        """Add what a method of a path template leads to; the first of a pair counts."""
        if "{" not in template:
            self._static.setdefault(template, {}).setdefault(method, target)
            return
        _, methods = self._templates.setdefault(template, (_pattern(template), {}))
        methods.setdefault(method, target)
        self._sorted = None

    def find(self, path: str) -> tuple[Mapping[str, T], Mapping[str, str]] | None:
        """Return targets by method and the values of the template's variables; None where no template matches.

        Literal characters win over variables.

        Args:
            path: percent-decoded, below the base path.
        """
        methods = self._static.get(path)
        if methods is not None:
            return methods, {}
        for pattern, template, methods in self._by_precedence():
            match = pattern.fullmatch(path)
            if match:
                return methods, dict(zip(_VARIABLE.findall(template), match.groups(), strict=True))
        return None

    def _by_precedence(self) -> list[tuple[re.Pattern[str], str, dict[str, Any]]]:
        if self._sorted is None:
            entries = [(pattern, template, methods) for template, (pattern, methods) in self._templates.items()]
            self._sorted = sorted(entries, key=lambda entry: (entry[1].count("{"), -len(entry[1])))
        return self._sorted


def _pattern(template: str) -> re.Pattern[str]:
    literal = _VARIABLE.sub("{}", template).split("{}")
    return re.compile("([^/]+)".join(re.escape(part) for part in literal))
