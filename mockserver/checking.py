"""Everything that `mockserver check` judges: document, vocabulary, fixtures, dataset.

May import anything that loads or judges; nothing that serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from mockserver import document, packaged
from mockserver.errors import DatasetInvalid, FixtureInvalid, SpecInvalid, UsageError
from mockserver.pointers import join
from mockserver.spec import Spec, json_media


def findings(spec: Path | None = None, dataset: Path | None = None) -> Iterator[UsageError]:
    """Yield everything that is wrong, with file and pointer; nothing when all is well.

    Args:
        spec: path of the document; None is the packaged contract.
        dataset: path of a dataset; None is the packaged one.
    """
    try:
        loaded = document.load(spec or packaged.openapi())
    except (SpecInvalid, FixtureInvalid) as error:
        yield error
        return
    from mockserver.validation import document_errors

    yield from document_errors(loaded)
    try:
        compiled = Spec(loaded)
    except SpecInvalid as error:
        yield error
        return
    yield from example_findings(compiled)
    if spec is None or dataset is not None:
        yield from _dataset_findings(dataset or packaged.default_dataset())


def example_findings(spec: Spec) -> Iterator[FixtureInvalid]:
    """Yield every example of an answer or a request body that its schema refuses."""
    for operation in spec.operations.values():
        for status, node in operation.node.get("responses", {}).items():
            response = spec.schemas.resolve(node)
            pointer = join(operation.pointer, "responses", status)
            yield from _media_findings(spec, response, pointer, "response")
        body = spec.schemas.resolve(operation.node.get("requestBody", {}))
        yield from _media_findings(spec, body, join(operation.pointer, "requestBody"), "request")


def _media_findings(spec: Spec, node: Mapping[str, Any], pointer: str, direction: Any) -> Iterator[FixtureInvalid]:
    media = json_media(node)
    if media is None or "schema" not in media:
        return
    judge = spec.schemas.validator(media["schema"], direction)
    for name, example in (media.get("examples") or {}).items():
        example = spec.schemas.resolve(example)
        at = join(pointer, "content", "examples", name)
        if "value" in example:
            for violation in judge.violations(example["value"], direction):
                text = f"the example does not fit its schema at {violation.pointer or '/'}: {violation.message}"
                yield FixtureInvalid(text, spec.document.source, at)


def _dataset_findings(path: Path) -> Iterator[DatasetInvalid]:
    from mockserver import datafile

    yield from datafile.findings(path, date(2025, 5, 11))
