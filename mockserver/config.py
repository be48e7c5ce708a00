"""Every setting of the mock server in one frozen record.

The only reader of environment variables. Command-line options carry the same
names and defaults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mockserver.errors import ConfigInvalid

DEFAULT_PORT = 4010
MAX_BODY_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_WORKERS = 64
#: As a browser sends it: lower case, no path. Source: WHATWG URL, origin.
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", re.ASCII)
STATE_SCHEMES = ("redis://", "rediss://", "unix://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of one server.

    Attributes:
        host: address to bind.
        port: 0–65535; 0 takes any free port.
        spec: path of another OpenAPI document; None serves the packaged one.
        strict: refuse to start where anything is wrong with the document.
        allow_remote_refs: origin that references of the document may lead to; None opens none.
        dataset: path of a dataset file; None takes the packaged default.
        routines: size of a generated organisation, ≥ 0; None generates nothing.
        seed: drives the generator and generated bodies.
        limit_minute: requests a minute; None takes `x-rate-limit` of the document.
        limit_day: requests a day; None likewise.
        clock: seconds since the epoch at which the clock is frozen; None is real time.
        cors: allowed origins beside those on localhost.
        log: `text` or `json`.
        admin_token: bearer token that opens `/__admin` to other than loopback peers.
        allow_hosts: names accepted in `Host` beside the loopback ones.
        scenario: that is played from the start; empty plays none.
        scenarios: folder of scenarios beside the packaged ones; None has none.
        errors: share of valid requests that are answered with 500, 0–1.
        check_answers: judge every finished answer by its schema.
        watch: serve changed files without a restart; for one worker with a state of its own.
        max_body_bytes: larger request bodies are refused with 413.
        max_depth: deepest nesting of a JSON body.
        journal_entries: most exchanges kept per session.
        journal_bytes: most bytes of exchanges kept per session.
        workers: processes that answer, 1–64; they share one state.
        state: URL of a Redis in which all servers that name it keep one state; None keeps it here.
        state_failure: while that is away, `refuse` answers 500, `local` counts in each process by itself.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    spec: Path | None = None
    strict: bool = False
    allow_remote_refs: str | None = None
    dataset: Path | None = None
    routines: int | None = None
    seed: int = 0
    limit_minute: int | None = None
    limit_day: int | None = None
    clock: float | None = None
    cors: tuple[str, ...] = ()
    log: str = "text"
    admin_token: str | None = None
    allow_hosts: tuple[str, ...] = ()
    scenario: str = ""
    scenarios: Path | None = None
    errors: float = 0.0
    check_answers: bool = False
    watch: bool = False
    max_body_bytes: int = MAX_BODY_BYTES
    max_depth: int = MAX_DEPTH
    journal_entries: int = 1000
    journal_bytes: int = 16 << 20
    workers: int = 1
    state: str | None = None
    state_failure: str = "refuse"

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ConfigInvalid(
                f"port {self.port} does not exist; 0 to 65535 was expected, 0 takes a free one", "--port"
            )
        if self.routines is not None and not 0 <= self.routines <= 5_000_000:
            raise ConfigInvalid("0 to 5,000,000 routines can be generated", "--routines")
        if self.routines is not None and self.dataset is not None:
            raise ConfigInvalid("a dataset is either read (--dataset) or generated (--routines), not both", "--dataset")
        for name in ("limit_minute", "limit_day"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigInvalid("a limit of at least 1 was expected", f"--{name.replace('_', '-')}")
        if not 0 <= self.errors <= 1:
            raise ConfigInvalid("a share from 0 to 1 was expected, such as 0.05", "--errors")
        if self.log not in ("text", "json"):
            raise ConfigInvalid("`text` or `json` was expected", "--log")
        if not 1 <= self.workers <= MAX_WORKERS:
            raise ConfigInvalid(f"1 to {MAX_WORKERS} workers were expected; one for each core is enough", "--workers")
        if self.state is not None and not self.state.startswith(STATE_SCHEMES):
            raise ConfigInvalid("the URL of a Redis was expected, such as redis://127.0.0.1:6379/0", "--state")
        for origin in self.cors:
            if not _ORIGIN.fullmatch(origin):
                raise ConfigInvalid(
                    f"{origin!r} is not an origin; scheme, host and port were expected, such as https://app.example:8443",
                    "--cors",
                )
        if self.watch and (self.workers > 1 or self.state is not None):
            raise ConfigInvalid("files are watched by one worker alone; leave out --workers and --state", "--watch")
        if self.state_failure not in ("refuse", "local"):
            raise ConfigInvalid("`refuse` or `local` was expected", "--state-failure")
