"""Base paths: what a Server Object's URL puts before every path.

Source: OpenAPI 3.1.1, Server Object; RFC 3986 §5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from oas.findings import Finding
from oas.pointers import join

__all__ = ["base_paths", "server_findings"]

_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")
#: A relative URL that begins like a host: a name with a dot or port, or `localhost`.
_LIKE_A_HOST: Final = re.compile(r"(localhost|[\w-]+(\.[\w-]+)+)(:\d+)?(?=/|$)|[\w-]+:\d+(?=/|$)")
#: Base paths of one server that the values of its variables give.
_MAX_OF_SERVER: Final = 64


def base_paths(servers: Any, document_url: str = "") -> tuple[str, ...]:
    """Return the path of each server, without a slash at its end, the first server's first, each once.

    A variable has its default, then its other documented values. A URL without
    a scheme that begins like a host, as in `api.example.com/v1`, is read as
    one. What is not a Server Object is passed over.

    Args:
        servers: list of Server Objects; anything else, or an empty list, stands for `/`.
        document_url: absolute URL against which relative ones are resolved; empty for the root.
    """
    listed = servers if isinstance(servers, list) and servers else [{"url": "/"}]
    found = dict.fromkeys(path for server in listed for path in _paths(server, document_url))
    return tuple(found) or ("",)


def server_findings(servers: Any, source: str, pointer: str = "/servers") -> Iterator[Finding]:
    """Yield what is wrong with a list of Server Objects; lines are left 0."""
    if servers is None:
        return
    if not isinstance(servers, list):
        yield Finding("error", source, 0, pointer, "A list of Server Objects was expected.", "The base path is '/'.")
        return
    for index, server in enumerate(servers):
        place = join(pointer, index)
        url = server.get("url") if isinstance(server, Mapping) else None
        if not isinstance(url, str):
            yield Finding("error", source, 0, place, "A Server Object with a `url` was expected.", "It is left out.")
        elif _LIKE_A_HOST.match(url):
            message = (
                f"The URL {url!r} has no scheme, so that its host is a part of the path; write https:// before it."
            )
            yield Finding("warning", source, 0, join(place, "url"), message, "It is read as if it had one.")


def _paths(server: Any, document_url: str) -> Iterator[str]:
    url = server.get("url") if isinstance(server, Mapping) else None
    if not isinstance(url, str):
        return
    variables = server.get("variables")
    names = list(dict.fromkeys(_VARIABLE.findall(url)))
    choices = [_values(variables.get(name) if isinstance(variables, Mapping) else None) for name in names]
    for chosen in islice(product(*choices), _MAX_OF_SERVER):
        filled = url
        for name, value in zip(names, chosen, strict=True):
            filled = filled.replace("{" + name + "}", value)
        path = _path(filled, document_url)
        if path is not None:
            yield path


def _values(variable: Any) -> list[str]:
    if not isinstance(variable, Mapping):
        return [""]
    listed = variable.get("enum")
    others = listed if isinstance(listed, list) else []
    return list(dict.fromkeys(str(value) for value in [variable.get("default", ""), *others]))


def _path(url: str, document_url: str) -> str | None:
    if _LIKE_A_HOST.match(url):
        url = "//" + url
    try:
        path = urlsplit(urljoin(document_url or "http://localhost/", url)).path
    except ValueError:
        return None
    return path.rstrip("/")
