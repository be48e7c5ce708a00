"""Serve changed files without a restart: `mockserver serve --watch`.

The times and sizes of a few files are looked at twenty times a second, which
works on every system and every kind of disk, and needs no library. A change
that stays the same for one look is read; everything is built anew beside what
is served, and one reference changes hands. What cannot be served changes
nothing, and the reason is reported.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mockserver.config import Config
from mockserver.errors import ToolError
from oas import package_data

POLL_S = 0.05
#: Files that a document names, wherever it does.
_NAMED = re.compile(r"""\$ref["']?\s*:\s*["']?([^#"'\s,{}]+\.(?:json|ya?ml))""")
_log = logging.getLogger("mockserver.reload")

Stamps = Mapping[Path, tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class ReloadResult:
    """What came of a change.

    Attributes:
        at: seconds since the epoch, on the machine's clock.
        files: that changed.
        problem: why they are not served; empty where they are.
    """

    at: float
    files: tuple[str, ...]
    problem: str = ""


class FileWatcher:
    """Watches the files that are served.

    Args:
        files: lists them; asked again at each look.
        renew: builds everything anew and serves it; raises `ToolError` and changes nothing where it cannot.
        tell: receives the result of each change.
        now: seconds since the epoch.
    """

    def __init__(
        self,
        files: Callable[[], Iterable[Path]],
        renew: Callable[[], None],
        tell: Callable[[ReloadResult], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._files = files
        self._renew = renew
        self._tell = tell
        self._now = now
        self._served = self._seen = self._stamps()
        #: What came of the last change; None before the first.
        self.last: ReloadResult | None = None

    def look(self) -> None:
        """Look once, and serve what has changed and stayed the same since the last look."""
        stamps = self._stamps()
        is_settled, self._seen = stamps == self._seen, stamps
        if not is_settled or stamps == self._served:
            return
        changed = [path for path in sorted({*stamps, *self._served}) if stamps.get(path) != self._served.get(path)]
        self._served = stamps
        self.last = self._reloaded(tuple(map(str, changed)))
        self._tell(self.last)

    def start(self) -> None:
        """Look from now on, in a thread that ends with the process."""
        _log.setLevel(logging.INFO)
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def _reloaded(self, files: tuple[str, ...]) -> ReloadResult:
        names = ", ".join(files)
        try:
            self._renew()
        except ToolError as error:
            _log.error("%s cannot be served, the former state stays: %s", names, error)
            return ReloadResult(self._now(), files, str(error))
        except Exception as error:
            # A fault of ours must not end the watch: the next change may be well again.
            _log.exception("%s could not be read, the former state stays", names)
            return ReloadResult(self._now(), files, f"{type(error).__name__}: {error}")
        _log.info("%s: reloaded", names)
        return ReloadResult(self._now(), files)

    def _run(self) -> None:
        while True:
            time.sleep(POLL_S)
            self.look()

    def _stamps(self) -> Stamps:
        return {path: _stamp(path) for path in self._files()}


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def served_files(config: Config, text: str) -> Iterator[Path]:
    """Yield every file that a server's answers come from.

    Args:
        config: names document, dataset and scenarios.
        text: of the document; it names its example files.
    """
    document = config.spec or package_data.openapi()
    yield document
    for name in sorted(set(_NAMED.findall(text))):
        yield document.parent / name
    if config.dataset is not None:
        yield config.dataset
    for folder in (package_data.datasets(), package_data.scenarios(), config.scenarios):
        if folder is not None:
            yield from sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml", ".json"))
