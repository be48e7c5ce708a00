"""NDJSON: one JSON object a line, in the order run, exchange, verdict with its violations, warning, end.

It holds a whole report, so that `read` gives back what `render` was given;
`--compare` reads an earlier run from it. `format` in the first line is raised
when a reader of the old form would go wrong.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from contracts.errors import ConfigInvalid
from contracts.messages import Answer, Exchange, Request
from contracts.report.source import DocumentSource
from contracts.verdicts import Outcome, Relation, Report, Verdict, Violation

__all__ = ["FORMAT", "read", "render"]

FORMAT = 1
_AT_END = ("sent", "duration_s", "is_interrupted")
_LISTED = ("verdicts", "warnings", "exchanges")


def render(report: Report, source: DocumentSource) -> str:
    """Write the report as NDJSON."""
    made = (json.dumps(record, separators=(",", ":")) for record in _records(report, source))
    return "".join(f"{line}\n" for line in made)


def read(path: Path) -> Report:
    """Read a report back.

    Raises:
        ConfigInvalid: the file cannot be read, is no such report, or of another format.
    """
    try:
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(
            f"cannot be read: {error}; expected an NDJSON report of an earlier run", str(path)
        ) from error
    parts: dict[str, list[Any]] = {"run": [], "exchange": [], "verdict": [], "violation": [], "warning": [], "end": []}
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            parts[record.pop("type")].append(record)
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            message = "no line of an NDJSON report; write one with --report ndjson:PATH"
            raise ConfigInvalid(f"line {number}: {message}", str(path)) from error
    return _report(parts, path)


def _records(report: Report, source: DocumentSource) -> Iterator[dict[str, Any]]:
    left = (*_AT_END, *_LISTED)
    known = {item.name: getattr(report, item.name) for item in fields(report) if item.name not in left}
    yield {"type": "run", "format": FORMAT, **known}
    for exchange in report.exchanges:
        yield {"type": "exchange", **_of_exchange(exchange)}
    for index, verdict in enumerate(report.verdicts):
        said = {"outcome": verdict.outcome.value, "reason": verdict.reason, "requests": verdict.requests}
        yield {"type": "verdict", "relation": asdict(verdict.relation), **said}
        for violation in verdict.violations:
            yield {"type": "violation", "verdict": index, **_of_violation(violation, source)}
    for violation in report.warnings:
        yield {"type": "warning", **_of_violation(violation, source)}
    yield {"type": "end", **{name: getattr(report, name) for name in _AT_END}}


def _of_violation(violation: Violation, source: DocumentSource) -> dict[str, Any]:
    place = {"file": source.name, "line": source.line(violation.pointer)}
    return {**asdict(violation), "fingerprint": violation.fingerprint, **place}


def _of_exchange(exchange: Exchange) -> dict[str, Any]:
    request, answer = exchange.request, exchange.answer
    sent = {item.name: getattr(request, item.name) for item in fields(request)} | {"raw_body": _text(request.raw_body)}
    came = answer and {
        **{item.name: getattr(answer, item.name) for item in fields(answer) if not item.name.startswith("_")},
        "headers": dict(answer.headers),
        "body": _text(answer.body),
    }
    whole = {item.name: getattr(exchange, item.name) for item in fields(exchange)}
    return whole | {"request": sent, "answer": came}


def _report(parts: dict[str, list[Any]], path: Path) -> Report:
    if len(parts["run"]) != 1 or len(parts["end"]) != 1:
        raise ConfigInvalid(
            "one line of type run and one of type end were expected; the report is not whole", str(path)
        )
    (run,), (end,) = parts["run"], parts["end"]
    if run.pop("format", None) != FORMAT:
        raise ConfigInvalid(f"format {FORMAT} was expected; make the report again with this version", str(path))
    try:
        pairs: dict[str, Any] = {name: tuple(map(tuple, run.pop(name))) for name in ("versions", "accepted", "notes")}
        return Report(
            **run,
            **end,
            **pairs,
            verdicts=tuple(
                _verdict(record, index, parts["violation"]) for index, record in enumerate(parts["verdict"])
            ),
            warnings=tuple(map(_violation, parts["warning"])),
            exchanges=tuple(map(_exchange, parts["exchange"])),
        )
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise ConfigInvalid(f"a record does not have the fields of format {FORMAT}: {error}", str(path)) from error


def _verdict(record: dict[str, Any], index: int, violations: list[Any]) -> Verdict:
    own = tuple(_violation(item) for item in violations if item["verdict"] == index)
    relation = Relation(**record["relation"])
    return Verdict(
        relation=relation,
        outcome=Outcome(record["outcome"]),
        reason=record["reason"],
        requests=record["requests"],
        violations=own,
    )


def _violation(record: dict[str, Any]) -> Violation:
    known = {name: record[name] for name in (item.name for item in fields(Violation))}
    return Violation(**{**known, "exchanges": tuple(known["exchanges"])})


def _exchange(record: dict[str, Any]) -> Exchange:
    request, answer = record["request"], record["answer"]
    pairs = {name: tuple(map(tuple, request[name])) for name in ("query", "headers")}
    made = Request(**{**request, **pairs, "raw_body": _bytes(request["raw_body"])})
    if answer is not None:
        headers = {name: tuple(values) for name, values in answer["headers"].items()}
        answer = Answer(**{**answer, "headers": headers, "body": _bytes(answer["body"]) or b""})
    return Exchange(**{**record, "request": made, "answer": answer})


def _text(content: bytes | None) -> Any:
    """Write bytes as text where they are text, else as an object with their base64."""
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _bytes(value: Any) -> bytes | None:
    if value is None:
        return None
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else str(value).encode()
