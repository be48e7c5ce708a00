"""The shape of a dataset file, as a JSON Schema.

What the values mean together is judged by `datafile`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.dataset.figures import MAX_COUNT, NAMES
from mockserver.dataset.routines import FRIEND_REQUEST, MESSAGE, STATUSES, TYPES, USER_STATUSES

_DAY = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|-?[0-9]{1,4}d)"
_TIME = "([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
_MOMENT = f"(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_TIME}Z|-?[0-9]{{1,4}}d {_TIME})"


def _closed(optional: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_TEXT = {"type": "string", "minLength": 1}
_STAMP = {"type": "string", "pattern": f"^{_MOMENT}$"}
_DAYS = {"type": "string", "pattern": f"^{_DAY}$"}
_COUNTS = {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": MAX_COUNT}}
#: The shape of a file; what it means is judged by `datafile`.
SCHEMA: dict[str, Any] = _closed(
    organisation=_closed(id={"type": "integer"}, name=_TEXT, created_at=_STAMP, subscription_status=_TEXT),
    users={
        "type": "array",
        "items": _closed(
            id=_TEXT,
            name=_TEXT,
            email={"type": "string", "pattern": r"^\S+@\S+$"},
            status={"enum": list(USER_STATUSES)},
        ),
    },
    routines={
        "type": "array",
        "items": _closed(
            ("activated", "figures", "steps"),
            id=_TEXT,
            name=_TEXT,
            user=_TEXT,
            type={"enum": list(TYPES)},
            status={"enum": list(STATUSES)},
            created_at=_STAMP,
            activated={"type": "array", "items": _STAMP, "minItems": 1, "maxItems": 2},
            max_campaign_days={"type": "integer", "minimum": 0, "maximum": MAX_COUNT},
            source=_TEXT,
            metadata=_closed(
                target_industry={"type": "string"},
                target_positions={"type": "array", "items": {"type": "string"}},
                campaign_goals={"type": "string"},
            ),
            steps={
                "type": "array",
                "items": {
                    "type": "array",
                    "prefixItems": [{"enum": [FRIEND_REQUEST, MESSAGE]}, {"type": "integer", "minimum": 0}],
                    "minItems": 2,
                    "maxItems": 2,
                },
            },
            figures=_closed(
                NAMES, **{"from": {"type": "string", "pattern": f"^{_DAY}$"}}, **dict.fromkeys(NAMES, _COUNTS)
            ),
        ),
    },
)
