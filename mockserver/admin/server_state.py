"""What the control API is about: apart from its operations, which a server imports when they are first asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.pipeline.preview import Plain
    from mockserver.reload import FileWatcher
    from mockserver.scenarios.registry import ScenarioRegistry
    from oas.contract import Contract


@dataclass(slots=True)
class ServerState:
    """What is served now; under `--watch` that changes.

    Attributes:
        spec: returns the compiled document.
        library: returns the scenarios.
        plain: builds the answer that a valid request would get in a session, uncounted.
        watch: over the files; None where nobody watches.
    """

    spec: Callable[[], Contract]
    library: Callable[[], ScenarioRegistry]
    plain: Plain
    watch: FileWatcher | None = None
