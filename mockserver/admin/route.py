"""One operation of the control API: what it is called with, what it answers, how it is declared.

A class of operations lists them in a table, `operations()`; `actions` joins
the tables, `admin` puts them on HTTP, `description` writes them down as
OpenAPI. Knows no web framework.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from mockserver.admin.fields import RequestFields
from mockserver.state.sessions import Session

PREFIX = "/__admin"
JSON = "application/json"
#: A JSON Schema, 2020-12.
Schema = Mapping[str, Any]
_VARIABLE = re.compile(r"\{(\w+)\}")


class Stream(Protocol):
    """An answer that goes on: its parts, and an end that also comes when the client is gone."""

    def __iter__(self) -> Iterator[bytes]:
        """Give the parts, each once it is there."""
        ...

    def close(self) -> None:
        """Give back what the stream holds; called once or more, whether it was read or not."""
        ...


@dataclass(frozen=True, slots=True)
class AdminRequest:
    """One control request, read and judged as far as its operation declares.

    Attributes:
        session: the chosen one.
        query: query parameters, without `session`.
        body: members of the JSON body; empty where there is none.
        target: the variable part of the path; empty where it has none.
    """

    session: Session
    query: RequestFields
    body: RequestFields
    target: str = ""


@dataclass(frozen=True, slots=True)
class AdminResponse:
    """The answer to a call: a JSON object and its HTTP status, or a stream in place of the object."""

    document: Mapping[str, Any]
    status: int = 200
    stream: Stream | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One operation, declared.

    Attributes:
        method: upper case.
        path: below `/__admin`; may have one variable part, such as `/keys/{hash}`.
        run: does it; raises `Problem` where it cannot. The first line of its docstring is the summary.
        query: query parameters beside `session`: name → schema.
        members: of the JSON body: name → schema; None where a body is not read.
        needs: members that must be there.
        constraints: keywords that hold of the members together.
        needs_body: an empty body is refused.
        answer: schema of a successful answer.
        status: of a successful answer.
        media_type: of a successful answer.
        problems: statuses of `Problem` beside those that follow from the rest.
        in_session: works on the chosen session, which then must exist.
    """

    method: str
    path: str
    run: Callable[[AdminRequest], AdminResponse]
    query: Mapping[str, Schema] = field(default_factory=dict)
    members: Mapping[str, Schema] | None = None
    needs: tuple[str, ...] = ()
    constraints: Schema = field(default_factory=dict)
    needs_body: bool = False
    answer: Schema = field(default_factory=lambda: {"type": "object"})
    status: int = 200
    media_type: str = JSON
    problems: tuple[int, ...] = ()
    in_session: bool = True

    @property
    def name(self) -> str:
        """The operation's own name, unique."""
        return self.run.__name__

    @property
    def summary(self) -> str:
        """One line that says what it does."""
        return (inspect.getdoc(self.run) or "").partition("\n")[0]

    @property
    def variable(self) -> str:
        """Name of the variable part of the path; empty where it has none."""
        found = _VARIABLE.search(self.path)
        return found[1] if found else ""


class Table(Protocol):
    """A class of operations."""

    def operations(self) -> tuple[Route, ...]:
        """List them."""
        ...
