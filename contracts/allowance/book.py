"""Which ledger a run keeps.

May import `config`, `ledger`, `shelf`, `surface`, `target` and the standard
library, and `platformdirs` where no file was named.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from contracts.allowance.ledger import Ledger
from contracts.allowance.shelf import FileShelf, MemoryShelf, Shelf
from contracts.config import Config
from contracts.contract.surface import Surface
from contracts.wire.target import Target

__all__ = ["open_ledger"]

_APPLICATION = "konnector-contracts"


def open_ledger(config: Config, target: Target, surface: Surface) -> Ledger:
    """Open the ledger of the configured key at the target.

    A file remembers it between runs where the target is to be spared or a file
    was named. A server on loopback forgets its counters whenever it is started
    anew, and tells what is left in its first answer; there memory will do.
    """
    return Ledger(surface.windows, _shelf(config, target))


def _shelf(config: Config, target: Target) -> Shelf:
    if config.ledger is None and not target.is_live:
        return MemoryShelf()
    name = hashlib.sha256(f"{target.origin}\n{config.api_key or ''}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return FileShelf(config.ledger or _state_folder() / f"{name}.json", name)


def _state_folder() -> Path:
    # Costs 20 ms, which a run on this machine need not pay.
    from platformdirs import user_state_path

    return user_state_path(_APPLICATION, appauthor=False) / "ledger"
