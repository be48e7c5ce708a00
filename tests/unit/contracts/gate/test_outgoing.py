from __future__ import annotations

import pytest

from contracts.config import Config
from contracts.errors import RequestRefused
from contracts.gate.outgoing import OutgoingRequest, check_write_allowed
from contracts.gate.serialization import to_wire
from contracts.gate.target import Target
from contracts.messages import Request
from oas.redaction import Redactor
from unit.contracts.upstream import KEY

LIVE = Target.of(Config(base_url="https://example.com"))


def errand(*headers: tuple[str, str], is_write: bool = False, path: str = "/a") -> OutgoingRequest:
    request = Request(operation_id="", method="POST", path=path, headers=headers)
    return OutgoingRequest(request=request, wire=to_wire("", request, None), phase="fuzz", is_write=is_write)


@pytest.mark.parametrize("refused", [errand(is_write=True), errand(("X-HTTP-Method-Override", "DELETE"))])
def test_a_live_target_is_spared_what_may_write(refused: OutgoingRequest) -> None:
    with pytest.raises(RequestRefused, match=r"POST /a .* on https://example.com, .* --allow-writes"):
        check_write_allowed(LIVE, refused, Redactor())
    check_write_allowed(Target.of(Config(base_url="http://localhost")), refused, Redactor())


def test_a_read_passes() -> None:
    check_write_allowed(LIVE, errand(("X-A", "1")), Redactor())


def test_the_refusal_holds_no_secret() -> None:
    with pytest.raises(RequestRefused) as caught:
        check_write_allowed(LIVE, errand(is_write=True, path=f"/{KEY}"), Redactor([KEY]))
    assert KEY not in str(caught.value)
