from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import islice

import pytest

from contracts.generate.case_order import MOST_WRITES, generated_cases, key_of
from contracts.generate.expected_outcomes import ExpectedOutcomes
from contracts.generate.placeholders import resolve
from contracts.generate.schemathesis_adapter import CaseSource, GeneratedCase
from contracts.messages import Request
from oas.contract import parse
from oas.operation import Operation
from pipelinegate import contract

ENTITIES = {"user": ("u-1", "u-2"), "routine": ("r-1",), "organisation": (123,)}


@cache
def made(seed: int = 1, count: int = 480) -> tuple[GeneratedCase, ...]:
    return tuple(islice(generated_cases(contract(), CaseSource(contract()), seed), count))


def test_stages_follow_each_other_in_the_documented_order() -> None:
    stages = [f"{draft.mode} {draft.stage}" for draft in made()]
    fixed = [stage for stage in dict.fromkeys(stages) if not stage.endswith("drawn")]
    assert fixed == ["positive examples", "positive coverage", "negative conditions", "negative coverage"]
    first_drawn = next(place for place, stage in enumerate(stages) if stage.endswith("drawn"))
    assert all(stage.endswith("drawn") for stage in stages[first_drawn:])
    assert {"positive drawn", "negative drawn"} <= set(stages[first_drawn:])


def test_a_few_requests_already_meet_every_operation() -> None:
    assert {draft.request.operation_id for draft in made()[:7]} == set(contract().by_id)


def test_no_request_comes_twice() -> None:
    keys = [key_of(draft.request) for draft in made()]
    assert len(set(keys)) == len(keys)


@pytest.mark.slow
def test_the_same_seed_makes_the_same_requests_and_another_seed_others() -> None:
    again = islice(generated_cases(contract(), CaseSource(contract()), 1), 430)
    assert [draft.request for draft in again] == [draft.request for draft in made()[:430]]
    assert [draft.request for draft in made(2, 430)] != [draft.request for draft in made()[:430]]


_DIGEST = """
import hashlib, itertools, contracts.run.engine
from contracts.generate.case_order import generated_cases
from contracts.generate.schemathesis_adapter import CaseSource
from oas.contract import load
contract = load()
made = generated_cases(contract, CaseSource(contract), 1)
requests = [draft.request for draft in itertools.islice(made, 480)]
print(hashlib.sha256(repr(requests).encode()).hexdigest())
"""


@pytest.mark.slow
def test_a_seed_means_the_same_in_another_process_whatever_is_loaded_there() -> None:
    here = hashlib.sha256(repr([draft.request for draft in made()]).encode()).hexdigest()
    for hash_seed in ("1", "2"):
        command, environment = [sys.executable, "-c", _DIGEST], {"PYTHONHASHSEED": hash_seed}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        assert done.stdout.strip() == here


def test_every_positive_request_but_one_in_five_random_ones_is_valid_on_a_server_with_data() -> None:
    judge = ExpectedOutcomes(contract(), ENTITIES)
    settled = [draft for draft in made() if draft.mode == "positive" and draft.stage != "drawn"]
    for draft in settled:
        request = resolve(draft.request, ENTITIES)
        assert request is not None
        assert judge.of(request).conditions == ()


@pytest.mark.slow
def test_some_random_requests_keep_their_made_up_ids() -> None:
    judge = ExpectedOutcomes(contract(), ENTITIES)
    random = [resolve(draft.request, ENTITIES) for draft in made() if draft.stage == "drawn"]
    words = {judge.of(request).words for request in random if request}
    assert "404 NOT_FOUND" in words


def test_few_requests_may_write() -> None:
    judge = ExpectedOutcomes(contract(), ENTITIES)
    drawn = [draft.request for draft in made() if draft.request.operation_id == "createApiKey"]
    writes = [request for request in (resolve(item, ENTITIES) for item in drawn) if request]
    assert len([request for request in writes if not judge.of(request).conditions]) == MOST_WRITES
    assert len(writes) > 10


class Writes:
    """A source that never runs dry: another write each time."""

    def __init__(self) -> None:
        self.turn = 0

    def enumerated(self, operation: Operation, mode: str) -> Iterator[GeneratedCase]:
        return iter(self.drawn(operation, mode, 1, 0))

    def drawn(self, operation: Operation, mode: str, count: int, _seed: int) -> list[GeneratedCase]:
        self.turn += 1
        request = Request(operation_id=operation.id, method="PUT", path=operation.path, body={"a": str(self.turn)})
        return [GeneratedCase(request, "drawn", mode, (None, None))] * count


def test_a_document_of_nothing_but_writes_comes_to_an_end() -> None:
    schema = {"properties": {"a": {"type": "string"}}}
    write = {"operationId": "w", "responses": {}, "requestBody": {"content": {"application/json": {"schema": schema}}}}
    made = list(generated_cases(parse({"openapi": "3.1.0", "paths": {"/x": {"put": write}}}), Writes(), 1))  # type: ignore[arg-type]
    assert len(made) == MOST_WRITES
