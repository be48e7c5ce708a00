"""One violation in words, the same in every report, and text that cannot harm who reads it.

A server chooses what stands in an excerpt, so control characters are shown,
never sent on.
"""

from __future__ import annotations

import re

from contracts.report.source import DocumentSource
from contracts.verdicts import Verdict, Violation

__all__ = ["escape_control", "fields", "lines", "message", "standing"]

#: What a terminal would obey, XML 1.0 cannot carry, or a reader cannot see: C0 but for tab and line feed, DEL, C1,
#: the overrides of writing direction, the surrogates, the two non-characters.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def escape_control(text: str) -> str:
    """Write control characters as escapes, so that they are seen instead of obeyed."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def fields(violation: Violation, source: DocumentSource) -> tuple[tuple[str, str], ...]:
    """List label and text of what a violation says, in the order of reading; what is empty is left out."""
    named = (
        ("what happened", violation.title),
        ("expected", violation.expected),
        ("spec", source.place(violation.pointer)),
        ("assumed", violation.assumed),
        ("shown by", violation.excerpt),
        ("exchanges", ", ".join(f"#{number}" for number in violation.exchanges)),
        ("try", violation.curl),
        ("fingerprint", violation.fingerprint),
    )
    return tuple((label, escape_control(text)) for label, text in named if text)


def lines(violation: Violation, source: DocumentSource) -> list[str]:
    """Write a violation as plain lines, labels in a column."""
    found = []
    for label, text in fields(violation, source):
        first, *more = text.split("\n")
        found += [f"{label:<15}{first}", *(" " * 15 + line for line in more)]
    return found


def message(violation: Violation) -> str:
    """Write a violation as one line: what happened, what was expected."""
    return escape_control(" ".join(f"{violation.title}; expected {violation.expected}".split()))


def standing(verdict: Verdict) -> str:
    """Write outcome and reason of a verdict as one line."""
    reason = f": {verdict.reason}" if verdict.reason else ""
    return escape_control(" ".join(f"{verdict.outcome}{reason}".split()))
