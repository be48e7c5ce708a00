"""Preview an operation's response without a request: it is not counted and not recorded.

For the control API, which shows the organisation of a session.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from mockserver.state.session import Session
from oas.contract import Contract
from oas.messages import BuiltResponse, Refusal, Request

#: Builds the answer that a valid request would get in a session.
Plain = Callable[[Session, Request], BuiltResponse | Refusal]


class PreviewUnavailable(Exception):
    """The operation has no answer to show; the message says why."""


def look(spec: Contract, plain: Plain, session: Session, operation_id: str, query: Mapping[str, Any]) -> Any:
    """Return the `data` that an operation would answer in a session.

    Args:
        spec: compiled document.
        plain: `Pipeline.plain`.
        session: whose organisation, or that of the scenario it plays.
        operation_id: of an operation without a body.
        query: parameters by name; lists are repeated.

    Raises:
        PreviewUnavailable: the document has no such operation, or the operation refuses.
    """
    operation = spec.by_id.get(operation_id)
    if operation is None or not spec.uses_vocabulary:
        raise PreviewUnavailable("this document has no organisation to show; it is there for the packaged contract")
    request = Request("GET", spec.base_path + operation.path, urlencode(query, doseq=True))
    built = plain(session, request)
    if isinstance(built, Refusal):
        raise PreviewUnavailable(built.error or built.message)
    return json.loads(built.body)["data"]
