"""One run for many processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts.plugin.item_results import ItemOutcome, Result, Results
from contracts.plugin.run import peek, shared

MADE = Results(items={"auth.a[b]": Result(ending=ItemOutcome.FAILED, text="é")}, summary=("kept",))


def never() -> Results:
    raise AssertionError("a second run")


def test_who_comes_first_runs_and_the_others_read(tmp_path: Path) -> None:
    assert peek(tmp_path) is None
    assert shared(tmp_path, lambda: MADE) == MADE
    assert shared(tmp_path, never) == peek(tmp_path) == MADE


def test_of_many_at_once_one_runs(tmp_path: Path) -> None:
    runs: list[int] = []

    def run() -> Results:
        runs.append(1)
        return MADE

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: shared(tmp_path, run), range(8)))
    assert found == [MADE] * 8
    assert runs == [1]


def test_after_a_run_that_broke_off_there_is_no_second_one(tmp_path: Path) -> None:
    def crash() -> Results:
        raise SystemExit

    with pytest.raises(SystemExit):
        shared(tmp_path, crash)
    assert "start pytest again" in shared(tmp_path, never).trouble
    assert peek(tmp_path) is None


def test_a_worker_on_another_machine_is_told_that_it_cannot_share(tmp_path: Path) -> None:
    assert "other machines" in shared(tmp_path / "elsewhere", never).trouble
