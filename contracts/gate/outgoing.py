"""A request on its way through the gate, and the rule which ones a live target is spared."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.errors import RequestRefused
from contracts.gate.target import Target
from contracts.gate.transport import Reply, WireRequest
from contracts.messages import Exchange, Request
from oas.redaction import Redactor

__all__ = ["OutgoingRequest", "SendResult", "check_write_allowed"]

#: Headers by which some servers let a request be another than it looks, lower case.
_OVERRIDES = frozenset(("x-http-method-override", "x-http-method", "x-method-override"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRequest:
    """What is to be sent.

    Attributes:
        request: as planned.
        wire: as sent, key included.
        phase: for the record.
        is_write: it may change something on the server.
        expects_429: it is sent at once, and any answer is taken as it is.
        once: it is never sent a second time.
    """

    request: Request
    wire: WireRequest
    phase: str
    is_write: bool
    expects_429: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True)
class SendResult:
    """What came of it once. `is_refusal`: the server says that a limit is reached."""

    exchange: Exchange
    reply: Reply
    is_refusal: bool


def check_write_allowed(target: Target, errand: OutgoingRequest, redactor: Redactor) -> None:
    """Refuse what may change something on a live target.

    Raises:
        RequestRefused: it may; it was not sent.
    """
    names = {name.lower() for name, _ in errand.wire.headers}
    if target.is_live and (errand.is_write or names & _OVERRIDES):
        raise RequestRefused(
            f"{errand.wire.method} {redactor.text(errand.request.path)} may change something on {target.origin}, which"
            " is no mock on this machine; it was not sent. --allow-writes sends it."
        )
