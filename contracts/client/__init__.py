"""The verdict on a client: does what it sent keep the contract?

    journal ─ read_journal ─▶ Sent ─ judge ─▶ Verdict ─ render ─▶ text

Pure functions over frozen records, so that a fixture, a running mock and a file
give the same verdict for the same requests. `RULES` lists what is judged. Only
`contract_of` reads a file, and imports what it needs for that when it is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from contracts.client.models import Breach, ClientRequest, Expectation, Finding, MissedExpectation, Rule, Verdict
from contracts.client.text import as_json, render
from contracts.client.traffic import read_journal
from contracts.client.verdict import RULES, VerdictOptions, judge, rules_table
from contracts.errors import UsageError

if TYPE_CHECKING:
    from oas.contract import Contract

__all__ = [
    "RULES",
    "Breach",
    "ClientRequest",
    "Expectation",
    "Finding",
    "MissedExpectation",
    "Rule",
    "UsageError",
    "Verdict",
    "VerdictOptions",
    "as_json",
    "contract_of",
    "judge",
    "read_journal",
    "render",
    "rules_table",
]


def contract_of(path: Path | None = None) -> Contract:
    """Return the contract that `judge` holds requests against; it costs some 50 ms, so keep it.

    Args:
        path: of an OpenAPI document; None takes the packaged one.

    Raises:
        UsageError: it cannot be turned into a contract.
    """
    from oas.contract import load

    return load(path)
