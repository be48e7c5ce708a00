"""Finds a client's connection among the open files of this process, whoever opened it.

granian gives an application no socket, and a fault must break one. Looking
through a few thousand files takes milliseconds, and only a fault looks. Works
where open files are listed in `/dev/fd`: Linux and macOS, not Windows. Imports
nothing of the package.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator

_OPEN_FILES = "/dev/fd"


def connection_from(client: str) -> socket.socket | None:
    """Return a second holder of the connection of a client, for the caller to close; None where there is none.

    Args:
        client: address and port of the peer, `127.0.0.1:50000` or `[::1]:50000`.
    """
    host, _, port = client.rpartition(":")
    peer = (host.strip("[]"), int(port) if port.isdigit() else 0)
    for held in _sockets():
        try:
            found = held.getpeername()
        except OSError:  # it listens, or is no longer connected
            found = None
        if isinstance(found, tuple) and found[:2] == peer:
            return held
        held.close()
    return None


def _sockets() -> Iterator[socket.socket]:
    """Give a second holder of each open socket."""
    try:
        names = os.listdir(_OPEN_FILES)
    except OSError:
        return
    for name in names:
        number = int(name)
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            number = os.dup(number)
        except OSError:
            continue  # closed meanwhile
        try:
            held = socket.socket(fileno=number)
        except OSError:
            os.close(number)  # closed and opened as something else meanwhile
            continue
        yield held
