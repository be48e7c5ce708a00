"""Everything that `mockserver check` judges: document, vocabulary, fixtures, dataset, scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from mockserver.errors import DatasetInvalid, ScenarioInvalid, SpecInvalid, UsageError
from oas import package_data
from oas.contract import Contract, load
from oas.findings import Finding, Findings
from oas.media import is_json_type
from oas.pointers import join
from oas.schemas import Direction


def findings(
    spec: Path | None = None,
    dataset: Path | None = None,
    scenarios: Path | None = None,
    *,
    allow_remote_refs: str | None = None,
    ask_reference: bool = False,
) -> tuple[Finding, ...]:
    """Return everything that is wrong, errors first; nothing when all is well.

    The packaged dataset and scenarios are judged beside the packaged contract only: they are of its operations.

    Args:
        spec: path of the document; None is the packaged contract.
        dataset: path of a dataset; None is the packaged one.
        scenarios: folder of scenarios beside the packaged ones; None has none.
        allow_remote_refs: origin that references may lead to.
        ask_reference: openapi-spec-validator is asked, too.
    """
    found = Findings()
    try:
        contract = load(spec, allow_remote_refs)
    except SpecInvalid as error:
        return (_finding(error),)
    contract.check()
    found.extend(contract.findings)
    found.extend(example_findings(contract))
    if ask_reference:
        from oas.reference import document_errors

        found.extend(map(_finding, document_errors(contract.document)))
    folders = [package_data.scenarios()] if spec is None else []
    for folder in [*folders, *([scenarios] if scenarios is not None else [])]:
        found.extend(map(_finding, _scenario_errors(folder, contract)))
    if spec is None or dataset is not None:
        found.extend(map(_finding, _dataset_errors(dataset or package_data.default_dataset())))
    return found.sorted()


def _finding(error: UsageError) -> Finding:
    return Finding("error", error.source, error.line, error.pointer, error.message)


def annotation(finding: Finding) -> str:
    """Return a finding as an annotation. Source: GitHub Actions, workflow commands."""
    place = f"file={finding.source},line={finding.line or 1}"
    text = f"{finding.pointer}: {finding.message} {finding.cost}".strip()
    for mark, escape in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        place, text = place.replace(mark, escape), text.replace(mark, escape)
    return f"::{finding.severity} {place}::{text}"


def example_findings(contract: Contract) -> Iterator[Finding]:
    """Yield every example of a response or of a request body that its schema refuses, each once."""
    seen: set[int] = set()
    for operation in contract.operations:
        home = join(operation.pointer, "requestBody", "content")
        yield from _media_findings(contract, operation.content, home, "request", seen)
        for response in operation.all_responses:
            home = join(response.response_pointer, "content")
            yield from _media_findings(contract, response.content, home, "response", seen)


def _media_findings(
    contract: Contract, content: Mapping[str, Any], home: str, direction: Direction, seen: set[int]
) -> Iterator[Finding]:
    for name, media in content.items():
        if not is_json_type(name) or not isinstance(media, Mapping) or "schema" not in media or id(media) in seen:
            continue
        seen.add(id(media))
        judge = contract.validator(media["schema"], direction, join(home, name, "schema"))
        for place, value in _examples(contract, media):
            for violation in judge.violations(value, direction):
                text = f"The example does not fit its schema at {violation.pointer or '/'}: {violation.message}"
                yield contract.finding(text, join(home, name) + place, "A made-up value takes its place.")


def _examples(contract: Contract, media: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the values of a Media Type Object's examples, each with its pointer below the object."""
    if "example" in media:
        yield "/example", media["example"]
    examples = media.get("examples")
    for name, example in examples.items() if isinstance(examples, Mapping) else ():
        example = contract.references.resolved_or_none(example)
        if isinstance(example, Mapping) and "value" in example:
            yield join("/examples", name), example["value"]


def _dataset_errors(path: Path) -> Iterator[DatasetInvalid]:
    from mockserver.dataset import loading

    yield from loading.findings(path, date(2025, 5, 11))


def _scenario_errors(folder: Path, contract: Contract) -> Iterator[UsageError]:
    """Yield what is wrong with scenarios, and with the datasets that they show."""
    from mockserver.scenarios.parsing import read_scenario, scenario_files, scenario_findings

    try:
        paths = scenario_files(folder)
    except ScenarioInvalid as error:
        yield error
        return
    windows = [window.name for window in contract.windows]
    for path in paths:
        found = list(scenario_findings(path, contract.by_id, windows))
        yield from found
        world = None if found else read_scenario(path, contract.by_id).world
        if world is not None and world.file is not None:
            yield from _dataset_errors(world.file)
