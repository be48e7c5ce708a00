"""The figures of a whole comparison, as one record that can be written and read."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from side_by_side.cases import Case
from side_by_side.rounds import Key, Sample, Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is told of a peer beside its times.

    Attributes:
        name: for people.
        version: of its program.
        does: what it does for a request.
        memory_mb: PSS after all rounds.
    """

    name: str
    version: str
    does: str
    memory_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A comparison.

    Attributes:
        date: day, ISO 8601.
        machine: what it ran on, one line.
        load: mean number of runnable processes in the minute before; above a few tenths, others use the machine.
        seconds: of each run of wrk.
        titles: name of a case → its title, in order.
        peers: short name → description, in order.
        samples: of every round.
        missing: short name → why it is left out.
    """

    date: str
    machine: str
    load: float
    seconds: int
    titles: Mapping[str, str]
    peers: Mapping[str, Described]
    samples: Mapping[Key, Sequence[Sample]]
    missing: Mapping[str, str]

    @property
    def connections(self) -> list[int]:
        """Numbers of connections, ascending."""
        return sorted({connections for _, _, connections in self.samples})

    @property
    def rounds(self) -> int:
        """How often each peer was timed."""
        return max(map(len, self.samples.values()), default=0)

    def spread(self, figure: str, peer: str, case: str, connections: int) -> Spread | None:
        """Return a figure of `Sample` over all rounds; None where it was not measured."""
        found = self.samples.get((peer, case, connections))
        return Spread.of(getattr(sample, figure) for sample in found) if found else None

    def ratio(self, peer: str, to: str, case: str, connections: int) -> float | None:
        """Return how many times more requests a second `peer` answers than `to`; None where one is missing."""
        ours, theirs = (self.spread("rate", name, case, connections) for name in (peer, to))
        return ours.median / theirs.median if ours and theirs else None

    def write(self, path: Path) -> None:
        """Write everything as JSON."""
        samples = [[*key, [asdict(sample) for sample in found]] for key, found in self.samples.items()]
        path.write_text(json.dumps({**asdict(self), "samples": samples}, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Outcome:
        """Read what `write` wrote."""
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        samples = {
            (peer, case, number): [Sample(**one) for one in took] for peer, case, number, took in found["samples"]
        }
        peers = {name: Described(**peer) for name, peer in found["peers"].items()}
        return cls(**{**found, "samples": samples, "peers": peers})


def machine() -> str:
    """Return what this machine is, in a few words."""
    model = platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}, CPython {platform.python_version()}"


def today() -> str:
    """Return the present day, UTC."""
    return datetime.now(UTC).date().isoformat()


def titles(cases: Sequence[Case]) -> dict[str, str]:
    """Return the titles of cases by their names."""
    return {case.name: case.title for case in cases}
