"""A WSGI callable that answers with bytes known by heart, on the server that the mock runs on.

    python bare.py PORT FOLDER

FOLDER holds a file `NAME.STATUS` for each first path segment.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIEnvironment

from mockserver.config import Config
from mockserver.http.server import serve

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


def create(folder: Path) -> WSGIApplication:
    """Return the callable."""
    answers = {}
    for path in folder.iterdir():
        body = path.read_bytes()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        answers[path.stem] = (f"{path.suffix[1:]} Recorded", headers, [body])
    fallback = ("404 Not Found", [("Content-Length", "0")], [b""])

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = answers.get(environ["PATH_INFO"].split("/", 2)[1], fallback)
        start_response(status, headers)
        return body

    return app


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    sys.exit(serve(Config(port=int(sys.argv[1])), on_ready=lambda address: None, factory=lambda config: create(folder)))
