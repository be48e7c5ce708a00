"""The pages and files of the console, behind the guard of the control API.

No file is named by a request: the files are listed once, and only those are
served. No page reaches another host, and no script but its own files runs.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import orjson
from flask import Blueprint, Response, redirect

from mockserver.admin.route import PREFIX
from oas.contract import Contract

#: Source: CSP Level 3. `data:` is for the marks that the vendored style sheets draw.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_PAGES: Final = {"/": "index.html", "/reference": "reference.html"}
_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def create_console(spec: Callable[[], Contract]) -> Blueprint:
    """Make the blueprint of the console.

    Args:
        spec: returns the document that is served now.
    """
    blueprint = Blueprint("console", __name__, url_prefix=PREFIX)
    found = dict(_files(files("mockserver.console") / "static"))
    for path, name in _PAGES.items():
        blueprint.add_url_rule(path, _endpoint("page", name), partial(_file, name, found[name]))
    blueprint.add_url_rule("", "home", lambda: redirect(f"{PREFIX}/"))
    for name, file in found.items():
        blueprint.add_url_rule(f"/console/{name}", _endpoint("file", name), partial(_file, name, file))
    blueprint.add_url_rule("/console/openapi.json", "document", lambda: _document(spec()))
    return blueprint


def _endpoint(kind: str, name: str) -> str:
    return f"{kind} {name}".replace(".", " ")  # Flask keeps the dot for itself


def _files(folder: Traversable, prefix: str = "") -> list[tuple[str, Traversable]]:
    """List the files of a folder and those below it, by path."""
    found: list[tuple[str, Traversable]] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = prefix + entry.name
        found += _files(entry, f"{name}/") if entry.is_dir() else [(name, entry)]
    return found


def _file(name: str, file: Traversable) -> Response:
    suffix = name[name.rindex(".") :] if "." in name else ""
    content_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    return _sealed(Response(file.read_bytes(), content_type=f"{content_type}; charset=utf-8"))


def _document(spec: Contract) -> Response:
    """Return the served document, its server being this one, so that a form on it asks the mock."""
    tree: Mapping[str, object] = {**spec.document.tree, "servers": [{"url": spec.base_path or "/"}]}
    return _sealed(Response(orjson.dumps(tree, option=orjson.OPT_NON_STR_KEYS), content_type="application/json"))


def _sealed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response
