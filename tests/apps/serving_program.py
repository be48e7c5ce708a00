"""Calls `serve` as the command would: FACTORY, settings, tuning and a few circumstances, all as one JSON argument."""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
from dataclasses import asdict
from pkgutil import resolve_name

from mockserver.config import Config
from mockserver.errors import ToolError
from mockserver.http.ports import Address
from mockserver.http.server import ServerLimits, serve


def say(address: Address) -> None:
    sys.stdout.write(json.dumps(asdict(address)) + "\n")
    sys.stdout.flush()


def main() -> int:
    order = json.loads(sys.argv[1])
    if order.get("open_files"):
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (order["open_files"], resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    if order.get("ignores_hangup"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if order.get("start_method"):
        multiprocessing.set_start_method(order["start_method"])
    try:
        return serve(
            Config(**{"port": 0, **order.get("config", {})}),
            factory=resolve_name(f"apps.wsgi_samples:{order.get('factory', 'echo')}"),
            on_ready=say,
            until=sys.stdin.readline if order.get("until_input") else None,
            tuning=ServerLimits(**order.get("tuning", {})),
        )
    except ToolError as exc:
        sys.stderr.write(f"{type(exc).__name__}: {exc}\n")
        return exc.exit_code


if __name__ == "__main__":
    sys.exit(main())
