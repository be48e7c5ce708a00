"""The run behind the items: the settings of `contracts run`, what it will judge, and one run for all items.

May import `items_results`, `contracts.config`, `contracts.errors`, `contracts.verdicts`, the standard library and,
inside functions, what runs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.config import Config, Environment
from contracts.errors import ContractsError
from contracts.testing.items_results import Results, results_of

if TYPE_CHECKING:
    from contracts.running.events import Listener
    from contracts.verdicts import Relation

__all__ = ["judged", "read_config", "relations_of"]

#: Settings of the command that pytest has options of its own for: `-x`, `--junitxml`, `-q`.
_PYTESTS = ("is_fail_fast", "reports", "compare", "is_quiet")
_PATHS = frozenset(("api_key_file", "spec", "baseline", "ca_bundle", "ledger"))


def read_config(root: Path, options: dict[str, Any], environment: Environment) -> Config:
    """Make the configuration of the run.

    Args:
        root: folder of pyproject.toml, whose `[tool.contracts]` counts; paths in it are relative to it.
        options: of the command line, parameter → value; None stands for what was not given.
        environment: gives the keys.

    Raises:
        ConfigInvalid: a value makes no sense, or a file cannot be used.
    """
    from contracts.options import to_config
    from contracts.outcome import baseline
    from contracts.settings import read_settings

    found = read_settings(root / "pyproject.toml")
    settings = {name: value for name, value in found.items() if name not in _PYTESTS}
    settings |= {name: str(root / settings[name]) for name in _PATHS & settings.keys()}
    config = to_config(options, environment, settings)
    if config.baseline:
        baseline.load(config.baseline)  # read again by the run; a mistake in it is told before anything is sent
    return config


def relations_of(config: Config) -> tuple[Relation, ...]:
    """Return what a run of this configuration judges, in the order of its report.

    Raises:
        SpecInvalid: the document cannot be turned into a contract.
        ConfigInvalid: an id in `only` or `skip` begins no relation.
    """
    from contracts import relations
    from contracts.contract.document import load
    from contracts.generation.generated import wanted
    from contracts.generation.stateful import RELATION
    from contracts.judging.verdict import selected
    from contracts.planning.choice import check_choice

    document = load(config.spec)
    everything = relations.relations(document)
    check_choice(config, everything)
    if "fuzz" in config.phases:
        everything = (*everything, *wanted(document), RELATION)
    return tuple(item for item in everything if selected(item.id, config.only, config.skip))


def judged(config: Config, ids: Collection[str], listener: Listener) -> Results:
    """Run the plan for some relations; what is not among them costs no request.

    Args:
        config: of the run.
        ids: of the relations; not empty.
        listener: hears the run.

    Returns:
        What each item is told; where nothing could be judged, why.

    Raises:
        KeyboardInterrupt: the run was stopped.
    """
    from contracts import api
    from contracts.report.source import Source

    chosen = replace(config, only=tuple(ids), skip=())
    try:
        report = api.run(chosen, listener)
    except ContractsError as error:
        return Results(trouble=_redacted(config, str(error)))
    except Exception as error:
        return Results(trouble=f"this tool failed, not the server: {_place_of(error)}; `contracts run` tells more")
    if report.is_interrupted:
        raise KeyboardInterrupt
    return results_of(report, Source.of(config.spec))


def _redacted(config: Config, text: str) -> str:
    from contracts.redaction.redactor import Redactor

    return Redactor([key for key in (config.api_key, config.member_key) if key]).text(text)


def _place_of(error: Exception) -> str:
    """Name class and place of a fault; its message may hold anything."""
    import traceback

    *_, last = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
