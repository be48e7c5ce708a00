"""Where in a document the reason for a decision stands, as a JSON pointer.

For explanations to people, never on the request path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oas.contract import Contract
from oas.messages import Violation
from oas.operation import Operation
from oas.pointers import join, tokens


def rule_place(spec: Contract, operation: Operation | None, condition: str, error_code: str = "") -> str:
    """Return the place of the rule of `x-error` that answered a condition; the operation where there is none.

    Args:
        spec: of the document.
        operation: whose rules come first.
        condition: one word of the vocabulary.
        error_code: of the answer; tells rules of the same condition apart.
    """
    found = [
        (pointer, rule)
        for home, node in _rule_homes(spec, operation)
        for pointer, rule in ((join(home, "x-error", index), rule) for index, rule in enumerate(node))
        if rule["condition"] == condition
    ]
    exact = next((pointer for pointer, rule in found if rule["error_code"] == error_code), None)
    if exact is not None:
        return exact
    return found[0][0] if found else operation.pointer if operation is not None else "/paths"


def _rule_homes(spec: Contract, operation: Operation | None) -> Iterator[tuple[str, Any]]:
    if spec.uses_vocabulary:
        if operation is not None:
            yield operation.pointer, operation.node.get("x-error", ())
        yield "", spec.document.tree.get("x-error", ())


def response_place(operation: Operation, status: int) -> str:
    """Return the place of the response of a status; of all responses where it is not documented."""
    responses = operation.node.get("responses", {})
    pointer = join(operation.pointer, "responses")
    for key in (str(status), f"{status // 100}XX", "default"):
        if key in responses:
            return join(pointer, key)
    return pointer


def violation_place(spec: Contract, operation: Operation, violation: Violation) -> str:
    """Return the place of what a part of a request was held against."""
    names = tokens(violation.pointer)
    if violation.location == "body":
        content = spec.schemas.resolve(operation.node.get("requestBody", {})).get("content") or {}
        media = next(iter(content), "application/json")
        path = [step for name in names for step in (("items",) if name.isdecimal() else ("properties", name))]
        return spec.references.canonical_pointer(
            join(operation.pointer, "requestBody", "content", media, "schema", *path)
        )
    for pointer, parameter in _parameters(spec, operation):
        if names and str(parameter.get("name", "")).lower() == names[0].lower():
            return pointer
    return operation.pointer


def _parameters(spec: Contract, operation: Operation) -> Iterator[tuple[str, Mapping[str, Any]]]:
    item = spec.document.tree["paths"].get(operation.path, {})
    for home, node in ((operation.pointer, operation.node), (operation.pointer.rpartition("/")[0], item)):
        for index, parameter in enumerate(node.get("parameters", ())):
            yield join(home, "parameters", index), spec.schemas.resolve(parameter)


def security_place(spec: Contract, operation: Operation) -> str:
    """Return the place of the security requirement that holds for an operation."""
    if "security" in operation.node:
        return join(operation.pointer, "security")
    return "/security" if "security" in spec.document.tree else operation.pointer
