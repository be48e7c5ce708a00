"""Problem documents: how the control API says no. Source: RFC 9457.

API paths never speak like this, they answer in the vendor's envelope.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from mockserver.errors import ToolError

CONTENT_TYPE = "application/problem+json"


class Problem(ToolError):
    """A control request that is refused. Raised by a view, it becomes the answer.

    Args:
        status: HTTP status, 400–599.
        detail: what was expected and what to do; never a secret of the request.
        headers: extra response headers, such as `Allow`.
    """

    def __init__(self, status: int, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers

    def body(self) -> bytes:
        """Return the document in JSON, ASCII only."""
        title = HTTPStatus(self.status).phrase
        return json.dumps({"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}).encode(
            "ascii"
        )
