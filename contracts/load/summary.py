"""The figures of a load test: what the clients counted, what the server counted, and whether both agree.

`figures_of` reads Locust's statistics and is the only function that knows them.
Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["THROTTLED", "CountCheck", "Summary", "figures_of", "reckon"]

#: Name of a refusal for the rate among Locust's errors.
THROTTLED = "429"
PERCENTILES = (0.5, 0.95, 0.99)
#: How an error reads that a worker reported to its master.
_REPORTED = re.compile(r"CatchResponseError\('(.*)'\)")


def figures_of(stats: Any) -> dict[str, Any]:
    """Return Locust's statistics as JSON values: all requests together, then each kind of step."""
    entries = [stats.total, *sorted(stats.entries.values(), key=lambda entry: str(entry.name))]
    return {
        "duration_s": max(0.0, (stats.total.last_request_timestamp or 0) - (stats.total.start_time or 0)),
        "errors": dict(_errors(stats)),
        "steps": [
            {
                "name": str(entry.name),
                "requests": entry.num_requests,
                "failures": entry.num_failures,
                "percentiles_ms": [entry.get_response_time_percentile(share) or 0 for share in PERCENTILES],
            }
            for entry in entries
        ],
    }


def _errors(stats: Any) -> Counter[str]:
    counted: Counter[str] = Counter()
    for error in stats.errors.values():
        found = _REPORTED.fullmatch(str(error.error))
        counted[found[1] if found else str(error.error)] += error.occurrences
    return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CountCheck:
    """Two counts of the same requests.

    Attributes:
        client: requests that were answered, as the users counted.
        server: requests that the server counted; None where it cannot be known.
        reason: why it cannot.
    """

    client: int
    server: int | None
    reason: str = ""

    @property
    def is_right(self) -> bool:
        """Whether nothing speaks against both counts being the same."""
        return self.server is None or self.server == self.client

    def __str__(self) -> str:
        if self.server is None:
            return f"{self.client:,} by the clients; the server's count is unknown: {self.reason}"
        verdict = "both agree" if self.is_right else f"{abs(self.server - self.client):,} apart"
        return f"{self.client:,} by the clients, {self.server:,} by the server: {verdict}"


def reckon(client: int, before: Sequence[int | None], after: Sequence[int | None]) -> CountCheck:
    """Compare what the users counted with what is left of the allowance.

    Args:
        client: requests of all users.
        before: for each key what an answer said is left of the longest window, before the test.
        after: likewise after the test; asking cost each key one more request.
    """
    if None in before or None in after or not before:
        return CountCheck(client=client, server=None, reason="its answers do not tell what is left")
    used = [was - now - 1 for was, now in zip(before, after, strict=True) if was is not None and now is not None]
    if 0 in after:
        return CountCheck(
            client=client, server=None, reason="a key's allowance was used up, below which nothing counts"
        )
    if min(used) < 0:
        return CountCheck(client=client, server=None, reason="a new window began, or others sent with the same key")
    return CountCheck(client=client, server=sum(used))


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a load test comes to.

    Attributes:
        figures: of `figures_of`.
        reckoning: of both counts.
        users: at the same time.
    """

    figures: Mapping[str, Any]
    reckoning: CountCheck
    users: int

    @property
    def requests(self) -> int:
        """Requests of all users."""
        return int(self.figures["steps"][0]["requests"])

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.figures["duration_s"] if self.figures["duration_s"] else 0.0

    @property
    def throttled(self) -> int:
        """Refusals for the rate."""
        return int(self.figures["errors"].get(THROTTLED, 0))

    @property
    def failures(self) -> Mapping[str, int]:
        """Other answers than successes and refusals for the rate, and requests without one, by what they were."""
        return {name: count for name, count in self.figures["errors"].items() if name != THROTTLED}

    @property
    def exit_code(self) -> int:
        """0 when all is well, 1 when requests failed or the counts differ, 4 when nothing was sent."""
        if not self.requests:
            return 4
        return int(bool(self.failures) or not self.reckoning.is_right)

    def lines(self) -> Iterator[str]:
        """Write it for a person."""
        yield f"{'step':<34} {'requests':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}"
        for step in self.figures["steps"][1:]:
            yield _row(step["name"], step)
        yield _row("all", self.figures["steps"][0])
        share = 100 * self.throttled / self.requests if self.requests else 0.0
        yield f"rate       {self.rate:,.1f} requests/s by {self.users:,} users in {self.figures['duration_s']:.1f} s"
        yield f"refused    {self.throttled:,} with 429, {share:.1f} %"
        yield f"counted    {self.reckoning}"
        for name, count in sorted(self.failures.items()):
            yield f"failed     {count:,} × {name}"


def _row(name: str, step: Mapping[str, Any]) -> str:
    times = " ".join(f"{time:>8,.0f}" for time in step["percentiles_ms"])
    return f"{name:<34} {step['requests']:>9,} {times}"
