"""JSON Schemas of what the control API takes and answers. Source: JSON Schema 2020-12.

Plain values first, then objects of their own name, which the description
keeps under `components/schemas`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.scenarios.schema import RULE

Shape = Mapping[str, Any]

#: The largest number that every JSON reader keeps exact.
MAX_WHOLE = 2**53 - 1
TEXT: Shape = {"type": "string", "maxLength": 200}
MOMENT: Shape = {"type": "string", "format": "date-time", "description": "RFC 3339, with a zone."}
BOOLEAN: Shape = {"type": "boolean"}
NUMBER: Shape = {"type": "number"}
STATUS: Shape = {"type": "integer", "minimum": 100, "maximum": 599}


def whole(least: int = 0, most: int = MAX_WHOLE) -> Shape:
    """Return the schema of a whole number within bounds."""
    return {"type": "integer", "minimum": least, "maximum": most}


def array(items: Shape) -> Shape:
    """Return the schema of an array."""
    return {"type": "array", "items": items}


def named(name: str) -> Shape:
    """Return a reference to one of `SHAPES`."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(**members: Shape) -> dict[str, Any]:
    """Return the schema of an object that has all of these members and may have more."""
    return {"type": "object", "required": list(members), "properties": members}


def table(values: Shape) -> Shape:
    """Return the schema of an object with any names."""
    return {"type": "object", "additionalProperties": values}


_STRING: Shape = {"type": "string"}
_HEADERS = table({"oneOf": [_STRING, array(_STRING)]})
_CLOCK = {"now": MOMENT, "frozen": BOOLEAN}
_VIOLATION = record(location=_STRING, pointer=_STRING, code=_STRING, message=_STRING, severity=_STRING)
_ABOUT = {
    "id": _STRING,
    "wasMatched": BOOLEAN,
    "operationId": {"type": ["string", "null"]},
    "keyHash": _STRING,
    "violations": array(_VIOLATION),
    "durationMs": {"type": "number", "minimum": 0},
    "applied": _STRING,
    "deliberate": BOOLEAN,
}
_REQUEST_LINE = {"url": _STRING, "method": _STRING, "loggedDate": whole(-MAX_WHOLE), "loggedDateString": MOMENT}
_REQUEST = dict(
    **_REQUEST_LINE,
    absoluteUrl=_STRING,
    clientIp=_STRING,
    headers=_HEADERS,
    cookies={"type": "object"},
    body=_STRING,
    bodyAsBase64=_STRING,
)
_ANSWER = {"status": STATUS, "headers": _HEADERS, "body": _STRING}

#: Name → schema.
SHAPES: dict[str, Shape] = {
    "Problem": {
        **record(type=_STRING, title=_STRING, status=STATUS, detail=_STRING),
        "description": "Why a request was refused, and what to do. Source: RFC 9457.",
    },
    "Clock": record(**_CLOCK),
    "Key": record(
        hash=_STRING,
        role={"enum": ["admin", "member"]},
        state={"enum": ["active", "deactivated"]},
        created_at=MOMENT,
        description=_STRING,
    ),
    "Rule": {**RULE, "properties": {"id": _STRING, **RULE["properties"]}},
    "Session": record(name=_STRING, created_at=MOMENT, **_CLOCK, limits=table(whole(1)), requests=whole()),
    "LoggedRequest": record(id=_STRING, **_REQUEST),
    "Exchange": {
        **record(
            **_ABOUT,
            request=record(**_REQUEST),
            response=record(**_ANSWER, bodyAsBase64=_STRING),
            responseDefinition=record(**_ANSWER),
        ),
        "description": "A request and its answer in the shape of WireMock's journal, secrets redacted.",
    },
}
