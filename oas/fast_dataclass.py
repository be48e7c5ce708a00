"""Records of which every request makes one: frozen for the type checker, unfrozen at run time.

Freezing a dataclass at run time makes it five times as slow to build; the nine records
that a request makes would cost it eight microseconds, a fifth of all. Elsewhere
`dataclass(frozen=True, slots=True)` is right. Imports nothing of the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen: bool, slots: bool, kw_only: bool = False):  # for the type checker it is `dataclass` itself
        """Make a class a dataclass with a hash, like a frozen one, that nothing stops from being changed.

        Args:
            frozen: always True, which a type checker enforces.
            slots: as of `dataclasses.dataclass`.
            kw_only: likewise.
        """
        return dataclass(slots=slots, kw_only=kw_only, unsafe_hash=frozen)
