"""Where books of allowance lie: in memory, or in a file that processes share."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

__all__ = ["AllowanceState", "AllowanceStorage", "FileStorage", "MemoryStorage", "ReportedLimit"]

_VERSION = 1
_LOCK_TIMEOUT_S = 10.0


class ReportedLimit(NamedTuple):
    """What the server said is left: no request beyond the `entered`th until the moment `until`."""

    entered: int
    until: float


@dataclass(slots=True)
class AllowanceState:
    """What is known of one allowance. Moments are the server's, seconds since the epoch.

    Attributes:
        entered: requests ever entered.
        recent: number and moment of the requests of the last window that is kept exactly.
        used: window → number of its present period, and requests in it.
        ceilings: window → what the server said.
        blocked_until: the server answers nothing before.
        offset: the server's clock against ours, and the doubt, seconds.
    """

    entered: int = 0
    recent: list[tuple[int, float]] = field(default_factory=list)
    used: dict[str, tuple[int, int]] = field(default_factory=dict)
    ceilings: dict[str, ReportedLimit] = field(default_factory=dict)
    blocked_until: float = 0.0
    offset: tuple[float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready value that `from_json` reads."""
        return {
            "entered": self.entered,
            "recent": self.recent,
            "used": self.used,
            "ceilings": self.ceilings,
            "blocked_until": self.blocked_until,
            "offset": self.offset,
        }

    @classmethod
    def from_json(cls, value: Any) -> AllowanceState:
        """Read what `to_json` made.

        Raises:
            ValueError, TypeError, KeyError, AttributeError: it is something else.
        """
        offset = value["offset"]
        return cls(
            entered=int(value["entered"]),
            recent=[(int(number), float(at)) for number, at in value["recent"]],
            used={str(name): (int(period), int(used)) for name, (period, used) in value["used"].items()},
            ceilings={
                str(name): ReportedLimit(int(number), float(at)) for name, (number, at) in value["ceilings"].items()
            },
            blocked_until=float(value["blocked_until"]),
            offset=None if offset is None else (float(offset[0]), float(offset[1])),
        )


class AllowanceStorage(Protocol):
    """Gives the book to one user at a time. `warnings` says in words what went wrong with it."""

    warnings: list[str]

    def open(self) -> contextlib.AbstractContextManager[AllowanceState]:
        """Hand the book out, alone; changes are kept when the block ends without an exception."""
        ...


class MemoryStorage:
    """Keeps the book as long as the process lives."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._book = AllowanceState()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def open(self) -> Iterator[AllowanceState]:
        """Hand the book out, alone."""
        with self._lock:
            yield self._book


class FileStorage:
    """Keeps books in a JSON file, each under a name. Safe for threads and for processes of one machine.

    The file is replaced as a whole, so that a reader never sees half of it. One
    that is not a ledger is moved aside and begun anew; where none can be kept, the
    book is kept in memory. Both leave a warning.

    Args:
        path: of the file; folders are made.
        name: of the book.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.warnings: list[str] = []
        self._path = path
        self._name = name
        self._memory = MemoryStorage()
        self._guard = threading.Lock()
        self._is_kept = True
        self._lock: contextlib.AbstractContextManager[Any] = contextlib.nullcontext()
        try:
            # Costs 40 ms, which a run on a mock need not pay.
            from filelock import FileLock

            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(f"{path}.lock", timeout=_LOCK_TIMEOUT_S, is_singleton=False)
        except OSError as error:
            self._give_up(error)

    @contextlib.contextmanager
    def open(self) -> Iterator[AllowanceState]:
        """Hand the book out, alone; the file is written when the block ends."""
        with self._guard, contextlib.ExitStack() as stack:
            if self._is_kept:
                try:
                    stack.enter_context(self._lock)
                except (OSError, TimeoutError) as error:
                    self._give_up(error)
            if not self._is_kept:
                yield stack.enter_context(self._memory.open())
                return
            books = self._read()
            book = books.get(self._name) or AllowanceState()
            yield book
            self._write({**books, self._name: book})

    def _read(self) -> dict[str, AllowanceState]:
        try:
            value = json.loads(self._path.read_bytes())
            if value["version"] != _VERSION:
                raise ValueError("another version")
            return {name: AllowanceState.from_json(book) for name, book in value["books"].items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._give_up(error)
            return {}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            aside = self._path.with_name(self._path.name + ".broken")
            os.replace(self._path, aside)
            self.warnings.append(
                f"{self._path} was no ledger of allowances; it is now {aside.name}, a new one was begun"
            )
            return {}

    def _write(self, books: dict[str, AllowanceState]) -> None:
        text = json.dumps({"version": _VERSION, "books": {name: book.to_json() for name, book in books.items()}})
        if not self._is_kept:
            return
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            beside.write_text(text, encoding="utf-8")
            os.replace(beside, self._path)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self._is_kept = False
        self.warnings.append(f"the allowance cannot be kept in {self._path} ({error}); it is known to this run only")
