"""The verdict on the clients of a running server, asked of its own control API.

Asked once when the server is ready, so that what cannot be judged is said before
the tests and not after them, and once before it stops, while its journals are
still there: they live in the workers, or in a state that workers share.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mockserver.errors import ConfigInvalid, ToolError
from mockserver.http.ports import Address

TIMEOUT_S = 20.0
#: Kept of a server's requests where its clients are judged in the end, and not only the latest are looked at.
JOURNAL_ENTRIES = 100_000
JOURNAL_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class SessionVerdict:
    """What a session's client comes to, as `GET /__admin/verdict` tells it."""

    session: str
    document: Mapping[str, Any]


class VerdictClient:
    """Asks for the verdicts of one server.

    Args:
        token: of the control API; None where this machine needs none.
        allow: ids of rules that clients may break.
        timeout_s: seconds for each answer, > 0.
    """

    def __init__(self, token: str | None = None, allow: Sequence[str] = (), timeout_s: float = TIMEOUT_S) -> None:
        self._token = token
        self._allow = ",".join(allow)
        self._timeout_s = timeout_s
        self._address: Address | None = None
        self._failure: ToolError | None = None
        self._judged: tuple[SessionVerdict, ...] = ()

    def open(self, address: Address) -> None:
        """Learn where the server answers, and that it judges.

        Raises:
            ConfigInvalid: it refuses to, for a rule that does not exist or a document that it cannot judge by.
            ToolError: it does not answer.
        """
        self._address = address
        self._verdict("default")

    def close(self) -> None:
        """Ask, of every session that got requests. Raises nothing; what went wrong is in `judged`."""
        if self._address is None:
            return
        try:
            sessions = self._get("/sessions")["sessions"]
            names = [session["name"] for session in sessions if session["requests"]] or ["default"]
            self._judged = tuple(SessionVerdict(name, self._verdict(name)) for name in names)
        except ToolError as error:
            self._failure = error

    @property
    def judged(self) -> tuple[SessionVerdict, ...]:
        """The verdicts, one for each session that got requests, the default one first.

        Raises:
            ToolError: they could not be had.
        """
        if self._failure is not None:
            raise self._failure
        if not self._judged:
            raise ToolError("there is no verdict: the server was stopped before it answered")
        return self._judged

    @property
    def exit_code(self) -> int:
        """0 where all clients keep the contract, 1 where one breaks it, else 4; raises as `judged` does."""
        codes = {judged.document["exit_code"] for judged in self.judged}
        return 1 if 1 in codes else max(codes)

    def _verdict(self, session: str) -> dict[str, Any]:
        return self._get("/verdict?" + urlencode({"session": session, "allow": self._allow}))

    def _get(self, path: str) -> dict[str, Any]:
        address = self._address
        assert address is not None
        connection = http.client.HTTPConnection(address.reachable_host, address.port, timeout=self._timeout_s)
        headers = {"Host": address.netloc, **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        try:
            connection.request("GET", f"/__admin{path}", headers=headers)
            answer = connection.getresponse()
            document: dict[str, Any] = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ToolError(f"the verdict cannot be had: the server does not answer ({error})") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise ConfigInvalid(str(document.get("detail", "the server refused to judge")), "--verdict")
        return document
