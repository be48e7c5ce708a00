"""Every setting of a run in one frozen record, and the only reader of environment variables.

Command line, `[tool.contracts]` of pyproject.toml and Python carry the same
names and defaults.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.errors import ConfigInvalid

if TYPE_CHECKING:
    from oas.contract import Contract

BUDGET_ON_LOOPBACK = 1000
BUDGET_ELSEWHERE = 90
PHASES = ("relations", "fuzz", "limits")

_FALSE = frozenset(("", "0", "false", "no", "off"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the environment says, read once at the edge.

    Attributes:
        api_key: of the caller, from `CONTRACTS_API_KEY`; None where it is absent or empty.
        member_key: a key without administrator's rights, from `CONTRACTS_MEMBER_KEY`; likewise.
        is_colourless: `NO_COLOR` is there and not empty, whatever it says.
        is_github: `GITHUB_ACTIONS` is on.
        is_debug: `CONTRACTS_DEBUG` is on: a fault of the tool shows its traceback.
    """

    api_key: str | None = field(default=None, repr=False)
    member_key: str | None = field(default=None, repr=False)
    is_colourless: bool = False
    is_github: bool = False
    is_debug: bool = False

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Environment:
        """Read `variables`, those of the process where there are none. 0, false, no and off switch nothing on."""
        found = os.environ if variables is None else variables
        return cls(
            api_key=found.get("CONTRACTS_API_KEY") or None,
            member_key=found.get("CONTRACTS_MEMBER_KEY") or None,
            is_colourless=bool(found.get("NO_COLOR")),
            is_github=found.get("GITHUB_ACTIONS", "").lower() not in _FALSE,
            is_debug=found.get("CONTRACTS_DEBUG", "").lower() not in _FALSE,
        )


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several runs that share a plan and its budget.

    Attributes:
        index: from 1 to `count`.
        count: number of runs, ≥ 1.
    """

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `2/3`, the second of three.

        Raises:
            ConfigInvalid: it says something else.
        """
        index, _, count = text.partition("/")
        if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
            raise ConfigInvalid(f"{text!r} is not a shard; INDEX/COUNT was expected, from 1/3 to 3/3", "--shard")
        return cls(int(index), int(count))

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def share(self, amount: int) -> int:
        """Return this run's part of an amount, ≥ 0; all parts add up to it."""
        return amount // self.count + (self.index <= amount % self.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of one run.

    Attributes:
        base_url: of the target, path included; None starts the embedded mock.
        api_key: of the caller; None takes the mock's own, or none.
        member_key: a key without administrator's rights, for the relations that need one.
        spec: path of another OpenAPI document; None takes the packaged one.
        strict: refuse a document with any finding.
        allow_remote_refs: origin that references of the document may lead to; None opens none.
        only: ids or id prefixes of relations to run; empty runs all.
        skip: ids or id prefixes of relations to leave out.
        phases: of `PHASES`, in this order.
        seed: of every random choice.
        budget: most requests; None is 1,000 on loopback, 90 elsewhere.
        max_wait_s: most seconds spent waiting for the allowance, in the whole run.
        timeout_s: for one request.
        fuzz: generated requests; None is what the budget leaves, at most 600 (0 elsewhere than on loopback).
        is_fail_fast: stop at the first violation.
        reports: format and path, as given.
        baseline: file of known failures.
        compare: NDJSON report of an earlier run.
        assumptions: `fail` or `warn`: what a broken assumption is.
        header_name: header that carries the key; None takes the document's.
        allow_writes: send operations with `x-effect: write` to targets that are not on loopback.
        exhaust: provoke a 429 on targets that are not on loopback.
        is_live: treat a loopback target like any other host.
        ca_bundle: PEM file to trust instead of the system's.
        ledger: file of allowances; None is one per key in the user's state directory.
        example_database: of Hypothesis: a directory or `redis://…`; None is none.
        save_corpus: file for the requests of the run, to be replayed; None writes none.
        is_quiet: the verdict only.
        shard: the part of the plan that this run takes; None takes all of it.
    """

    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    member_key: str | None = field(default=None, repr=False)
    spec: Path | None = None
    strict: bool = False
    allow_remote_refs: str | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    phases: tuple[str, ...] = PHASES
    seed: int = 0
    budget: int | None = None
    max_wait_s: float = 60.0
    timeout_s: float = 30.0
    fuzz: int | None = None
    is_fail_fast: bool = False
    reports: tuple[tuple[str, Path], ...] = ()
    baseline: Path | None = None
    compare: Path | None = None
    assumptions: str = "fail"
    header_name: str | None = None
    allow_writes: bool = False
    exhaust: bool = False
    is_live: bool = False
    ca_bundle: Path | None = None
    ledger: Path | None = None
    example_database: str | None = None
    save_corpus: Path | None = None
    is_quiet: bool = False
    shard: Shard | None = None

    def __post_init__(self) -> None:
        if self.budget is not None and self.budget < 1:
            raise ConfigInvalid("a budget of at least 1 request was expected", "--budget")
        if self.max_wait_s < 0:
            raise ConfigInvalid("0 or more seconds were expected", "--max-wait")
        unknown = [phase for phase in self.phases if phase not in PHASES]
        if unknown or not self.phases:
            raise ConfigInvalid(f"phases are {', '.join(PHASES)}; got {', '.join(unknown) or 'none'}", "--phases")
        if self.assumptions not in ("fail", "warn"):
            raise ConfigInvalid("`fail` or `warn` was expected", "--assumptions")
        if self.base_url is not None and not self.base_url.startswith(("http://", "https://")):
            raise ConfigInvalid("a URL that begins with http:// or https:// was expected", "BASE_URL")
        if self.budget is not None and not self.share(self.budget):
            raise ConfigInvalid(f"a budget of {self.budget} has no request for shard {self.shard}", "--budget")

    def contract(self) -> Contract:
        """Read the document that servers are judged by.

        Raises:
            SpecInvalid: it cannot be read, or `strict` and something is wrong with it.
        """
        from oas.contract import load

        found = load(self.spec, self.allow_remote_refs)
        found.compile()
        found.refuse_findings(self.strict)
        return found

    def share(self, amount: int) -> int:
        """Return the part of a number of requests that this run may send."""
        return amount if self.shard is None else self.shard.share(amount)
