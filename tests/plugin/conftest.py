"""What these tests need also where they run alone, without the conftest.py above."""

from __future__ import annotations

from background import restore_signals

restore_signals()
