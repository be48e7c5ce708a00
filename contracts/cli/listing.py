"""What `contracts plan` and `contracts relations` print; nothing here sends anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from urllib.parse import urlencode

from contracts import relations
from contracts.config import BUDGET_ON_LOOPBACK, Config
from contracts.gate.target import Target
from contracts.observations.cases import PlannedRequest
from contracts.plan.verdict import check_choice, selected
from contracts.report.source import DocumentSource
from contracts.report.text import escape_control
from contracts.run import engine

__all__ = ["plan_lines", "relation_lines"]

#: Characters of a body that a line shows.
MAX_BODY = 90


def plan_lines(config: Config) -> Iterator[str]:
    """Write the plan of the relations on data of average size, a line per request.

    Raises:
        SpecInvalid: the document cannot be turned into a contract.
        ConfigInvalid: the base URL makes no sense, or an id in `only` or `skip` begins no relation.
    """
    target = Target.of(config) if config.base_url else None
    budget = target.budget(config) if target else config.share(config.budget or BUDGET_ON_LOOPBACK)
    document = config.contract()
    check_choice(config, relations.relations(document))
    plan = engine.plan(config, document, budget)
    place = target.url if target else "the embedded mock"
    shard = f", shard {config.shard}" if config.shard else ""
    yield f"plan for {place}: {plan.cost} of {budget:,} requests, seed {config.seed}{shard}"
    yield "values are drawn from what the server shows; here they stand for themselves"
    for number, case in enumerate(plan.cases, start=1):
        yield f"{number:>4}  {case.cost:>2}  {_asked(case)}"
        yield f"          {escape_control(case.meaning)}; {_number(len(case.covers), 'relation')}"
    if plan.left_out:
        yield f"left out, {_number(len(plan.left_out), 'request')}; a larger --budget sends them:"
    for case in plan.left_out:
        yield f"      {case.cost:>2}  {_asked(case)}"
        yield f"          {escape_control(case.meaning)}; {_number(len(case.covers), 'relation')}"


def relation_lines(config: Config, *, is_json: bool = False) -> Iterator[str]:
    """Write the relations that a configuration wants: id, cost, place and meaning.

    Args:
        config: its `spec`, `only` and `skip` count.
        is_json: one JSON object a line.

    Raises:
        SpecInvalid: the document cannot be turned into a contract.
        ConfigInvalid: an id in `only` or `skip` begins no relation.
    """
    document = config.contract()
    source = DocumentSource.of(document.document)
    everything = relations.relations(document)
    check_choice(config, everything)
    wanted = [item for item in everything if selected(item.id, config.only, config.skip)]
    for item in wanted:
        if is_json:
            yield json.dumps({**asdict(item), "file": source.name, "line": source.line(item.pointer)})
            continue
        yield f"{item.id}  {_number(item.cost, 'request')}  {source.place(item.pointer)}"
        yield f"    {escape_control(item.meaning)}" + (" (an assumption)" if item.assumed else "")
    if not is_json:
        yield _number(len(wanted), "relation")


def _asked(case: PlannedRequest) -> str:
    """Write a request as one line."""
    request = case.request
    query = f"?{urlencode(request.query, errors='surrogatepass')}" if request.query else ""
    body = "" if request.body is None else " " + json.dumps(request.body)
    body = f" {request.raw_body!r}" if request.raw_body is not None else body
    body = body if len(body) <= MAX_BODY else body[:MAX_BODY] + "…"
    key = "" if request.credential == "key" else f"  [key: {request.credential}]"
    return escape_control(f"{request.method} {request.path}{query}{body}{key}")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
