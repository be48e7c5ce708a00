"""The runner by documents of others, on the mock that serves them: a run ends, and blames for what is true only."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts import api
from contracts.config import Config
from mockserver.config import Config as MockConfig
from mockserver.live.server import LiveServer

SPECS = Path(__file__).parent.parent / "specs"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["discriminators", "pets", "petstore-3.0", "petstore-3.1", "schema-circular"])
def test_a_right_server_of_any_document_is_not_blamed(name: str) -> None:
    (spec,) = SPECS.joinpath(name).glob("openapi.*")
    with LiveServer(MockConfig(spec=spec), in_process=True) as server:
        report = api.run(Config(base_url=server.base_url, spec=spec, fuzz=30, api_key="any-key-will-do-1234"))
    # The mock answers so whether the document has these statuses or not: some have no success, most no 401.
    known = {f"the answer has the undocumented status {status}" for status in (200, 400, 401, 415)}
    assert {violation.title for violation in report.violations} <= known
    assert report.sent > 5
