"""Measure how costs grow with the number of routines.

    python benchmarks/scale.py [--sizes 1000 10000 100000] [--rounds 3] [--write]

Prints Markdown tables. Requests pass the whole pipeline in this process; their
cost is the thread's processor time, so that other programs disturb little. Every
measured page asks for values that were not asked for before: no answer comes
from a cache of pages. Start and memory are those of a served process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import create_environ

from mockserver.app import Application, create_wsgi
from mockserver.config import Config
from mockserver.dataset import generator, routines
from mockserver.errors import ToolError
from run import at_least_one
from side_by_side import outcome
from side_by_side.tables import MarkersMissing, table, write_between
from start import measure

SIZES = (1_000, 10_000, 100_000)
#: Pages of a case; at 1,000 routines they still have few rows in common.
PAGES = 20
LIMIT = 10
MARKER = "scale"
README = Path(__file__).with_name("README.md")

Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kind of request.

    Attributes:
        title: for people.
        path: below the base path.
        queries: ids of the users → queries, each of which asks for something else.
    """

    title: str
    path: str
    queries: Callable[[Sequence[str]], Iterator[Query]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time of one case at one size, µs.

    Attributes:
        first: of the first request, which makes the index.
        fresh: median of further pages, whose rows were never encoded.
        again: median of pages of rows that were encoded before.
    """

    first: float
    fresh: float
    again: float


def _one_user(users: Sequence[str]) -> Iterator[Query]:
    return ({"linkedin_user_information_ids": user} for user in users)


def _user_and_status(users: Sequence[str]) -> Iterator[Query]:
    pairs = ((user, status) for status in routines.STATUSES for user in users)
    return ({"linkedin_user_information_ids": user, "campaign_status": status} for user, status in pairs)


def _status_and_type(users: Sequence[str]) -> Iterator[Query]:
    pairs = product(routines.STATUSES, routines.TYPES)
    return ({"campaign_status": status, "campaign_type": type_} for status, type_ in pairs)


CASES = (
    Case(
        title="page, no filter",
        path="/campaign-info",
        queries=lambda users: ({"offset": LIMIT * page} for page in range(PAGES)),
    ),
    Case(
        title="page, one filter (status)",
        path="/campaign-info",
        queries=lambda users: (
            {"campaign_status": status, "offset": LIMIT * page}
            for page in range(PAGES // 4)
            for status in routines.STATUSES
        ),
    ),
    Case(title="page, one filter (user)", path="/campaign-info", queries=_one_user),
    Case(title="page, two filters (status, type)", path="/campaign-info", queries=_status_and_type),
    Case(
        title="page, two filters (status, type), sorted by name",
        path="/campaign-info",
        queries=lambda users: ({**query, "sort_by": "campaign_name"} for query in _status_and_type(users)),
    ),
    Case(
        title="page, sorted by connection percentage",
        path="/campaign-info",
        queries=lambda users: ({"sort_by": "connection_percentage", "offset": LIMIT * page} for page in range(PAGES)),
    ),
    Case(
        title="page, `term` (scans)",
        path="/campaign-info",
        queries=lambda users: ({"term": word[:length]} for length in (4, 5, 6) for word in generator.PURPOSES),
    ),
    Case(
        title="dashboard, one user",
        path="/dashboard-info",
        queries=lambda users: ({"linkedin_user_information_ids": user} for user in users),
    ),
    Case(
        title="dashboard, all users",
        path="/dashboard-info",
        queries=lambda users: ({"start_date": f"2025-01-{day:02}"} for day in range(1, PAGES + 1)),
    ),
    Case(
        title="user-campaign-filters (linear by contract)",
        path="/user-campaign-filters",
        queries=lambda users: iter([{}]),
    ),
)


def main() -> None:
    """Measure each case at each size and print the tables."""
    options = _options()
    load = os.getloadavg()[0]
    rounds = [
        {(case.title, size): cost_of(case, size) for size in options.sizes for case in CASES}
        for _ in range(options.rounds)
    ]
    costs = {key: middle([taken[key] for taken in rounds]) for key in rounds[0]}
    starts = {size: start_of(size, options.rounds) for size in (0, *options.sizes)}
    made = f"Measured {outcome.today()} on {outcome.machine()}; mean load in the minute before {load:.1f}."
    text = f"{made}\n\n{costs_table(costs, options.sizes)}\n\n{start_table(starts)}\n"
    print(text)
    if options.write:
        try:
            write_between(README, MARKER, text)
        except MarkersMissing as error:
            print(f"{README.name} is left as it is: {error}", file=sys.stderr)


def cost_of(case: Case, size: int) -> Cost:
    """Measure a case on an organisation of its own, none of whose rows was ever encoded."""
    app = create_wsgi(Config(routines=size, limit_minute=10**9, limit_day=10**9))
    ask(app, "/dashboard-info", {})  # what every application does once
    users = [user.id for user in generator.users(generator.user_count(size), generator.source_of(0))]
    queries = list(islice(case.queries(users), PAGES))
    first, *fresh = [ask(app, case.path, {**query, "limit": LIMIT}) for query in queries]
    again = [ask(app, case.path, {**query, "limit": LIMIT - 1}) for query in queries]
    return Cost(first, statistics.median(fresh or [first]), statistics.median(again))


def start_of(size: int, runs: int) -> tuple[float, float]:
    """Return the medians of seconds to the first answer and of megabytes of PSS."""
    seconds, megabytes = zip(*(measure(["--routines", str(size)]) for _ in range(runs)), strict=True)
    return statistics.median(seconds), statistics.median(megabytes)


def ask(app: Application, path: str, query: Query) -> float:
    """Send one request through the whole pipeline; the processor time that it took, µs.

    Raises:
        RuntimeError: the answer is not a success.
    """
    environ = create_environ(
        app.base_path + path, query_string=urlencode(query), headers={"Authorization": "your_api_key_here"}
    )
    statuses: list[str] = []
    before = time.thread_time_ns()
    body = b"".join(app(environ, lambda status, headers: statuses.append(status)))
    taken = (time.thread_time_ns() - before) / 1000
    if statuses != ["200 OK"]:
        raise RuntimeError(f"{path} {dict(query)} was answered with {statuses}: {body[:200]!r}")
    return taken


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(*(statistics.median(figures) for figures in zip(*map(astuple, costs), strict=True)))


def costs_table(costs: Mapping[tuple[str, int], Cost], sizes: Sequence[int]) -> str:
    """Return a row for each case: new rows, rows encoded before, the growth of both, the first request."""
    header = ["request", *(f"{size:,}" for size in sizes), "growth", "encoded before", "growth", "the very first"]
    rows = []
    for title in dict.fromkeys(title for title, _ in costs):
        found = [costs[title, size] for size in sizes]
        fresh, again = ([getattr(cost, name) for cost in found] for name in ("fresh", "again"))
        rows.append(
            [
                title,
                *(f"{one:,.0f}" for one in fresh),
                f"{fresh[-1] / fresh[0]:.2f}",
                f"{again[0]:,.0f} → {again[-1]:,.0f}",
                f"{again[-1] / again[0]:.2f}",
                f"{found[0].first:,.0f} → {found[-1].first:,.0f}",
            ]
        )
    return table(header, rows)


def start_table(starts: Mapping[int, tuple[float, float]]) -> str:
    """Return start and memory of each size; the smallest one is what memory is counted from.

    Args:
        starts: routines → seconds to the first answer and megabytes of PSS.
    """
    least, (_, base_mb) = min(starts.items())
    rows = [
        [
            f"{size:,}",
            f"{seconds:.2f}",
            f"{memory_mb:.0f}",
            f"{(memory_mb - base_mb) * 1e6 / (size - least):,.0f}" if size > least else "–",
        ]
        for size, (seconds, memory_mb) in starts.items()
    ]
    return table(["routines", "first answer, s", "PSS, MB", "bytes a routine"], rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=at_least_one, nargs="+", default=SIZES, help="1000000 takes minutes")
    parser.add_argument("--rounds", type=at_least_one, default=3)
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    options = parser.parse_args()
    options.sizes = sorted(options.sizes)
    return options


if __name__ == "__main__":
    try:
        main()
    except ToolError as error:
        sys.exit(f"the mock did not start: {error}")
