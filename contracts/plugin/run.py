"""The run behind the items: the settings of `contracts run`, what it will judge, and one run for all items."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.config import Config, Environment
from contracts.errors import ToolError
from contracts.plugin.item_results import Results, results_of

if TYPE_CHECKING:
    from contracts.events import Listener
    from contracts.verdicts import Relation

__all__ = [
    "judged",
    "peek",
    "read_config",
    "relations_of",
    "shared",
]

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
    from contracts.cli.options import to_config
    from contracts.cli.settings import read_settings
    from contracts.outcome import baseline

    found = read_settings(root / "pyproject.toml")
    settings = {name: value for name, value in found.items() if name not in _PYTESTS}
    settings |= {name: str(root / settings[name]) for name in _PATHS & settings.keys()}
    config = to_config(options, environment, settings)
    if config.baseline:
        baseline.load(config.baseline)  # read again by the run; a mistake in it is an error before anything is sent
    return config


def relations_of(config: Config) -> tuple[Relation, ...]:
    """Return what a run of this configuration judges, in the order of its report.

    Raises:
        SpecInvalid: the document cannot be turned into a contract.
        ConfigInvalid: an id in `only` or `skip` begins no relation.
    """
    from contracts import relations
    from contracts.generate.phase import wanted
    from contracts.generate.sequences import RELATION
    from contracts.plan.verdict import check_choice, selected

    document = config.contract()
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
        listener: receives the events of the run.

    Returns:
        The result of each item; where nothing could be judged, why.

    Raises:
        KeyboardInterrupt: the run was stopped.
    """
    from contracts import api
    from contracts.report.source import DocumentSource

    chosen = replace(config, only=tuple(ids), skip=())
    try:
        report = api.run(chosen, listener)
    except ToolError as error:
        return Results(trouble=_redacted(config, str(error)))
    except Exception as error:
        return Results(trouble=f"this tool failed, not the server: {_place_of(error)}; `contracts run` tells more")
    if report.is_interrupted:
        raise KeyboardInterrupt
    return results_of(report, DocumentSource.of(config.contract().document))


def _redacted(config: Config, text: str) -> str:
    from oas.redaction import Redactor

    return Redactor([key for key in (config.api_key, config.member_key) if key]).text(text)


def _place_of(error: Exception) -> str:
    """Name class and place of a fault; its message may hold anything."""
    import traceback

    *_, last = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


_ELSEWHERE = "workers on other machines cannot share one run, and its budget; run `pytest --contracts` without them"
_CRASHED = "the worker that ran the plan ended too early; another run would exceed the budget, so start pytest again"


def shared(folder: Path, run: Callable[[], Results]) -> Results:
    """Return what came of the one run; the first caller of all processes runs it, the others wait for it.

    Args:
        folder: of all processes together.
        run: runs the plan.
    """
    from filelock import FileLock

    if not folder.is_dir():
        return Results(trouble=_ELSEWHERE)
    started = folder / "started"
    with FileLock(folder / "lock"):
        results = peek(folder)
        if results is not None:
            return results
        if started.exists():
            return Results(trouble=_CRASHED)
        started.touch()
        results = run()
        part = folder / "part"
        part.write_text(results.to_json(), encoding="utf-8")
        os.replace(part, _place(folder))
        return results


def peek(folder: Path) -> Results | None:
    """Return what came of the run, None as long as nothing did."""
    try:
        return Results.from_json(_place(folder).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _place(folder: Path) -> Path:
    return folder / "results.json"
