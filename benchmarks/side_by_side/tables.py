"""The figures as Markdown: a table for the front page, and all of them for the page of the benchmarks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from side_by_side.outcome import Outcome
from side_by_side.peers.roster import MOCK, PRISM
from side_by_side.rounds import Spread

MANY = 32
FIRST_CASE = "campaigns"
MARKER = "side-by-side"
CHART = "side_by_side.svg"
_DRAWN = "![Requests a second of each server]"
_NOTHING = "–"


class MarkersMissing(Exception):
    """A file has no place for the tables."""


def front(outcome: Outcome) -> str:
    """Return one row for each server: the campaign page under 32 connections."""
    header = ["server", "does", "requests/s", "× Prism, no log", "CPU µs a request", "PSS, MB"]
    rows = [
        [
            f"{peer.name} {peer.version}".strip(),
            peer.does,
            _number(outcome.spread("rate", name, FIRST_CASE, MANY)),
            _times(outcome.ratio(name, PRISM, FIRST_CASE, MANY)),
            _number(outcome.spread("cpu_us", name, FIRST_CASE, MANY)),
            f"{peer.memory_mb:.0f}",
        ]
        for name, peer in outcome.peers.items()
    ]
    return f"{_DRAWN}(benchmarks/{CHART})\n\n{table(header, rows)}\n\n{_made(outcome)}\n"


def whole(outcome: Outcome) -> str:
    """Return every table."""
    parts = [_made(outcome), f"{_DRAWN}({CHART})", "### Servers", _servers(outcome)]
    for connections in reversed(outcome.connections):
        plural = "connection" if connections == 1 else "connections"
        parts += [
            f"### {connections} {plural}",
            "Requests a second, median (least–most of the rounds):",
            _by_case(outcome, "rate", connections),
            "Processor time of the server, µs a request:",
            _by_case(outcome, "cpu_us", connections),
            "The mock beside others, times their requests a second, and its tail:",
            _ratios(outcome, connections),
        ]
    if outcome.missing:
        parts.append("Left out: " + "; ".join(f"{name} ({why})" for name, why in outcome.missing.items()) + ".")
    return "\n\n".join(parts) + "\n"


def replaced(text: str, marker: str, inner: str) -> str:
    """Put `inner` between the two lines of a marker, `<!-- NAME:begin -->` and `<!-- NAME:end -->`.

    Raises:
        MarkersMissing: the text does not have both, in this order.
    """
    begin, end = f"<!-- {marker}:begin -->", f"<!-- {marker}:end -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise MarkersMissing(f"the lines `{begin}` and `{end}` were expected; add them where the table belongs")
    return f"{before}{begin}\n\n{inner.strip()}\n\n{end}{after}"


def write_between(path: Path, marker: str, inner: str) -> None:
    """Replace what stands between the markers of a file.

    Raises:
        MarkersMissing: the file does not have them.
    """
    path.write_text(replaced(path.read_text(encoding="utf-8"), marker, inner), encoding="utf-8")


def _made(outcome: Outcome) -> str:
    return (
        f"Measured {outcome.date} by `python benchmarks/run.py`: median of {outcome.rounds} alternating rounds of "
        f"{outcome.seconds} s on {outcome.machine}; mean load in the minute before {outcome.load:.1f}."
    )


def _servers(outcome: Outcome) -> str:
    rows = [[peer.name, peer.version, peer.does, f"{peer.memory_mb:.0f}"] for peer in outcome.peers.values()]
    return table(["server", "version", "does", "PSS, MB"], rows)


def _by_case(outcome: Outcome, figure: str, connections: int) -> str:
    header = ["case", *(peer.name for peer in outcome.peers.values())]
    rows = [
        [title, *(_spread(outcome.spread(figure, peer, case, connections)) for peer in outcome.peers)]
        for case, title in outcome.titles.items()
    ]
    return table(header, rows)


def _ratios(outcome: Outcome, connections: int) -> str:
    others = [name for name in outcome.peers if name != MOCK]
    header = ["case", *(f"× {outcome.peers[name].name}" for name in others), "p50, µs", "p99, µs", "p99 / p50"]
    rows = []
    for case, title in outcome.titles.items():
        middle, tail = (outcome.spread(name, MOCK, case, connections) for name in ("p50_us", "p99_us"))
        ratio = tail.median / middle.median if tail and middle else None
        times = [_times(outcome.ratio(MOCK, name, case, connections)) for name in others]
        rows.append([title, *times, _number(middle), _number(tail), _times(ratio)])
    return table(header, rows)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(spread: Spread | None) -> str:
    return f"{spread.median:,.0f}" if spread else _NOTHING


def _spread(spread: Spread | None) -> str:
    return f"{spread.median:,.0f} ({spread.least:,.0f}–{spread.most:,.0f})" if spread else _NOTHING


def _times(ratio: float | None) -> str:
    if ratio is None:
        return _NOTHING
    return f"{ratio:.2f}" if ratio < 1 else f"{ratio:,.1f}"
