from __future__ import annotations

import sys

import pytest

from start import imports, measure


def test_imports_come_the_dearest_first() -> None:
    found = imports("import json, decimal")
    names = [name for name, _ in found]
    assert {"json", "decimal"} <= set(names)
    assert [cost for _, cost in found] == sorted((cost for _, cost in found), reverse=True)
    assert "json.decoder" not in names


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform != "linux", reason="memory comes from Linux' /proc")
def test_a_start_is_measured_to_its_first_answer() -> None:
    seconds, megabytes = measure(["--routines", "10"])
    assert 0 < seconds < 30
    assert 10 < megabytes < 500
