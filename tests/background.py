"""Tests that run in the background: what a shell takes from their signals, and from every program they start."""

from __future__ import annotations

import os
import signal


def restore_signals() -> None:
    """Heed SIGINT, which a job in the background ignores, and SIGHUP, which nohup does; only the main thread may."""
    for name, usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


def unmeasured() -> dict[str, str]:
    """Return an environment for a program that Ctrl-C interrupts: coverage takes a lock that is not let go then."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
