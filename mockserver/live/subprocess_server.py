"""The real server in a child process, for one caller: both ends of the conversation.

The caller writes one JSON line to the child's standard input: where modules are
found, the settings and the factory's name. The child answers with one JSON line,
`{"event": "ready", …}` or `{"event": "error", …}`, and serves until its input ends,
which also happens when the caller dies.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from operator import attrgetter
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from mockserver import errors
from mockserver.config import Config
from mockserver.errors import ConfigInvalid, StartFailed, ToolError, UsageError
from mockserver.http.ports import Address

if TYPE_CHECKING:
    from mockserver.http.worker import Factory

#: Longer than the server gives to answers under way.
STOP_TIMEOUT_S = 5.0

#: Modules must be found before any of them is imported, also where nothing is installed.
_PROGRAM = """\
import json, sys
order = json.loads(sys.stdin.buffer.readline())
sys.path[:] = order["path"]
from mockserver.live.subprocess_server import run
sys.exit(run(order))
"""


class SubprocessServer:
    """Starts and stops one child process.

    Args:
        config: settings; they travel over a pipe, never on a command line.
        factory: makes the WSGI callable; a function that can be imported by its name.
        start_timeout_s: seconds from start to the first answer, > 0.
    """

    def __init__(self, config: Config, factory: Factory | None, start_timeout_s: float) -> None:
        self._config = config
        self._factory = factory
        self._start_timeout_s = start_timeout_s

    def start(self) -> Address:
        """Start the process and wait until it answers requests.

        Raises:
            ConfigInvalid: the factory cannot be imported by its name.
            StartFailed: the process ended or kept silent.
            ToolError: what stopped the server, in the class that was raised there.
        """
        order = {"path": sys.path, "config": settings_of(self._config), "factory": name_of(self._factory)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # nothing is left to write when the pipe closes
            start_new_session=True,  # Ctrl-C is for the caller, which stops the child in its own time
        )
        try:
            self._write(json.dumps(order).encode() + b"\n")
            return address_from(self._first_line(), self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> ToolError | None:
        """Stop the process, by force where it must be; return an error if it had ended by itself."""
        process = self._process
        code = process.poll()
        self._write(b"stop\n")  # its input may stay open in a copy of this process
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        if code:
            return ToolError(f"the server ended by itself with exit code {code}; its last words are on stderr")
        return None

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
        except OSError:
            pass  # the process is gone; who reads from it or waits for it learns why

    def _first_line(self) -> bytes:
        assert self._process.stdout is not None
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        read: Callable[[], bytes] = self._process.stdout.readline
        threading.Thread(target=lambda: lines.put(read()), name="child-output", daemon=True).start()
        try:
            return lines.get(timeout=self._start_timeout_s)
        except queue.Empty:
            self._process.kill()  # ends the reading thread, too
            raise StartFailed(
                f"the server did not answer within {self._start_timeout_s:g} s; give it more, or a smaller dataset"
            ) from None


def address_from(line: bytes, process: subprocess.Popen[bytes]) -> Address:
    """Return what the child's only line says.

    Args:
        line: JSON and a line feed; empty where the child ended in silence.
        process: the child, for its exit code.

    Raises:
        ToolError: the error that the line holds, or StartFailed.
    """
    if not line:
        code = process.wait(STOP_TIMEOUT_S)
        raise StartFailed(f"the server ended with exit code {code} before it answered; its last words are on stderr")
    said = json.loads(line)
    if said["event"] == "error":
        raise error_from(said)
    return Address(said["host"], said["port"], said["base_path"])


def error_from(said: Mapping[str, Any]) -> ToolError:
    """Make the exception again that `error_event` described; StartFailed for a class that is not ours."""
    kind = getattr(errors, said["type"], StartFailed)
    if issubclass(kind, UsageError):
        made: ToolError = kind(said["message"], said["source"], said["pointer"])
    else:
        made = kind(said["message"])
    for note in said["notes"]:
        made.add_note(note)
    return made


def error_event(error: ToolError) -> dict[str, Any]:
    """Return all of an exception as JSON values."""
    return {
        "event": "error",
        "type": type(error).__name__,
        "message": getattr(error, "message", str(error)),
        "source": getattr(error, "source", ""),
        "pointer": getattr(error, "pointer", ""),
        "notes": getattr(error, "__notes__", []),
    }


def settings_of(config: Config) -> dict[str, Any]:
    """Return settings as JSON values."""
    return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(config).items()}


def config_from(settings: Mapping[str, Any]) -> Config:
    """Return the settings that `settings_of` described; each field takes back its own type."""
    made = dict(settings)
    for one in fields(Config):
        value = made.get(one.name)
        if isinstance(value, str) and str(one.type).startswith("Path"):
            made[one.name] = Path(value)
        elif isinstance(value, list):
            made[one.name] = tuple(value)
    return Config(**made)


def name_of(factory: Factory | None) -> str | None:
    """Return `module:name` of a function; None stays None.

    Raises:
        ConfigInvalid: another process could not import it by that name.
    """
    if factory is None:
        return None
    module, name = getattr(factory, "__module__", "__main__"), getattr(factory, "__qualname__", "<object>")
    if module != "__main__" and "<" not in name:
        found = attrgetter(name)(sys.modules[module]) if module in sys.modules else None
        if found is factory:
            return f"{module}:{name}"
    raise ConfigInvalid(
        f"{factory!r} cannot be imported by a child process; define it at the top of a module, or pass in_process=True"
    )


def run(order: Mapping[str, Any]) -> int:
    """Serve in a child process, by the settings of the parent, and return the exit code.

    Args:
        order: members `config` and `factory`, as the caller wrote them.
    """
    from mockserver.factory import make_wsgi
    from mockserver.http.server import serve

    # What the application prints goes to stderr; the pipe to the caller carries events alone.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as pipe:
        os.dup2(2, 1)

        def say(event: dict[str, Any]) -> None:
            pipe.write(json.dumps(event) + "\n")
            pipe.flush()

        try:
            factory = resolve_name(order["factory"]) if order["factory"] else make_wsgi
            return serve(
                config_from(order["config"]),
                factory=factory,
                on_ready=lambda address: say({"event": "ready", **asdict(address), "pid": os.getpid()}),
                until=lambda: os.read(0, 1),
            )
        except ToolError as exc:
            say(error_event(exc))
            return exc.exit_code
        except (ImportError, AttributeError) as exc:
            say(error_event(ConfigInvalid(f"the factory {order['factory']} cannot be imported: {exc}")))
            return ConfigInvalid.exit_code
