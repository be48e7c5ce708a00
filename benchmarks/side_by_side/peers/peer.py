"""A server to be compared: how it is started, where it answers, how right its answers must be."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from side_by_side.cases import Agreement, Answer, Case


class PeerMissing(Exception):
    """A server is not installed here and cannot be; it is left out of the comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a peer may use.

    Attributes:
        folder: for its configuration; of this peer alone.
        install: name and version of an npm package → the folder `node_modules` that holds it; raises PeerMissing.
        cases: what will be asked.
        answers: name of a case → its right answer.
        base_path: path prefix of the API.
        document: the API's OpenAPI document.
    """

    folder: Path
    install: Callable[[str, str], Path]
    cases: tuple[Case, ...]
    answers: Mapping[str, Answer]
    base_path: str
    document: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server, ready to be started.

    Attributes:
        name: for people.
        version: of the program; empty where it has none of its own.
        does: what it does for a request, in a few words.
        commands: port → command to start it; several where a case needs a server of its own.
        port_of: name of a case → port; the first command's for all others.
        has_prefix: each case lies below a path segment of its own, so that a server with files tells them apart.
        agreement: how right its answers to successes must be.
        refusals: how right its refusals must be.
        extra: name of a case → header fields that make this server give its answer.
    """

    name: str
    version: str
    does: str
    commands: Mapping[int, list[str]]
    port_of: Mapping[str, int] = field(default_factory=dict)
    has_prefix: bool = False
    agreement: Agreement = "bytes"
    refusals: Agreement = "bytes"
    extra: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def url(self, case: Case, base_path: str) -> str:
        """Return where this server answers a case."""
        port = self.port_of.get(case.name, next(iter(self.commands)))
        prefix = f"/{case.name}" if self.has_prefix else ""
        return f"http://127.0.0.1:{port}{prefix}{base_path}{case.target}"


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
