"""One request of a corpus as a line of JSON, readable and diffable, keys and ids as named placeholders.

    {"operation": "listThings", "method": "GET", "path": "/things", "query": {"owner": "{user.1}"}, "key": "{key}",
     "origin": "positive coverage"}

One request a line, in the order of sending, members in the order above, what is
empty left out. A line means the same on every server and holds no secret. A
repeated parameter is a list; a body that is not JSON stands under `raw`, as text
or as `{"base64": …}`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.errors import ConfigInvalid
from contracts.messages import CREDENTIALS, Request

__all__ = ["Entry", "parse"]

_JSON_TYPE = "application/json"
_MEMBERS = ("operation", "method", "path", "query", "headers", "body", "raw", "type", "key", "origin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request of a corpus.

    Attributes:
        request: with placeholders for ids.
        origin: where it comes from, a few words.
    """

    request: Request
    origin: str = ""

    @property
    def line(self) -> str:
        """The request as one line of JSON, without the line's end."""
        request = self.request
        members: dict[str, Any] = {
            "operation": request.operation_id or None,
            "method": request.method,
            "path": request.path,
            "query": _query_out(request.query) or None,
            "headers": [list(pair) for pair in request.headers] or None,
            "body": request.body,
            "raw": _raw_out(request.raw_body),
            "type": None if request.content_type == _JSON_TYPE else request.content_type,
        }
        kept = {name: value for name, value in members.items() if value is not None}
        kept["key"] = None if request.credential == "none" else f"{{{request.credential}}}"
        if self.origin:
            kept["origin"] = self.origin
        # Line and paragraph separators are escaped, so that every tool counts the same lines.
        text = json.dumps(kept, ensure_ascii=False)
        return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in text)


def parse(line: str, source: str = "corpus") -> Entry:
    """Read one line.

    Raises:
        ConfigInvalid: it is not a request.
    """
    try:
        found = json.loads(line)
        if not isinstance(found, dict):
            raise TypeError("a JSON object was expected")
        unknown = [name for name in found if name not in _MEMBERS]
        if unknown:
            raise TypeError(f"it has a member `{unknown[0]}`; members are {', '.join(_MEMBERS)}")
        return Entry(request=_request(found), origin=str(found.get("origin", "")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reason = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
        raise ConfigInvalid(f"not a request of a corpus: {reason}", source) from error


def _request(found: dict[str, Any]) -> Request:
    credential = "none" if found.get("key", "{key}") is None else str(found.get("key", "{key}")).strip("{}")
    if credential not in CREDENTIALS:
        raise TypeError(
            f"`key` is one of {', '.join(f'{{{name}}}' for name in CREDENTIALS if name != 'none')}, or null"
        )
    path = str(found["path"])
    if not path.startswith("/"):
        raise TypeError("`path` begins with /, below the base URL")
    return Request(
        operation_id=str(found.get("operation", "")),
        method=str(found["method"]).upper(),
        path=path,
        query=tuple(_query_in(found.get("query", {}))),
        headers=tuple((str(name), str(value)) for name, value in found.get("headers", ())),
        body=found.get("body"),
        raw_body=_raw_in(found.get("raw")),
        content_type=str(found.get("type", _JSON_TYPE)),
        credential=credential,
    )


def _query_out(query: tuple[tuple[str, str], ...]) -> Any:
    """Write a query as an object; as a list of pairs where an object would not keep the order."""
    grouped: dict[str, list[str]] = {}
    for name, text in query:
        grouped.setdefault(name, []).append(text)
    if tuple((name, text) for name, texts in grouped.items() for text in texts) != query:
        return [list(pair) for pair in query]
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in grouped.items()}


def _query_in(query: Any) -> Iterator[tuple[str, str]]:
    if isinstance(query, list):
        yield from ((str(name), str(text)) for name, text in query)
        return
    for name, value in query.items():
        for text in value if isinstance(value, list) else (value,):
            if not isinstance(text, str):
                raise TypeError(f"the query's `{name}` is text, or a list of texts")
            yield name, text


def _raw_out(raw: bytes | None) -> Any:
    if raw is None:
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode("ascii")}


def _raw_in(raw: Any) -> bytes | None:
    if raw is None or isinstance(raw, str):
        return None if raw is None else raw.encode()
    try:
        return base64.b64decode(raw["base64"], validate=True)
    except binascii.Error as error:
        raise TypeError("`raw` is text, or an object with `base64`") from error
