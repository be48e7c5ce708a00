"""Runs the application on granian in the foreground, until a signal or the caller ends it.

The parent holds the port, starts the workers and waits; it has no thread before
the workers exist, so that forking is safe. A worker has one event loop for all of
its clients (`rsgi`) and threads for the control API (`bridge`).
"""

from __future__ import annotations

import gc
import multiprocessing
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings

from mockserver.config import Config
from mockserver.errors import StartFailed
from mockserver.http.ports import Address, bind_port, lend_port
from mockserver.http.readiness import ReadinessProbe
from mockserver.http.signals import ShutdownSignal
from mockserver.http.worker import WorkerMain

if TYPE_CHECKING:
    from mockserver.http.worker import Factory
    from mockserver.state.backends.shared_memory import SharedMemoryHandle


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """How granian runs. The defaults are measured; see `benchmarks/README.md`.

    Attributes:
        runtime_threads: Rust threads of a worker.
        connections: most open connections of a worker; further ones wait.
        head_bytes: a request line and headers far beyond are refused with 431.
        head_timeout_s: whole seconds for a request line and headers to arrive,
            and for a kept-alive connection to stay idle.
        answer_timeout_s: seconds from a built application to its first answer.
        stop_timeout_s: seconds that answers under way get when the server stops.
    """

    runtime_threads: int = 1
    connections: int = 4096
    head_bytes: int = 64 << 10
    head_timeout_s: int = 30
    answer_timeout_s: float = 10.0
    stop_timeout_s: float = 0.4


def serve(
    config: Config,
    *,
    on_ready: Callable[[Address], None],
    factory: Factory,
    until: Callable[[], object] | None = None,
    on_stop: Callable[[], object] | None = None,
    tuning: ServerLimits | None = None,
) -> int:
    """Serve until SIGINT, SIGTERM, SIGHUP, or until `until` returns. Only the main thread may call it.

    Args:
        config: settings; `host` and `port` say where.
        on_ready: called once, in another thread, when the server answers.
        factory: makes the WSGI callable in the worker from the settings, and from the shared memory of all
            workers where there are several. Where processes are spawned (macOS,
            Windows, Python 3.14) it must be importable by its name.
        until: blocks for as long as the server is wanted; called in another thread.
        on_stop: called once, in another thread, when the server is asked to stop and still answers.
        tuning: how granian runs; None takes the defaults.

    Returns:
        0, the exit code of a server that was asked to stop.

    Raises:
        PortInUse: another process holds the port.
        ConfigInvalid: the host or port cannot be bound at all.
        StartFailed: the server ended or kept silent before its first answer.
        ToolError: what the factory raised, or the server ended by itself.
    """
    stop = ShutdownSignal()
    with (
        closing(stop),
        stop.on_signals() as take_signals,
        bind_port(config.host, config.port) as bound,
        _bench(config) as bench,
    ):
        plan = _Plan(config, on_ready, factory, until, on_stop, tuning or ServerLimits(), bench)
        return _run(plan, bound, stop, take_signals)


@dataclass(frozen=True, slots=True)
class _Plan:
    config: Config
    on_ready: Callable[[Address], None]
    factory: Factory
    until: Callable[[], object] | None
    on_stop: Callable[[], object] | None
    tuning: ServerLimits
    bench: SharedMemoryHandle | None


def _bench(config: Config) -> AbstractContextManager[SharedMemoryHandle | None]:
    """Give several workers one state, where no Redis does."""
    if config.workers == 1 or config.state is not None:
        return nullcontext()
    from mockserver.state.backends.shared_memory import SharedMemoryHandle

    return SharedMemoryHandle.made()


class _Server(Granian):  # type: ignore[misc,valid-type]  # an alias chosen at run time
    """granian, with a moment of ours: `after_spawn` runs once the workers exist."""

    after_spawn: Callable[[], None]

    def _spawn_workers(self, *args: Any, **kwargs: Any) -> None:
        super()._spawn_workers(*args, **kwargs)
        self.after_spawn()


def _run(plan: _Plan, bound: socket.socket, stop: ShutdownSignal, take_signals: Callable[[], None]) -> int:
    address = Address.of(bound)
    lend_port(bound)
    receiver, sender = multiprocessing.Pipe(duplex=False)
    watch = ReadinessProbe(
        address,
        receiver,
        workers=plan.config.workers,
        answer_timeout_s=plan.tuning.answer_timeout_s,
        on_ready=plan.on_ready,
        stop=stop,
    )
    server = _granian(address, plan.config.workers, plan.tuning)
    server.on_startup(take_signals)  # granian would answer SIGHUP with new workers, and their state would be lost
    server.on_startup(gc.freeze)  # a collection in a forked worker would copy every page that it looks at
    server.after_spawn = lambda: _start_threads(watch, plan, stop, server)
    try:
        server.serve(target_loader=WorkerMain(plan.config, plan.factory, sender, plan.bench), wrap_loader=False)
    except SystemExit:  # granian's way to say that a worker ended by itself
        pass
    except (OSError, RuntimeError, ValueError) as exc:
        raise StartFailed(f"granian could not start on {address.netloc}: {exc}") from exc
    finally:
        watch.finish()
        sender.close()
        receiver.close()
    watch.judge(stopped_on_request=stop.is_asked or server.interrupt_signal)
    return 0


def _granian(address: Address, workers: int, tuning: ServerLimits) -> _Server:
    return _Server(
        "mockserver",
        address=address.host,
        port=address.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        loop=_loop(),
        workers=workers,
        runtime_threads=tuning.runtime_threads,
        backpressure=tuning.connections,
        http1_settings=HTTP1Settings(
            header_read_timeout=tuning.head_timeout_s * 1000, max_buffer_size=tuning.head_bytes
        ),
        workers_kill_timeout=tuning.stop_timeout_s,
        log_enabled=False,
    )


def _loop() -> Loops:
    """Choose the event loop: uvloop saves a fifth of a request where it is installed, which is not on Windows."""
    return Loops.uvloop if find_spec("uvloop") else Loops.asyncio


def _start_threads(watch: ReadinessProbe, plan: _Plan, stop: ShutdownSignal, server: _Server) -> None:
    def end() -> None:
        try:
            if plan.on_stop is not None:
                plan.on_stop()
        finally:
            server.signal_handler_interrupt()

    watch.start()
    stop.forward(end)
    until = plan.until
    if until is not None:

        def wait() -> None:
            until()
            stop()

        threading.Thread(target=wait, name="until", daemon=True).start()
