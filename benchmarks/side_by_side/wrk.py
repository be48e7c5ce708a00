"""One run of wrk, and its figures. Source: https://github.com/wg/wrk, SCRIPTING."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
wrk.method = {method}
wrk.body = {body}
{headers}
function done(summary, latency, requests)
  local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\\n{{"requests": %d, "duration_us": %d, "refused": %d, "lost": %d, "p50_us": %d, "p99_us": %d}}\\n',
    summary.requests, summary.duration, summary.errors.status, lost,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wrk sends.

    Attributes:
        url: of the request.
        method: of HTTP.
        headers: fields of the request.
        body: empty where there is none.
        connections: kept alive, one request at a time each.
        seconds: whole seconds, ≥ 1.
    """

    url: str
    method: str
    headers: Mapping[str, str]
    body: bytes
    connections: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What wrk counted.

    Attributes:
        requests: answered.
        duration_us: microseconds.
        refused: of the answers those with a status above 399.
        lost: connections that failed and requests without an answer.
        p50_us: median of the time to the answer, microseconds.
        p99_us: its 99th percentile.
    """

    requests: int
    duration_us: int
    refused: int
    lost: int
    p50_us: int
    p99_us: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests * 1e6 / self.duration_us


def run(load: Load, script: Path) -> Figures:
    """Run wrk with one thread.

    Args:
        load: what to send.
        script: where wrk's script may be written.

    Raises:
        subprocess.SubprocessError: wrk failed or did not end.
    """
    script.write_text(script_of(load))
    command = ["wrk", "-t1", f"-c{load.connections}", f"-d{load.seconds}s", "-s", str(script), load.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=load.seconds + 60)
    return figures_of(done.stdout)


def script_of(load: Load) -> str:
    """Write the Lua program that makes the request and prints the figures."""
    headers = "\n".join(f"wrk.headers[{_lua(name)}] = {_lua(value)}" for name, value in load.headers.items())
    return _SCRIPT.format(
        method=_lua(load.method), body=_lua(load.body.decode()) if load.body else "nil", headers=headers
    )


def figures_of(output: str) -> Figures:
    """Read what the program printed, the last line of wrk's output."""
    return Figures(**json.loads(output.strip().splitlines()[-1]))


def _lua(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{quoted}"'
