"""What the processes of a load test are told: one file, since keys do not belong on a command line."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A load test, as its users need to know it.

    Attributes:
        base_url: of the API.
        keys: spread over the users, one after the other; not empty.
        header_name: header that carries the key.
        spec: path of another OpenAPI document; None takes the packaged one.
        duration_s: seconds from the start to the end.
        seed: of every choice.
        timeout_s: for one request.
        summary: where the figures are written in the end.
    """

    base_url: str
    keys: tuple[str, ...] = field(repr=False)
    header_name: str
    spec: str | None
    duration_s: int
    seed: int
    timeout_s: float
    summary: str

    def write(self, path: Path) -> None:
        """Write a file that only its owner can read."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Read what `write` wrote."""
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**found, "keys": tuple(found["keys"])})
