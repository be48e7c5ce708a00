"""What is wrong with a document: values that are collected, sorted and printed, never raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from oas.errors import place_text, printable

__all__ = ["Finding", "Findings", "Severity", "summary_lines"]

#: `error`: a part of the document cannot be used. `warning`: it is used, perhaps not as its author meant.
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a document.

    Attributes:
        severity: `error` or `warning`.
        source: path or URL of the file.
        line: of the file, from 1; 0 where it is not known.
        pointer: RFC 6901 JSON pointer into the file, empty for the whole.
        message: a sentence that says what is wrong and what was expected.
        cost: a sentence that says what is lost; empty where nothing is.
    """

    severity: Severity
    source: str
    line: int
    pointer: str
    message: str
    cost: str = ""

    def __str__(self) -> str:
        text = f"{self.message} {self.cost}".rstrip()
        place = place_text(self.source, self.line, self.pointer)
        return printable(f"{self.severity}: {place}: {text}" if place else f"{self.severity}: {text}")


class Findings:
    """Collects findings; the same message about the same place is kept once."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings: dict[tuple[str, int, str, str], Finding] = {}
        self.extend(findings)

    def add(self, finding: Finding) -> None:
        """Add a finding, unless its place and message are known."""
        self._findings.setdefault((finding.source, finding.line, finding.pointer, finding.message), finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add each of several findings."""
        for finding in findings:
            self.add(finding)

    def sorted(self) -> tuple[Finding, ...]:
        """Return all findings: errors first, then by file, line and pointer."""
        return tuple(sorted(self, key=_rank))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings.values())

    def __len__(self) -> int:
        return len(self._findings)


def summary_lines(findings: Iterable[Finding], shown: int = 10) -> list[str]:
    """Return a line for each of the worst findings, and one that counts the rest.

    Args:
        findings: in any order.
        shown: number of findings that get a line of their own.
    """
    worst_first = sorted(findings, key=_rank)
    lines = [str(finding) for finding in worst_first[:shown]]
    rest = worst_first[shown:]
    if rest:
        errors = sum(finding.severity == "error" for finding in rest)
        lines.append(f"and {len(rest)} more: {_count(errors, 'error')}, {_count(len(rest) - errors, 'warning')}")
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _rank(finding: Finding) -> tuple[bool, str, int, str, str]:
    return finding.severity != "error", finding.source, finding.line, finding.pointer, finding.message
