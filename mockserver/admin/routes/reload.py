"""What can be asked of the watch over the served files."""

from __future__ import annotations

from mockserver.admin.route import AdminRequest, AdminResponse, Route
from mockserver.admin.schemas import BOOLEAN, MOMENT, array, record
from mockserver.reload import FileWatcher
from mockserver.timestamps import iso_z

_STATE = record(
    watching=BOOLEAN,
    reloaded_at={"oneOf": [MOMENT, {"type": "null"}]},
    files=array({"type": "string"}),
    problem={"type": "string"},
)


class Watching:
    """The operation on the watch.

    Args:
        watch: None where nobody watches.
    """

    def __init__(self, watch: FileWatcher | None) -> None:
        self._watch = watch

    def operations(self) -> tuple[Route, ...]:
        """List them."""
        return (Route("GET", "/watch", self.read_watch, answer=_STATE, in_session=False),)

    def read_watch(self, call: AdminRequest) -> AdminResponse:
        """Say whether changed files are served at once, and what came of the last change."""
        last = None if self._watch is None else self._watch.last
        return AdminResponse(
            {
                "watching": self._watch is not None,
                "reloaded_at": None if last is None else iso_z(last.at),
                "files": [] if last is None else last.files,
                "problem": "" if last is None else last.problem,
            }
        )
