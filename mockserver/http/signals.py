"""One request to stop, from a signal, the caller, or a failure at the start.

A signal's Python handler runs only when the main thread next runs Python. It may
come too late, where the thread has just begun to wait, or too early, while it holds
the lock of the very event that granian waits on; either way nothing would stop. So
signals arrive as bytes in a socket, which the interpreter writes at once, and
a thread reads them. Imports nothing of the package.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

#: The byte that stands for a call; no signal has this number.
_CALLED = 0


class ShutdownSignal:
    """Call it to end the server: from any thread, any number of times. `close` when all is over."""

    def __init__(self) -> None:
        self._inbox, self._outbox = socket.socketpair()
        self._outbox.setblocking(False)
        self._is_asked = False
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        """Ask."""
        self._is_asked = True
        try:
            self._outbox.send(bytes([_CALLED]))
        except OSError:
            pass  # full, so others have asked; or closed, so all is over

    @property
    def is_asked(self) -> bool:
        """Whether anybody asked."""
        return self._is_asked

    def forward(self, end: Callable[[], object]) -> None:
        """Start the thread that calls `end` once somebody asks, or has asked before."""
        self._thread = threading.Thread(target=self._carry, args=(end,), name="stop", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the thread end, without a wish if there was none."""
        self._outbox.close()
        if self._thread is not None:
            self._thread.join()
        self._inbox.close()

    def _carry(self, end: Callable[[], object]) -> None:
        while note := self._inbox.recv(1):
            if note[0] == _CALLED or note[0] in _SIGNALS:
                self._is_asked = True
                end()
                return

    @contextmanager
    def on_signals(self) -> Iterator[Callable[[], None]]:
        """Ask on SIGINT, SIGTERM and SIGHUP; only the main thread may enter.

        A SIGHUP that is ignored, as under nohup, stays ignored. At the end the
        signals get their handlers back, unless one of them ended the server: then
        the process is on its way out, and another Ctrl-C shall not hit it there.

        Yields:
            A function that takes the signals again, after somebody else took them.
        """
        saved = {number: signal.getsignal(number) for number in _SIGNALS}
        came: list[int] = []

        def note(number: int, _: object) -> None:
            came.append(number)
            self._is_asked = True

        def take() -> None:
            for number, handler in saved.items():
                stays = handler == signal.SIG_IGN and number == getattr(signal, "SIGHUP", None)
                signal.signal(number, signal.SIG_IGN if stays else note)

        before = signal.set_wakeup_fd(self._outbox.fileno(), warn_on_full_buffer=False)
        take()
        try:
            yield take
        finally:
            for number, handler in saved.items():
                signal.signal(number, signal.SIG_IGN if came else signal.SIG_DFL if handler is None else handler)
            signal.set_wakeup_fd(before)
