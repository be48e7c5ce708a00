"""The control API on HTTP: `/__admin`, for this machine or the administrator.

A Flask blueprint that guards every path below `/__admin`, also those that
nobody serves, and answers in JSON only; errors are RFC 9457 problems. A
session is chosen by `?session=NAME` or the header `X-Mock-Session`; without
either it is the default one. One of the few modules that import Flask; what
the operations do stands in `control`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter, Map

from mockserver.admin.api import AdminApi
from mockserver.admin.fields import RequestFields, read_object
from mockserver.admin.guard import Guard, Peer
from mockserver.admin.problem import CONTENT_TYPE, Problem
from mockserver.admin.route import PREFIX, AdminRequest, AdminResponse, Route
from mockserver.admin.server_state import ServerState
from mockserver.config import Config
from mockserver.errors import StateUnavailable
from mockserver.state.sessions import Sessions

#: On every answer. A page of the console replaces the policy by its own.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_log = logging.getLogger(__name__)


def create_admin(sessions: Sessions, config: Config, info: Mapping[str, Any], served: ServerState) -> Blueprint:
    """Make the blueprint of the control API.

    Args:
        sessions: what it controls.
        config: names allowed in `Host`, token, bounds of a body.
        info: members of `GET /__admin/version`, among them `version`; also part of the health.
        served: what is served now.
    """
    blueprint = Blueprint("admin", __name__, url_prefix=PREFIX)
    control = AdminApi(sessions, info, served)
    operations = control.operations()
    blueprint.record_once(lambda state: state.app.url_map.converters.update(target=_Target))
    variable = f"<target({','.join(_words(operations))}):target>"
    for operation in operations:
        # OPTIONS is refused like any other method: it would only serve preflights, and nothing here allows CORS.
        blueprint.add_url_rule(
            re.sub(r"\{\w+\}", lambda _: variable, operation.path),
            operation.name,
            _view(operation, control, sessions, config),
            methods=[operation.method],
            provide_automatic_options=False,
        )
    install_guard(blueprint, Guard(config.allow_hosts, config.admin_token))
    return blueprint


def is_admin_path(path: str) -> bool:
    """Whether a path belongs to the control API, served or not."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


class _Target(BaseConverter):
    """The variable part of a path: any segment but those that are operations of their own, such as `find`."""

    def __init__(self, map: Map, *words: str) -> None:
        super().__init__(map)
        self.regex = f"(?!(?:{'|'.join(words)})$)[^/]+"


def _words(operations: Iterable[Route]) -> list[str]:
    """List the second segments of paths that are no variable."""
    seconds = {path[2] for path in (operation.path.split("/") for operation in operations) if len(path) > 2}
    return sorted(segment for segment in seconds if "{" not in segment)


def install_guard(blueprint: Blueprint, guard: Guard) -> None:
    """Hang guard, error answers and headers on every path below the prefix."""

    # On the whole application, since a path that nobody serves belongs to no blueprint.
    @blueprint.before_app_request
    def admit() -> Response | None:
        if not is_admin_path(request.path):
            return None
        try:
            guard.admit(Peer(request.remote_addr, {name.lower(): value for name, value in request.headers.items()}))
            if request.routing_exception is not None:
                raise request.routing_exception
        except Exception as error:
            return _refusal(error)
        return None

    @blueprint.after_app_request
    def seal(response: Response) -> Response:
        if is_admin_path(request.path):
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    blueprint.register_error_handler(Exception, _refusal)


def _view(operation: Route, control: AdminApi, sessions: Sessions, config: Config) -> Callable[..., Response]:
    def view(target: str = "") -> Response:
        sessions.refresh()
        query, session = _query(operation), None
        if operation.in_session:
            session = request.args.get("session", request.headers.get("X-Mock-Session"))
        outcome = operation.run(AdminRequest(control.choose(session), query, _body(operation, config), target))
        return _answer(outcome, operation.media_type)

    return view


def _answer(outcome: AdminResponse, media_type: str) -> Response:
    stream = outcome.stream
    if stream is None:
        return Response(orjson.dumps(outcome.document), outcome.status, content_type=media_type)
    if request.method == "HEAD":
        stream.close()
        return Response(status=outcome.status, content_type=media_type)
    return Response(stream, outcome.status, content_type=media_type, direct_passthrough=True)


def _query(operation: Route) -> RequestFields:
    sent = request.args.to_dict(flat=False)
    if any(len(values) > 1 for values in sent.values()):
        raise Problem(400, "A query parameter was sent more than once; once was expected.")
    sent.pop("session", None)
    return RequestFields({name: values[0] for name, values in sent.items()}, operation.query)


def _body(operation: Route, config: Config) -> RequestFields:
    if operation.members is None:
        return RequestFields({}, ())
    body = _read_body(config.max_body_bytes)
    # A form of another site can send what it likes, but not with this content type; and nothing at all is harmless.
    if (body or operation.needs_body or request.content_type) and request.mimetype != "application/json":
        raise Problem(415, "A JSON object was expected; send it with the header `Content-Type: application/json`.")
    if not body and not operation.needs_body:
        return RequestFields({}, ())
    return RequestFields(read_object(body, config.max_depth), operation.members)


def _read_body(max_body_bytes: int) -> bytes:
    """Read the body, also one of unknown length, but never more than it may have."""
    chunks, left = [], max_body_bytes + 1
    if (request.content_length or 0) < left:
        while left > 0 and (chunk := request.stream.read(left)):
            chunks.append(chunk)
            left -= len(chunk)
        if left > 0:
            return b"".join(chunks)
    raise Problem(413, f"The body is too large; at most {max_body_bytes} bytes were expected.")


def _refusal(error: Exception) -> Response:
    """Answer any exception with a problem document."""
    problem = _translated(error)
    return Response(problem.body(), problem.status, problem.headers, content_type=CONTENT_TYPE)


def _translated(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, StateUnavailable):
        return Problem(503, f"{error}.", (("Retry-After", str(error.retry_after_s)),))
    # The exceptions of the framework below Flask are known by their status.
    code = getattr(error, "code", None)
    if not isinstance(code, int):
        _log.error("the control API failed", exc_info=error)
        return Problem(500, "The control API failed, which is an error of the mock server; its log says where.")
    if code == 405:
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return Problem(405, f"This method is not served here; {allowed} would be.", (("Allow", allowed),))
    # A redirection leads to another spelling of the path, which is then as unknown as any other.
    if code == 404 or code < 400:
        return Problem(404, f"Nothing is served here; GET {PREFIX}/openapi.json lists what is.")
    return Problem(code, str(getattr(error, "description", None) or error))
