"""Starts the processes of a peer, waits until each answers, and ends them."""

from __future__ import annotations

import http.client
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import cpu_s, pss_mb
from side_by_side.cases import Case, WrongAnswer, ask, check
from side_by_side.peers.peer import Peer, PeerMissing, Site

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0
_POLL_S = 0.05


class Running:
    """A peer whose processes run."""

    def __init__(self, peer: Peer, processes: dict[int, subprocess.Popen[bytes]], site: Site) -> None:
        self.peer = peer
        self._processes = processes
        self._site = site

    def url(self, case: Case) -> str:
        """Return where a case is answered."""
        return self.peer.url(case, self._site.base_path)

    def headers(self, case: Case) -> dict[str, str]:
        """Return the header fields of a case for this peer."""
        return {**case.headers, **self.peer.extra.get(case.name, {})}

    def check(self, case: Case) -> None:
        """See that the answer to a case is right.

        Raises:
            WrongAnswer: it is not, or none came.
        """
        peer, right = self.peer, self._site.answers[case.name]
        agreement = peer.agreement if case.status == 200 else peer.refusals
        try:
            found = ask(self.url(case), case, peer.extra.get(case.name))
            if case.status == 429 and found.status == 200:  # the one request that the limit allows
                found = ask(self.url(case), case, peer.extra.get(case.name))
        except (OSError, http.client.HTTPException) as error:
            raise WrongAnswer(f"{case.title}: no answer came: {error}") from error
        check(case, found, right, agreement)

    def cpu_s(self) -> float:
        """Return the processor time used so far, of all its processes."""
        return sum(cpu_s(process.pid) for process in self._processes.values())

    def memory_mb(self) -> float:
        """Return the memory of the server that answers most cases, with all processes below it."""
        return pss_mb(next(iter(self._processes.values())).pid)


@contextmanager
def running(peer: Peer, site: Site) -> Iterator[Running]:
    """Run a peer for the length of a block.

    Raises:
        PeerMissing: a process ended or did not answer in time; its last words are in the message.
    """
    processes: dict[int, subprocess.Popen[bytes]] = {}
    log = site.folder / "output.log"
    try:
        with log.open("wb") as output:
            for port, command in peer.commands.items():
                processes[port] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            for port, process in processes.items():
                _wait(port, process, log)
        yield Running(peer, processes, site)
    finally:
        for process in processes.values():
            _end(process)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(_POLL_S)
        finally:
            connection.close()
    words = log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
    raise PeerMissing(f"it did not answer within {START_TIMEOUT_S:g} s of its start: {words[-1][:200]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
