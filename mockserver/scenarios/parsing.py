"""Rules and scenarios read from JSON and YAML, and everything that can be wrong with them.

A fault is reported with its JSON pointer and, in a file, with its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema_rs

from mockserver.errors import ScenarioInvalid
from mockserver.scenarios.models import DEFAULT_PRIORITY, DatasetChoice, Delay, PlannedAnswer, Rule, Scenario
from mockserver.scenarios.schema import RULE, SCENARIO
from oas import package_data
from oas.bounds import Bounds
from oas.errors import SpecInvalid
from oas.findings import Finding
from oas.lines import line_of
from oas.loading import decode, parse
from oas.operation import Operation
from oas.pointers import join

Operations = Mapping[str, Operation]
#: Suffixes of scenario files.
SUFFIXES = (".yaml", ".yml")


def read_rule(document: Any, rule_id: str, operations: Operations) -> Rule:
    """Return the rule that a JSON object says.

    Args:
        document: as in `shape.RULE`.
        rule_id: what it is called from now on.
        operations: those that it may name.

    Raises:
        ScenarioInvalid: with the pointer to what is wrong.
    """
    for pointer, message in _faults(RULE, document):
        raise ScenarioInvalid(message, "the rule", pointer)
    for pointer, message in _strangers(document, operations):
        raise ScenarioInvalid(message, "the rule", pointer)
    return rule_of(document, rule_id)


def read_scenario(path: Path, operations: Operations) -> Scenario:
    """Return the scenario of a file.

    Raises:
        ScenarioInvalid: the file cannot be read or says something that it cannot mean.
    """
    document, text = _parsed(path)
    for fault in _file_faults(document, text, path, operations):
        raise fault
    return _scenario(document, path)


def scenario_findings(path: Path, operations: Operations, windows: Sequence[str]) -> Iterator[ScenarioInvalid]:
    """Yield everything that is wrong with a file, with line and pointer; nothing where all of it has an effect.

    Args:
        path: of the file.
        operations: those that it may name.
        windows: names of the windows that it may limit.
    """
    try:
        document, text = _parsed(path)
    except ScenarioInvalid as error:
        yield error
        return
    found = list(_file_faults(document, text, path, operations))
    yield from found
    limits = [] if found else document.get("limits", ())
    for name in (name for name in limits if name not in windows):
        pointer = join("/limits", name)
        listed = ", ".join(windows) or "none"
        message = f"no window is called {name[:60]!a}; there are: {listed}"
        yield ScenarioInvalid(message, f"{path}:{line_of(text, pointer)}", pointer)


def _file_faults(document: Any, text: str, path: Path, operations: Operations) -> Iterator[ScenarioInvalid]:
    faults = _faults(SCENARIO, document)
    if not faults:  # what has another shape cannot be looked into further
        rules = enumerate(document.get("rules", ()))
        faults = [(f"/rules/{place}{at}", fault) for place, rule in rules for at, fault in _strangers(rule, operations)]
        faults += _missing_file(document, path)
    for pointer, message in faults:
        yield ScenarioInvalid(message, f"{path}:{line_of(text, pointer)}", pointer)


def scenario_files(folder: Path) -> list[Path]:
    """List the scenario files of a folder by name.

    Raises:
        ScenarioInvalid: there is no such folder.
    """
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError as error:
        raise ScenarioInvalid(f"no folder of scenarios: {error.strerror}", str(folder)) from error


def _faults(schema: dict[str, Any], document: Any) -> list[tuple[str, str]]:
    try:
        errors = list(jsonschema_rs.Draft202012Validator(schema).iter_errors(document))
    except ValueError as error:  # an alias that contains itself has no end
        return [("", f"this cannot be read: {error}")]
    return [(join("", *error.instance_path), error.message[:300]) for error in errors]


def _strangers(rule: Mapping[str, Any], operations: Operations) -> Iterator[tuple[str, str]]:
    """Find operations, parameters and combinations that the document does not have."""
    name = rule.get("operation")
    if name is not None and name not in operations:
        yield "/operation", f"no operation is called {name!r}; there are {', '.join(operations)}"
        return
    meant = [operations[name]] if name is not None else list(operations.values())
    for parameter in rule.get("parameters", ()):
        if not any(parameter in known_parameters(one) for one in meant):
            yield join("/parameters", parameter), f"no operation that the rule means has a parameter {parameter!r}"
    for place, answer in enumerate(rule["answers"]):
        is_redirect = 300 <= answer.get("status", 200) < 400
        if is_redirect != ("location" in answer):
            yield f"/answers/{place}", "a status of 3xx and a `location` go together"
        if "body" in answer and ({"example", "dynamic"} & answer.keys()):
            yield f"/answers/{place}", "one of `body`, `example` and `dynamic` was expected"


def known_parameters(operation: Operation) -> set[str]:
    """Return the names of an operation's parameters, members of its body included."""
    return {*operation.query.names, *operation.path_parameters, *(operation.body_names or ())}


def _missing_file(document: Mapping[str, Any], path: Path) -> Iterator[tuple[str, str]]:
    name = document.get("dataset", {}).get("file")
    if name is not None and _dataset(name, path) is None:
        folders = f"{path.parent / 'datasets'} or {package_data.datasets()}"
        yield "/dataset/file", f"there is no {name} in {folders}"


def _dataset(name: str, path: Path) -> Path | None:
    """Find a dataset file in the folder `datasets` beside the scenario, else among the packaged ones."""
    folders = (path.parent / "datasets", package_data.datasets())
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _scenario(document: Mapping[str, Any], path: Path) -> Scenario:
    rules = [rule_of(rule, f"{path.stem}/{place}") for place, rule in enumerate(document.get("rules", ()), 1)]
    world = document.get("dataset")
    if world is not None:
        name = world.get("file")
        world = DatasetChoice(
            _dataset(name, path) if name else None, world.get("routines"), world.get("seed"), world.get("days_ago", 0)
        )
    return Scenario(path.stem, document["description"], ordered(rules), world, document.get("limits", {}))


def ordered(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return rules by priority; where it is equal, in their order."""
    return tuple(sorted(rules, key=lambda rule: rule.priority))


def rule_of(document: Mapping[str, Any], rule_id: str) -> Rule:
    """Return the rule of a JSON object that was judged before."""
    return Rule(
        document=document,
        id=rule_id,
        answers=tuple(map(_answer, document["answers"])),
        operation=document.get("operation") or "",
        parameters=document.get("parameters", {}),
        times=document.get("times"),
        priority=document.get("priority", DEFAULT_PRIORITY),
        rate=document.get("rate", 1.0),
    )


def _answer(document: Mapping[str, Any]) -> PlannedAnswer:
    dribble = document.get("dribble", {})
    return PlannedAnswer(
        status=document.get("status"),
        example=document.get("example", ""),
        is_dynamic=document.get("dynamic", False),
        seed=document.get("seed"),
        body=document.get("body"),
        has_body="body" in document,
        delay=_delay(document["delay"]) if "delay" in document else None,
        fault=document.get("fault", ""),
        dribble_chunks=dribble.get("chunks", 0),
        dribble_s=dribble.get("ms", 0) / 1000,
        location=document.get("location", ""),
    )


def _delay(document: Any) -> Delay:
    if not isinstance(document, Mapping):
        return Delay("fixed", document)
    ((kind, terms),) = document.items()
    low, high = ("from_ms", "to_ms") if kind == "uniform" else ("median_ms", "sigma")
    return Delay(kind, terms[low], terms[high])


def _parsed(path: Path) -> tuple[Any, str]:
    """Return what a YAML file says, and its text."""
    found: list[Finding] = []
    try:
        data = path.read_bytes()
        document = parse(data, str(path), Bounds(), found)
        for finding in found:
            if finding.severity == "error":
                raise ScenarioInvalid(finding.message, f"{path}:{finding.line}", finding.pointer)
        return document, decode(data, str(path))
    except SpecInvalid as error:
        place = f"{path}:{error.line}" if error.line else str(path)
        raise ScenarioInvalid(error.message, place, error.pointer) from error
    except OSError as error:
        raise ScenarioInvalid(f"this is not a scenario file: {error}", str(path)) from error
