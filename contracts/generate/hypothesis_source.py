"""Hypothesis as a source of values: so many of a strategy, the same for the same seed, wherever it runs.

Imports Hypothesis inside functions only; it is not loaded until something is
drawn.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["draw", "fixed_constants", "own_storage"]

_CACHED = 1024


def draw(strategy: Any, count: int, seed: int) -> list[Any]:
    """Return about `count` values of a strategy, simple ones first; fewer where it has no more."""
    import hypothesis
    from hypothesis.errors import HypothesisException

    found: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        phases=(hypothesis.Phase.generate,),
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(value=strategy)
    def taking(value: Any) -> None:
        found.append(value)

    # An operation that cannot be negated, or whose schema nothing fits, gives nothing.
    with contextlib.suppress(HypothesisException):
        taking()
    return found


@contextlib.contextmanager
def fixed_constants() -> Iterator[None]:
    """Keep Hypothesis, while this is open, from drawing literals of whatever modules happen to be loaded.

    Without it the same seed draws other values after another import. A version
    without that pool is left as it is.
    """
    from hypothesis.internal.conjecture import providers

    module: Any = providers
    names = ("_get_local_constants", "CONSTANTS_CACHE")
    before: Mapping[str, Any] = {name: getattr(module, name) for name in names if hasattr(module, name)}
    if len(before) == len(names) and hasattr(module, "Constants"):
        nothing = module.Constants()
        module._get_local_constants = lambda: nothing
        module.CONSTANTS_CACHE = type(before["CONSTANTS_CACHE"])(_CACHED)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(module, name, value)


@contextlib.contextmanager
def own_storage() -> Iterator[None]:
    """Keep Hypothesis, while this is open, from writing its tables into the working directory: the cache has them."""
    from hypothesis import configuration
    from platformdirs import user_cache_path

    before = vars(configuration).get("__hypothesis_home_directory")
    configuration.set_hypothesis_home_dir(user_cache_path("konnector-contracts") / "hypothesis")
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(before)
