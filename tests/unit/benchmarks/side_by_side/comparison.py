"""A made-up comparison for the tests of tables and chart."""

from __future__ import annotations

from side_by_side.outcome import Described, Outcome
from side_by_side.rounds import Sample


def outcome() -> Outcome:
    rates = {"mockserver": 20_000.0, "nginx": 60_000.0, "prism-silent": 2_000.0}
    names = {"mockserver": "mockserver", "nginx": "nginx", "prism-silent": "Prism <no log>"}
    return Outcome(
        date="2026-11-24",
        machine="2 × test",
        load=0.5,
        seconds=2,
        titles={"campaigns": "campaign page", "invalid": "400"},
        peers={
            name: Described(name=title, version="1.0", does="answers", memory_mb=40.4) for name, title in names.items()
        },
        samples={
            (name, case, connections): [Sample(rate * part, 1e6 / rate, 100, 450) for part in (0.5, 1.0, 1.25)]
            for name, rate in rates.items()
            for case in ("campaigns", "invalid")
            for connections in (1, 32)
            if (name, case) != ("nginx", "invalid")
        },
        missing={"mockoon": "node is not on the path"},
    )
