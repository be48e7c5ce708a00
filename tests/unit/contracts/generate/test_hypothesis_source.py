from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import configuration
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from contracts.generate.hypothesis_source import draw, fixed_constants, own_storage


def test_the_same_seed_draws_the_same_values() -> None:
    with fixed_constants():
        assert draw(st.text(), 20, 7) == draw(st.text(), 20, 7)
        assert draw(st.text(), 20, 7) != draw(st.text(), 20, 8)


def test_a_strategy_that_gives_nothing_gives_nothing() -> None:
    assert draw(st.nothing(), 5, 1) == []
    assert draw(st.integers().filter(lambda value: False), 5, 1) == []


def test_a_fault_of_the_strategy_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        draw(st.integers().map(lambda value: value // 0), 5, 1)


def test_no_literal_of_a_loaded_module_is_drawn_and_hypothesis_is_left_as_it_was() -> None:
    before = providers._get_local_constants, providers.CONSTANTS_CACHE
    with fixed_constants():
        assert len(providers._get_local_constants()) == 0
        assert providers.CONSTANTS_CACHE is not before[1]
    assert (providers._get_local_constants, providers.CONSTANTS_CACHE) == before


def test_a_version_without_that_pool_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(providers, "Constants")
    before = providers._get_local_constants
    with fixed_constants():
        assert providers._get_local_constants is before


def test_tables_of_hypothesis_are_not_written_to_the_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "__hypothesis_home_directory", None)
    with own_storage():
        found: Any = configuration.storage_directory("tmp", intent_to_write=False)
        path = Path(getattr(found, "path", found))  # older releases give the path itself
        assert Path.cwd() not in path.parents
        assert path.parts[-3:] == ("konnector-contracts", "hypothesis", "tmp")
    assert vars(configuration)["__hypothesis_home_directory"] is None
