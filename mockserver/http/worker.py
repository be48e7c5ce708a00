"""What happens inside the process that answers requests, before it answers the first.

granian starts the worker (by fork on Linux up to Python 3.13, else by spawn) and
calls the loader there. The application is built in the worker, not in the parent
to be shared by fork: reference counts would copy nearly every shared page (measured
with 10,000 routines: the same sum of memory either way), no thread or lock of the
application lives through a fork, and spawn needs it so in any case.
"""

from __future__ import annotations

import gc
import inspect
import logging
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.config import Config
from mockserver.errors import StartFailed, ToolError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from wsgiref.types import WSGIApplication

    from mockserver.http.rsgi import RsgiEdge
    from mockserver.http.wsgi_threads import WsgiThreads
    from mockserver.state.backends.shared_memory import SharedMemoryHandle

    #: Makes the WSGI callable. Where processes are spawned, it must be importable by its name.
    #: An attribute `base_path` of what it returns is the path prefix of the API.
    Factory = Callable[..., WSGIApplication]

#: What a worker says to the process that started it: the base path, or why there is none.
Report = str | ToolError

#: As many open connections are wanted; many systems allow 256 or 1024 unless asked.
OPEN_FILES = 8192
#: Requests that may wait for a state on another machine at once.
WAITING_THREADS = 64


@dataclass(frozen=True, slots=True)
class WorkerMain:
    """Builds the application in the worker. Travels there by pickle where need be.

    Attributes:
        config: settings of the server.
        factory: makes the WSGI callable.
        reports: takes one `Report`.
        bench: of all workers; None where there is one.
    """

    config: Config
    factory: Factory
    reports: Connection[Report, None]
    bench: SharedMemoryHandle | None = None

    def __call__(self) -> RsgiEdge | WsgiThreads:
        """Return the application for granian; end the process, after a report, where it cannot be built."""
        signal.set_wakeup_fd(-1)  # a forked worker's signals are no news for its parent
        if multiprocessing.get_start_method() != "fork":
            # Ctrl-C reaches the whole process group; the parent decides what it means.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            app = build_app(self.config, self.factory, self.bench)
        except ToolError as exc:
            self.reports.send(exc)
            raise SystemExit(exc.exit_code) from exc
        tune_process()
        _leave_group()
        self.reports.send(base_path_of(app))
        return on_rsgi(app, self.config)


def build_app(config: Config, factory: Factory, bench: SharedMemoryHandle | None = None) -> WSGIApplication:
    """Call the factory.

    Args:
        config: settings of the server.
        factory: makes the WSGI callable; one with a second parameter gets the bench, too.
        bench: of all workers; None where there is one.

    Raises:
        ToolError: the one that the factory raised; StartFailed in place
            of any foreign exception, with the traceback as its note.
    """
    try:
        takes_bench = len(inspect.signature(factory).parameters) > 1
        return factory(config, bench) if takes_bench else factory(config)
    except ToolError:
        raise
    except Exception as exc:
        failure = StartFailed(f"the application could not be built: {type(exc).__name__}: {exc}")
        failure.add_note(traceback.format_exc())
        raise failure from exc


def on_rsgi(app: WSGIApplication, config: Config) -> RsgiEdge | WsgiThreads:
    """Return an application in granian's own form.

    Args:
        app: one with an attribute `edge` answers the API on the event loop, and all else in threads.
        config: says what a body may have, and whether the state is far away.
    """
    from mockserver.http.rsgi import RsgiEdge
    from mockserver.http.wsgi_threads import WsgiThreads

    bridge = WsgiThreads(app, max_body_bytes=config.max_body_bytes)
    edge = getattr(app, "edge", None)
    threads = 0 if config.state is None else WAITING_THREADS
    return bridge if edge is None else RsgiEdge(bridge.__rsgi__, edge, threads)


def base_path_of(app: WSGIApplication) -> str:
    """Return the path prefix of the API that an application serves; empty where it names none."""
    return str(getattr(app, "base_path", ""))


def tune_process() -> None:
    """Prepare the process for requests, once all that stays in memory has been loaded."""
    _end_with_parent()
    _allow_open_files()
    _show_errors()
    # What is loaded stays: no collection needs to look at it, nor copy its pages.
    gc.collect()
    gc.freeze()


def _leave_group() -> None:
    """Take Ctrl-C from nobody but the parent, which may have questions before it ends this process."""
    if hasattr(os, "setpgrp"):
        os.setpgrp()


def _end_with_parent() -> None:
    """End this process when its parent ends, however that happens."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _allow_open_files() -> None:
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _show_errors() -> None:
    """Let granian's log, silent otherwise, print the traceback of an exception that left the application."""
    log = logging.getLogger("_granian")
    log.handlers = [logging.StreamHandler(sys.stderr)]
    log.setLevel(logging.ERROR)
