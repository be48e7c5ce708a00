"""Moments as text in answers."""

from __future__ import annotations

from datetime import UTC, datetime


def iso_z(moment: float) -> str:
    """Return an entity stamp, `2025-05-11T14:30:45Z`. Source: samples of the reference."""
    return datetime.fromtimestamp(int(moment // 1), UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
