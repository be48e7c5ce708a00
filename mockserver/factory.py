"""Make the application of this project in the process that serves it; importing this module loads none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.config import Config

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from mockserver.state.backends.shared_memory import SharedMemoryHandle


def make_wsgi(config: Config, bench: SharedMemoryHandle | None = None) -> WSGIApplication:
    """Return `mockserver.app.create_wsgi(config, bench)`. Errors are those of that function."""
    from mockserver.app import create_wsgi

    return create_wsgi(config, bench)
