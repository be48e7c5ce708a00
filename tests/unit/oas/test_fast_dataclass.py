"""Records of a request behave like frozen dataclasses in all but the one way that costs time."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields, is_dataclass, replace

import pytest

from oas.messages import DeliveryOptions, Response

RESPONSE = Response(200, (("A", "b"),), b"body")


def test_a_record_is_a_dataclass_with_slots() -> None:
    assert is_dataclass(Response)
    assert [field.name for field in fields(Response)] == ["status", "headers", "body", "delivery"]
    assert not hasattr(RESPONSE, "__dict__")


def test_records_are_equal_by_their_fields_and_can_be_keys() -> None:
    same = Response(200, (("A", "b"),), b"body")
    assert same == RESPONSE
    assert {RESPONSE: 1}[same] == 1
    assert replace(RESPONSE, status=404) != RESPONSE
    assert hash(replace(RESPONSE, delivery=DeliveryOptions(fault="EMPTY_RESPONSE"))) != hash(RESPONSE)


@pytest.mark.parametrize("through", [copy.copy, copy.deepcopy, lambda record: pickle.loads(pickle.dumps(record))])
def test_a_record_can_be_copied_and_sent(through: object) -> None:
    assert callable(through)
    assert through(RESPONSE) == RESPONSE


@pytest.mark.slow
def test_the_type_checker_takes_records_for_frozen() -> None:
    api = pytest.importorskip("mypy.api")
    source = "from oas.messages import Response\ndef f(it: Response) -> None:\n    it.status = 1\n"
    output, _, code = api.run(["--config-file=", "--follow-imports=silent", "--cache-dir=/dev/null", "-c", source])
    assert code == 1
    assert 'Property "status" defined in "Response" is read-only' in output
