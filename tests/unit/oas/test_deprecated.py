from __future__ import annotations

import importlib

import pytest

from oas.deprecated import MODULES, NAMES


@pytest.mark.parametrize("old", [old for old in MODULES if old != "mockserver.contract"])
def test_an_old_module_gives_what_the_new_one_has_and_warns(old: str) -> None:
    new = importlib.import_module(MODULES[old])
    names = [name for name, value in vars(new).items() if not name.startswith("_") and callable(value)]
    assert names
    module = importlib.import_module(old)
    for name in names:
        with pytest.warns(DeprecationWarning, match="is now"):
            assert getattr(module, name) is getattr(new, name)


@pytest.mark.parametrize("new, old, name", [(new, *pair) for new, pairs in NAMES.items() for pair in pairs.items()])
def test_an_old_name_is_found_in_its_old_module(new: str, old: str, name: str) -> None:
    modules = [importlib.import_module(before) for before, after in MODULES.items() if after == new]
    for module in modules:
        with pytest.warns(DeprecationWarning, match=f"is now {new}.{name}"):
            assert getattr(module, old) is getattr(importlib.import_module(new), name)


def test_the_documented_import_of_the_fixture_works_as_it_did() -> None:
    with pytest.warns(DeprecationWarning, match="MockApi is now"):
        from contracts.testing import MockApi  # type: ignore[import-not-found]
    from contracts.plugin import MockApi as now

    assert MockApi is now


def test_a_name_that_never_was_is_an_error() -> None:
    with pytest.raises(ImportError):
        from contracts.testing import Nothing  # noqa: F401
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("contracts.never")
