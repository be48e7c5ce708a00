"""WSGI callables that stand in for the application, right and wrong, importable by name."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mockserver.config import Config
from mockserver.errors import SpecInvalid

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Echo:
    """Says what it got; `POST` reads the body first."""

    base_path = "/base"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/crash":
            raise LookupError("nobody caught this")
        said = {
            "pid": os.getpid(),
            "parent": os.getppid(),
            "body_bytes": len(environ["wsgi.input"].read(1 << 20)) if environ["REQUEST_METHOD"] == "POST" else 0,
            "headers": sorted(name for name in environ if name.startswith("HTTP_")),
        }
        body = json.dumps(said).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def echo(config: Config) -> WSGIApplication:
    sys.stdout.write(f"seed {config.seed}\n")
    return Echo()


def patient(config: Config) -> WSGIApplication:
    """Build for as long as standard input says nothing."""
    sys.stdout.write('{"building": true}\n')
    sys.stdout.flush()
    os.read(0, 1)
    return Echo()


def sick(config: Config) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("500 Internal Server Error", [("Content-Length", "0")])
        return [b""]

    return app


def invalid_spec(config: Config) -> WSGIApplication:
    raise SpecInvalid("no paths; one was expected", "openapi.yaml", "/paths")


def faulty(config: Config) -> WSGIApplication:
    raise ZeroDivisionError("seven by nought")


def vanishing(config: Config) -> WSGIApplication:
    os._exit(3)


def leaving(config: Config) -> WSGIApplication:
    sys.exit("no")
