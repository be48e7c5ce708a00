"""The scenarios that a server knows by name: the packaged ones, and those of a folder of the user's.

The user's files are read at the start, where a bad one is refused; a packaged
one when it is first played.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mockserver.errors import ScenarioInvalid
from mockserver.scenarios.models import Scenario
from mockserver.scenarios.parsing import Operations, read_scenario, scenario_files
from oas import package_data

#: Key → scenario. All of them are administrators, so that every operation can be asked.
SCENARIOS: Final[Mapping[str, str]] = {
    "key_empty": "empty",
    "key_one_row": "one_row",
    "key_one_of_each": "one_of_each",
    "key_huge": "huge",
    "key_unicode": "unicode",
    "key_stale": "stale",
    "key_rate_limited": "rate_limited",
    "key_expired": "expired_key",
    "key_slow": "slow_network",
    "key_flaky": "flaky",
    "key_server_error": "outage",
    "key_disconnected": "disconnected",
}


#: What everybody sees where nothing is chosen.
DEFAULT = "default"


class ScenarioRegistry:
    """Scenarios by name.

    Args:
        operations: those that a scenario may name.
        folder: of the user's scenarios, which stand before packaged ones of the same name; None has none.

    Attributes:
        operations: as given.
        own: scenarios of the folder.

    Raises:
        ScenarioInvalid: one of the user's files, with line and pointer.
    """

    def __init__(self, operations: Operations, folder: Path | None = None) -> None:
        self.operations = operations
        self._files = {path.stem: path for path in scenario_files(package_data.scenarios())}
        self._read: dict[str, Scenario] = {}
        self._lock = threading.Lock()
        for path in scenario_files(folder) if folder is not None else ():
            self._files[path.stem] = path
            self._read[path.stem] = read_scenario(path, operations)
        self.own = tuple(self._read.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, sorted, `default` first."""
        return tuple(sorted(self._files, key=lambda name: (name != DEFAULT, name)))

    def find(self, name: str) -> Scenario | None:
        """Return a scenario, None where no file has the name.

        Raises:
            ScenarioInvalid: it names an operation that the document does not have.
        """
        scenario = self._read.get(name)
        if scenario is None and name in self._files:
            with self._lock:
                scenario = self._read.get(name) or read_scenario(self._files[name], self.operations)
                self._read[name] = scenario
        return scenario

    def playable(self, name: str) -> Scenario | None:
        """Return a scenario, None where there is none that the document can play."""
        try:
            return self.find(name)
        except ScenarioInvalid:
            return None  # a packaged one on a document of other operations; choosing it by name is an error

    def get(self, name: str) -> Scenario:
        """Return a scenario.

        Raises:
            ScenarioInvalid: there is none of this name; the message lists those that exist.
        """
        scenario = self.find(name)
        if scenario is None:
            raise ScenarioInvalid(f"there is no scenario {name[:60]!a}; there are {', '.join(self.names)}")
        return scenario
