"""The shape of rules and scenario files, as JSON Schemas."""

from __future__ import annotations

from typing import Any, Final

from mockserver.scenarios.models import DEFAULT_PRIORITY, FAULTS, MAX_DELAY_S

_MAX_MS: Final = MAX_DELAY_S * 1000
_MS: Final = {"type": "number", "minimum": 0, "maximum": _MAX_MS}
_COUNT: Final = {"type": "integer", "minimum": 1, "maximum": 1_000_000}


def _closed(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


DELAY: Final = {
    "description": "Milliseconds, or a distribution of them.",
    "anyOf": [
        _MS,
        _closed(
            {"uniform": _closed({"from_ms": _MS, "to_ms": _MS}, required=["from_ms", "to_ms"])}, required=["uniform"]
        ),
        _closed(
            {
                "lognormal": _closed(
                    {"median_ms": _MS, "sigma": {"type": "number", "minimum": 0, "maximum": 5}},
                    required=["median_ms", "sigma"],
                )
            },
            required=["lognormal"],
        ),
    ],
}

ANSWER: Final = _closed(
    {
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "example": {"type": "string", "minLength": 1, "maxLength": 200},
        "dynamic": {"type": "boolean"},
        "seed": {"type": "integer"},
        "body": {"description": "Any JSON value, sent as it is."},
        "delay": DELAY,
        "fault": {"enum": list(FAULTS)},
        "dribble": _closed(
            {"chunks": {"type": "integer", "minimum": 1, "maximum": 1000}, "ms": _MS}, required=["chunks", "ms"]
        ),
        "location": {"type": "string", "pattern": "^https?://[!-~]+$", "maxLength": 2000},
    },
    description="An empty object is the plain answer.",
)

RULE: Final = _closed(
    {
        "operation": {"type": ["string", "null"], "maxLength": 200},
        "parameters": {"type": "object", "maxProperties": 50},
        "times": {**_COUNT, "type": ["integer", "null"]},
        "priority": {"type": "integer", "minimum": 1, "maximum": 1000, "default": DEFAULT_PRIORITY},
        "rate": {"type": "number", "minimum": 0, "maximum": 1},
        "answers": {"type": "array", "items": ANSWER, "minItems": 1, "maxItems": 1000},
    },
    required=["answers"],
)

SCENARIO: Final = _closed(
    {
        "description": {"type": "string", "minLength": 1, "maxLength": 500},
        "dataset": _closed(
            {
                "file": {"type": "string", "pattern": r"^[A-Za-z0-9_.-]+\.ya?ml$"},
                "routines": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
                "seed": {"type": "integer"},
                "days_ago": {"type": "integer", "minimum": 0, "maximum": 36_500},
            },
            minProperties=1,
            **{"not": {"required": ["file", "routines"]}},
        ),
        "limits": {"type": "object", "additionalProperties": _COUNT, "minProperties": 1},
        "rules": {"type": "array", "items": RULE, "maxItems": 1000},
    },
    required=["description"],
)
