"""Paths of requests and the path templates of a document.

Source: OpenAPI 3.1.1, Paths Object, Path Templating Matching.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

__all__ = ["Match", "Router", "below"]

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


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """What a path leads to, and the values of its template's variables."""

    target: T
    variables: Mapping[str, str]


class Router(Generic[T]):
    """Finds what belongs to the template that a path matches, by method."""

    def __init__(self) -> None:
        self._static: dict[str, dict[str, T]] = {}
        self._templates: dict[str, tuple[re.Pattern[str], dict[str, tuple[str, T]]]] = {}
        self._sorted: list[tuple[re.Pattern[str], dict[str, tuple[str, T]]]] | None = None

    def add(self, template: str, method: str, target: T) -> None:
        """Add what a method of a path template leads to; the first of a pair counts."""
        if "{" not in template:
            self._static.setdefault(template, {}).setdefault(method, target)
            return
        # Templates that differ in the names of their variables only are one, and each method keeps its own names.
        shape = _VARIABLE.sub("{}", template)
        _, methods = self._templates.setdefault(shape, (_pattern(template), {}))
        methods.setdefault(method, (template, target))
        self._sorted = None

    def find(self, path: str) -> Mapping[str, Match[T]] | None:
        """Return what each method of a path leads to; None where no template matches.

        Concrete paths win over templates, literal characters over variables. A method that the best template
        does not have is looked for in the next one.

        Args:
            path: percent-decoded, below the base path.
        """
        found = {method: Match(target, {}) for method, target in self._static.get(path, {}).items()}
        for pattern, methods in self._by_precedence():
            match = pattern.fullmatch(path)
            for method, (template, target) in methods.items() if match else ():
                if method not in found and match is not None:
                    values = zip(_VARIABLE.findall(template), match.groups(), strict=True)
                    found[method] = Match(target, dict(values))
        return found or None

    def _by_precedence(self) -> list[tuple[re.Pattern[str], dict[str, tuple[str, T]]]]:
        if self._sorted is None:
            shapes = sorted(self._templates, key=lambda shape: (shape.count("{"), -len(shape)))
            self._sorted = [self._templates[shape] for shape in shapes]
        return self._sorted


def _pattern(template: str) -> re.Pattern[str]:
    literal = _VARIABLE.sub("{}", template).split("{}")
    return re.compile("([^/]+)".join(re.escape(part) for part in literal))
