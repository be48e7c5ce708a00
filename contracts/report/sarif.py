"""SARIF 2.1.0: rules are relations, results point into the OpenAPI document.

What the baseline accepts is a suppressed result. Source: OASIS SARIF 2.1.0,
§3.19 (toolComponent), §3.27 (result), §3.35 (suppression).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.report.source import DocumentSource
from contracts.report.text import escape_control, message
from contracts.verdicts import Relation, Report, Violation

__all__ = ["render"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report, source: DocumentSource) -> str:
    """Write the report as SARIF."""
    found = (*report.violations, *report.warnings)
    rules = _rules(report, found)
    places = {name: index for index, name in enumerate(rules)}
    version = dict(report.versions).get("contracts", "0")
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "contracts", "semanticVersion": version, "rules": list(rules.values())}},
        "invocations": [_invocation(report)],
        "automationDetails": {"id": f"contracts/{report.target}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, places[item.relation_id], report, source) for item in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules(report: Report, found: tuple[Violation, ...]) -> dict[str, dict[str, Any]]:
    """Map each id to its rule: all relations, then the checks that are none but found something."""
    rules = {verdict.relation.id: _rule(verdict.relation) for verdict in report.verdicts}
    for item in found:
        meaning = escape_control(f"Expected {item.expected}.")
        rules.setdefault(item.relation_id, {"id": item.relation_id, "shortDescription": {"text": meaning}})
    return rules


def _rule(relation: Relation) -> dict[str, Any]:
    properties = {"kind": relation.kind, "operation": relation.operation_id, "assumed": relation.assumed}
    return {
        "id": relation.id,
        "shortDescription": {"text": escape_control(relation.meaning)},
        "properties": {name: escape_control(value) for name, value in properties.items() if value},
    }


def _invocation(report: Report) -> Mapping[str, Any]:
    return {
        "executionSuccessful": not report.is_interrupted,
        "startTimeUtc": _moment(report.started_at),
        "endTimeUtc": _moment(report.started_at + report.duration_s),
    }


def _result(violation: Violation, index: int, report: Report, source: DocumentSource) -> dict[str, Any]:
    is_lenient = violation.severity == "warning" or (bool(violation.assumed) and report.assumptions == "warn")
    details = {
        "curl": violation.curl,
        "excerpt": violation.excerpt,
        "assumed": violation.assumed,
        "exchanges": list(violation.exchanges),
    }
    result: dict[str, Any] = {
        "ruleId": violation.relation_id,
        "ruleIndex": index,
        "level": "warning" if is_lenient else "error",
        "message": {"text": message(violation)},
        "locations": [_location(violation.pointer, source)],
        "partialFingerprints": {"contracts/v1": violation.fingerprint},
        "properties": {
            name: escape_control(value) if isinstance(value, str) else value for name, value in details.items()
        },
    }
    reason = dict(report.accepted).get(violation.fingerprint)
    if reason is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result


def _location(pointer: str, source: DocumentSource) -> dict[str, Any]:
    from urllib.parse import quote

    place = {"artifactLocation": {"uri": quote(source.name)}, "region": {"startLine": source.line(pointer)}}
    return {"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": pointer or "/", "kind": "member"}]}


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
