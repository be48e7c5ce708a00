"""The mock of this project as its users run it, and a bare WSGI callable on the same server."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

from side_by_side.peers.peer import Peer, Site, free_port

#: A limit that no run reaches; counting costs the same as below any other.
_FAR = str(10**12)


def command(port: int, *options: str) -> list[str]:
    """Return the command that serves the contract on a port."""
    return [sys.executable, "-m", "mockserver", "serve", "--port", str(port), "--log", "json", *options]


def mock(site: Site) -> Peer:
    """Return the mock with everything on that a user has by default; only its limits are far away."""
    port, narrow = free_port(), free_port()
    return Peer(
        name="mockserver",
        version=version("konnector-contracts"),
        does="validates, counts, computes, records",
        commands={
            port: command(port, "--limit-minute", _FAR, "--limit-day", _FAR),
            # One request a day: every further one, whatever the minute, is refused.
            narrow: command(narrow, "--limit-minute", "1", "--limit-day", "1"),
        },
        port_of={"exhausted": narrow},
        agreement="shape",
        refusals="shape",
    )


def bare(site: Site) -> Peer:
    """Return a callable that knows the recorded answers by heart, on the mock's own server and settings."""
    for case in site.cases:
        answer = site.answers[case.name]
        (site.folder / f"{case.name}.{answer.status}").write_bytes(answer.body)
    port = free_port()
    program = Path(__file__).with_name("bare.py")
    return Peer(
        name="bare WSGI callable",
        version=f"granian {version('granian')}",
        does="the same bytes from memory",
        commands={port: [sys.executable, str(program), str(port), str(site.folder)]},
        has_prefix=True,
    )
