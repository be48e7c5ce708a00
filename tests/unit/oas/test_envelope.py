"""Where answers tell status, error, identity and moment."""

from __future__ import annotations

from answers import document
from oas.contract import parse
from oas.envelope import Envelope


def test_the_envelope_of_the_contract_is_recognised() -> None:
    envelope = document().envelope
    assert (envelope.code, envelope.flag, envelope.error_code) == ("/code", "/status", "/data/error_code")
    assert (envelope.request_id, envelope.stamp) == ("/data/request_id", "/data/timestamp")
    assert envelope.zone == "\\+05:30$"


def test_members_point_into_the_document() -> None:
    assert document().envelope.pointers["stamp"] == "/components/schemas/EnvelopeStamp"


def test_a_document_without_an_envelope_has_none() -> None:
    content = {"application/json": {"schema": {"type": "array", "items": {"type": "string"}}}}
    responses = {"200": {"description": "", "content": content}}
    made = parse({"openapi": "3.1.0", "paths": {"/x": {"get": {"responses": responses}}}})
    assert made.envelope == Envelope()
