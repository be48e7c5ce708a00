"""Annotations of GitHub Actions: each violation stands at its line of the document in the pull request.

DocumentSource: GitHub Docs, Workflow commands (setting an error message; escaping).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.outcome.conclusion import conclude
from contracts.report.source import DocumentSource
from contracts.report.text import message
from contracts.verdicts import Report, Violation

__all__ = ["MAX_SHOWN", "annotate", "disarm"]

#: As many of each level as GitHub shows of one step.
MAX_SHOWN = 10

_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)


def annotate(report: Report, source: DocumentSource) -> Iterator[str]:
    """Write the lines that make annotations, without line ends.

    What the baseline accepts gets none. A run that is neither kept nor broken gets one.
    """
    accepted = dict(report.accepted)
    found = [item for item in (*report.violations, *report.warnings) if item.fingerprint not in accepted]
    yield from _level("error", [item for item in found if report.counts(item)], source)
    yield from _level("warning", [item for item in found if not report.counts(item)], source)
    conclusion = conclude(report)
    if conclusion.word in ("inconclusive", "interrupted"):
        yield f"::warning title=contracts: {conclusion.word}::{_data(conclusion.sentence)}"


def disarm(text: str) -> str:
    """Take from text that a server chose what the runner would obey, at the start of a line or anywhere in it."""
    return _COMMAND.sub(lambda found: found[1] + ": :", text).replace("##[", "# #[")


def _level(level: str, found: list[Violation], source: DocumentSource) -> Iterator[str]:
    shown = found if len(found) <= MAX_SHOWN else found[: MAX_SHOWN - 1]
    for item in shown:
        place = f"file={_property(source.name)},line={source.line(item.pointer)},title={_property(item.relation_id)}"
        yield f"::{level} {place}::{_data(message(item))}"
    if rest := len(found) - len(shown):
        yield f"::{level} title=contracts::{rest} more; the other reports have them all"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
