"""The chart: requests a second of each server as bars on a logarithmic scale, SVG without a program of its own."""

from __future__ import annotations

import math
from html import escape

from side_by_side.outcome import Outcome
from side_by_side.peers.roster import MOCK
from side_by_side.rounds import Spread
from side_by_side.tables import FIRST_CASE, MANY

WIDTH, ROW, TOP, LEFT, RIGHT = 760, 30, 56, 170, 100
_OURS, _OTHERS = "#0b6e4f", "#8a94a6"


def svg(outcome: Outcome, case: str = FIRST_CASE, connections: int = MANY) -> str:
    """Draw one bar for each server that was timed, the fastest first; a thin line spans its rounds."""
    found = {name: outcome.spread("rate", name, case, connections) for name in outcome.peers}
    spreads = sorted(((name, one) for name, one in found.items() if one), key=lambda pair: -pair[1].median)
    scale = _Scale.over([spread for _, spread in spreads])
    height = TOP + ROW * len(spreads) + 34
    title = f"{outcome.titles[case].capitalize()}, {connections} connections: requests a second (logarithmic)"
    bars = [_bar(outcome, scale, place, name, spread) for place, (name, spread) in enumerate(spreads)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'font-family="system-ui, sans-serif" font-size="13">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<text x="16" y="28" font-size="15" font-weight="600" fill="#1b1f27">{escape(title)}</text>',
            *scale.grid(height),
            *bars,
            "</svg>",
            "",
        ]
    )


class _Scale:
    """From 10 ** `low` at the left to 10 ** `high` at the right."""

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    @classmethod
    def over(cls, spreads: list[Spread]) -> _Scale:
        """Return whole powers of ten around all values."""
        low = math.floor(math.log10(min((one.least for one in spreads), default=1)))
        high = math.ceil(math.log10(max((one.most for one in spreads), default=10)))
        return cls(low, max(high, low + 1))

    def x(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def grid(self, height: int) -> list[str]:
        """Draw a line for each power of ten."""
        lines = []
        for power in range(self._low, self._high + 1):
            x = self.x(10**power)
            lines.append(f'<line x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{height - 26}" stroke="#e2e6ec"/>')
            lines.append(f'<text x="{x}" y="{height - 10}" text-anchor="middle" fill="#5b6472">{10**power:,}</text>')
        return lines


def _bar(outcome: Outcome, scale: _Scale, place: int, name: str, spread: Spread) -> str:
    y = TOP + place * ROW
    left, end = scale.x(10**scale._low), scale.x(spread.median)
    middle = y + ROW / 2 - 2
    label = escape(outcome.peers[name].name)
    return (
        f'<text x="{LEFT - 10}" y="{middle + 4}" text-anchor="end" fill="#1b1f27">{label}</text>'
        f'<rect x="{left}" y="{y + 3}" width="{round(end - left, 1)}" height="{ROW - 10}" rx="2" '
        f'fill="{_OURS if name == MOCK else _OTHERS}"/>'
        f'<line x1="{scale.x(spread.least)}" x2="{scale.x(spread.most)}" y1="{middle}" y2="{middle}" '
        f'stroke="#1b1f27" stroke-width="1.5"/>'
        f'<text x="{max(end, scale.x(spread.most)) + 8}" y="{middle + 4}" fill="#1b1f27">{spread.median:,.0f}</text>'
    )
