"""Old names of modules and of what stands in them; each answers with a `DeprecationWarning` until 1.0.

The one list of what was documented under another name. Importing a module of it imports the new one.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

#: Old module → new module.
MODULES: Final = {
    "contracts.consumer": "contracts.client",
    "contracts.consumer.catalogue": "contracts.client.verdict",
    "contracts.consumer.records": "contracts.client.models",
    "contracts.testing": "contracts.plugin",
    "contracts.testing.mock": "contracts.plugin.mock",
    "contracts.testing.settings": "contracts.plugin.settings",
    "mockserver.contract": "oas",
    "mockserver.contract.spec": "oas.contract",
    "mockserver.packaged": "oas.package_data",
    "mockserver.scenarios.library": "mockserver.scenarios.registry",
    "mockserver.scenarios.magic": "mockserver.scenarios.registry",
}
#: New module → old name in it → new name.
NAMES: Final = {
    "contracts.client": {"Sent": "ClientRequest", "Terms": "VerdictOptions", "Unmet": "MissedExpectation"},
    "contracts.client.models": {"Sent": "ClientRequest", "Unmet": "MissedExpectation"},
    "oas.contract": {"Spec": "Contract"},
    "mockserver.scenarios.registry": {"Library": "ScenarioRegistry"},
}


class _OldModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        new = MODULES[self.__name__]
        renamed = NAMES.get(new, {}).get(name, name)
        found = getattr(importlib.import_module(new), renamed)
        text = f"{self.__name__}.{name} is now {new}.{renamed}; the old name goes with 1.0"
        warnings.warn(text, DeprecationWarning, stacklevel=2)
        return found


class _Finder:
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find an old module. The import system asks last of all, so nothing that exists is hidden."""
        if name not in MODULES:
            return None
        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]  # it is a loader by its methods

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _OldModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def install() -> None:
    """Let the old modules be imported. Calling it again changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        # The base classes of `importlib.abc` cost 14 ms to import, and nothing asks for them.
        sys.meta_path.append(_Finder())
