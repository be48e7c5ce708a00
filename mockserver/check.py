"""Everything that `mockserver check` judges: document, vocabulary, fixtures, dataset, scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from mockserver.errors import DatasetInvalid, FixtureInvalid, ScenarioInvalid, SpecInvalid, UsageError
from oas import document, package_data, pointers
from oas.contract import Contract
from oas.media import is_json_type
from oas.schemas import Direction


def findings(
    spec: Path | None = None, dataset: Path | None = None, scenarios: Path | None = None
) -> Iterator[UsageError]:
    """Yield everything that is wrong, with file and pointer; nothing when all is well.

    The packaged dataset and scenarios are judged beside the packaged contract only: they are of its operations.

    Args:
        spec: path of the document; None is the packaged contract.
        dataset: path of a dataset; None is the packaged one.
        scenarios: folder of scenarios beside the packaged ones; None has none.
    """
    try:
        loaded = document.load(spec or package_data.openapi())
    except (SpecInvalid, FixtureInvalid) as error:
        yield error
        return
    from oas.reference import document_errors

    errors = document_errors(loaded)
    yield from errors
    if not errors:  # what is no OpenAPI document cannot be looked into further
        folders = [package_data.scenarios()] if spec is None else []
        yield from _compiled_findings(loaded, [*folders, *([scenarios] if scenarios is not None else [])])
    if spec is None or dataset is not None:
        yield from _dataset_findings(dataset or package_data.default_dataset())


def _compiled_findings(loaded: document.Document, folders: Iterable[Path]) -> Iterator[UsageError]:
    try:
        compiled = Contract(loaded)
    except SpecInvalid as error:
        yield error
    else:
        yield from example_findings(compiled)
        for folder in folders:
            yield from _scenario_findings(folder, compiled)


def example_findings(spec: Contract) -> Iterator[FixtureInvalid]:
    """Yield every example of an answer or a request body that its schema refuses, each once."""
    seen: set[int] = set()
    for operation in spec.operations:
        body = spec.schemas.resolve(operation.node.get("requestBody", {}))
        yield from _media_findings(spec, body, "request", seen)
        for node in operation.node.get("responses", {}).values():
            yield from _media_findings(spec, spec.schemas.resolve(node), "response", seen)


def _media_findings(
    spec: Contract, node: Mapping[str, Any], direction: Direction, seen: set[int]
) -> Iterator[FixtureInvalid]:
    for name, media in (node.get("content") or {}).items():
        if not is_json_type(name) or "schema" not in media or id(media) in seen:
            continue
        seen.add(id(media))
        judge = spec.schemas.validator(media["schema"], direction)
        for place, value in _examples(spec, media):
            for violation in judge.violations(value, direction):
                text = f"the example does not fit its schema at {violation.pointer or '/'}: {violation.message}"
                at = pointers.find(spec.document.tree, media) or ""
                yield FixtureInvalid(text, spec.document.source, at + place)


def _examples(spec: Contract, media: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the values of a Media Type Object's examples, each with its pointer below the object."""
    if "example" in media:
        yield "/example", media["example"]
    for name, example in (media.get("examples") or {}).items():
        example = spec.schemas.resolve(example)
        if "value" in example:
            yield pointers.join("/examples", name), example["value"]


def _dataset_findings(path: Path) -> Iterator[DatasetInvalid]:
    from mockserver.dataset import loading

    yield from loading.findings(path, date(2025, 5, 11))


def _scenario_findings(folder: Path, spec: Contract) -> Iterator[UsageError]:
    """Yield what is wrong with scenarios, and with the datasets that they show."""
    from mockserver.scenarios.parsing import read_scenario, scenario_files, scenario_findings

    try:
        paths = scenario_files(folder)
    except ScenarioInvalid as error:
        yield error
        return
    windows = [window.name for window in spec.windows]
    for path in paths:
        found = list(scenario_findings(path, spec.by_id, windows))
        yield from found
        world = None if found else read_scenario(path, spec.by_id).world
        if world is not None and world.file is not None:
            yield from _dataset_findings(world.file)
