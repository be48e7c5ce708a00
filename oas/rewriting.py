"""Rewrites the references of a document, and of the files they lead to, as pointers into one tree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from oas.errors import SpecInvalid
from oas.findings import Finding, Severity
from oas.identifiers import Place
from oas.lines import lines_of
from oas.loading import decode
from oas.pointers import MISSING, fragment_of, get, join, tokens
from oas.sources import Sources
from oas.structure import Kind, children

__all__ = ["Rewriter"]

#: Values of a discriminator's mapping that are references, not names of components.
_FILE_NAME: Final = re.compile(r"[#/]|\.(?:ya?ml|json)$")
_MAPS: Final = (Kind.NAMED, Kind.SCHEMAS, Kind.EXAMPLES)
_COSTS: Final = {Kind.SCHEMA: "The schema takes any value.", Kind.EXAMPLE: "The example is left out."}


class _Task(NamedTuple):
    """A node to visit: where it is held, what it is, and where it stands."""

    holder: Any
    step: Any
    kind: Kind
    place: Place


class Rewriter:
    """Walks the document and, along references, the files; changes what it meets in place.

    Args:
        sources: the document and its files.
        member: root member below which the files will be put, by name.
    """

    def __init__(self, sources: Sources, member: str) -> None:
        self._sources = sources
        self._member = member
        self._problems: list[tuple[Place, Severity, str, str]] = []
        self._tasks = [_Task(sources.trees, sources.root, Kind.OBJECT, Place(sources.root, ""))]
        self._late: list[tuple[_Task, dict[str, Any]]] = []
        self._is_last_round = False
        #: Visited nodes, kept alive, so that no other gets the identity of one.
        self._seen: dict[tuple[int, Kind], Any] = {}
        self._rewritten: set[int] = set()
        self._left_out: dict[int, tuple[list[Any], set[int]]] = {}

    def run(self) -> list[Finding]:
        """Visit every node that may hold a reference, then those that named what had not been read yet.

        Returns:
            What cannot be used, with file and line.
        """
        self._visit_all()
        self._is_last_round = True
        for task, node in self._late:
            self._follow(task, node)
        self._visit_all()
        for items, gone in self._left_out.values():
            items[:] = [item for item in items if id(item) not in gone]
        return self._located()

    def _visit_all(self) -> None:
        while self._tasks:
            self._visit(self._tasks.pop())

    def _visit(self, task: _Task) -> None:
        node = task.holder.get(task.step) if isinstance(task.holder, dict) else task.holder[task.step]
        key = (id(node), task.kind)
        if not isinstance(node, dict | list) or key in self._seen:
            return
        self._seen[key] = node
        if isinstance(node, list):
            self._push(node, ((index, child, task.kind) for index, child in enumerate(node)), task)
        elif task.kind in _MAPS and isinstance(node.get("$ref"), str):
            self._include(task, node)
        else:
            if task.kind is Kind.SCHEMA:
                self._tidy_schema(task, node)
            elif task.kind is Kind.EXAMPLE:
                self._inline(task, node)
            self._push(node, children(node, task.kind), task)
            if task.kind not in _MAPS:
                self._follow(task, node)

    def _push(self, holder: Any, members: Iterable[tuple[Any, Any, Kind]], task: _Task) -> None:
        for step, child, kind in members:
            if isinstance(child, dict | list):
                self._tasks.append(_Task(holder, step, kind, Place(task.place.file, join(task.place.pointer, step))))

    def _push_target(self, target: Place, kind: Kind) -> None:
        path = tokens(target.pointer)
        holder: Any = self._sources.trees
        step: Any = target.file
        if path:
            holder, step = get(holder[target.file], path[:-1]), path[-1]
        if isinstance(holder, list) and get(holder, (step,)) is not MISSING:
            step = int(step)
        if isinstance(holder, dict) or isinstance(step, int):
            self._tasks.append(_Task(holder, step, kind, target))

    def _follow(self, task: _Task, node: dict[str, Any]) -> None:
        """Rewrite the references of one node; in the first round only those whose target is known."""
        if id(node) in self._rewritten:
            return
        is_schema = task.kind is Kind.SCHEMA
        keywords = ("$ref", "$dynamicRef") if is_schema else ("$ref", "operationRef")
        found = [keyword for keyword in keywords if isinstance(node.get(keyword), str)]
        is_clear = "$dynamicRef" not in found and all(self._is_known(node[keyword], task) for keyword in found)
        if not is_clear and not self._is_last_round:
            self._late.append((task, node))
        elif found:
            self._rewritten.add(id(node))
            for keyword in found:
                if keyword == "$dynamicRef":
                    self._rewrite_dynamic(task, node)
                else:
                    self._rewrite(task, node, keyword)

    def _is_known(self, reference: str, task: _Task) -> bool:
        try:
            self._sources.target(reference, task.place)
        except SpecInvalid:
            return False
        return True

    def _rewrite(self, task: _Task, node: dict[str, Any], keyword: str) -> None:
        try:
            target = self._sources.target(node[keyword], task.place)
        except SpecInvalid as error:
            self._give_up(task, node, keyword, error)
            return
        node[keyword] = self._fragment(target)
        self._push_target(target, task.kind)

    def _rewrite_dynamic(self, task: _Task, node: dict[str, Any]) -> None:
        """Turn `$dynamicRef` into `$ref`, which is the same where one schema has the anchor.

        Source: JSON Schema 2020-12 core §8.2.3.2.
        """
        reference = node["$dynamicRef"]
        name = reference.partition("#")[2]
        candidates = self._sources.identifiers.dynamic.get(name, [])
        try:
            target = self._sources.target(reference, task.place)
        except SpecInvalid as error:
            if not candidates:
                self._give_up(task, node, "$dynamicRef", error)
                return
            target = candidates[0]
        if len(candidates) > 1:
            message = f"`$dynamicRef` names {name!r}, which {len(candidates)} schemas have as `$dynamicAnchor`."
            cost = "The schema that a `$ref` would lead to is used, whatever refers to this one."
            self._problems.append(
                (Place(task.place.file, join(task.place.pointer, "$dynamicRef")), "warning", message, cost)
            )
        del node["$dynamicRef"]
        made = {"$ref": self._fragment(target)}
        if "$ref" in node:
            others = node.get("allOf")
            node["allOf"] = [*others, made] if isinstance(others, list) else [made]
        else:
            node.update(made)
        self._push_target(target, Kind.SCHEMA)

    def _include(self, task: _Task, node: dict[str, Any]) -> None:
        """Put the map that a reference names in its place: OpenAPI allows none here, yet authors write it."""
        place = Place(task.place.file, join(task.place.pointer, "$ref"))
        try:
            target = self._sources.target(node["$ref"], task.place)
        except SpecInvalid as error:
            self._give_up(task, node, "$ref", error)
            return
        found = get(self._sources.trees[target.file], target.pointer)
        if isinstance(found, dict):
            message = "OpenAPI allows no `$ref` in the place of a map; its members are put here."
            self._problems.append((place, "warning", message, "Some other readers see no members."))
            task.holder[task.step] = found
            self._tasks.append(task._replace(place=target))

    def _tidy_schema(self, task: _Task, node: dict[str, Any]) -> None:
        """Take away identifiers, which have been indexed, and rewrite the mapping of a discriminator."""
        for keyword in ("$id", "$anchor", "$dynamicAnchor"):
            if isinstance(node.get(keyword), str):
                del node[keyword]
        mapping = get(node, ("discriminator", "mapping"))
        if not isinstance(mapping, dict) or id(mapping) in self._rewritten:
            return
        self._rewritten.add(id(mapping))
        named = get(self._sources.trees[self._sources.root], ("components", "schemas"))
        names = named if isinstance(named, dict) else {}
        for value, reference in list(mapping.items()):
            if isinstance(reference, str) and _FILE_NAME.search(reference) and reference not in names:
                place = Place(task.place.file, join(task.place.pointer, "discriminator", "mapping"))
                self._rewrite(_Task(mapping, value, Kind.SCHEMA, place), mapping, value)

    def _inline(self, task: _Task, node: dict[str, Any]) -> None:
        """Put the content of `value: {$ref: file}` in its place: this project's convention, not OpenAPI's."""
        value = node.get("value")
        reference = value.get("$ref") if isinstance(value, dict) and len(value) == 1 else None
        if not isinstance(reference, str) or reference.startswith("#"):
            return
        try:
            node["value"] = self._sources.content(reference, task.place)
        except SpecInvalid as error:
            node["value"] = reference
            self._give_up(task, node, "value", error)

    def _fragment(self, target: Place) -> str:
        if target.file == self._sources.root:
            return fragment_of(target.pointer)
        return fragment_of(join("", self._member, target.file) + target.pointer)

    def _give_up(self, task: _Task, node: dict[str, Any], keyword: str, error: SpecInvalid) -> None:
        """Note a reference that cannot be used, and leave something harmless in its place."""
        message = f"The reference {node.pop(keyword)[:200]!r} cannot be used: {error.message.rstrip('.')}"
        message += f" ({error.source}, line {error.line})." if error.source and error.line else "."
        place = Place(task.place.file, join(task.place.pointer, keyword))
        self._problems.append((place, "error", message, _COSTS.get(task.kind, "What it stands for is left out.")))
        is_empty = not node.keys() - {"summary", "description"}
        if task.kind is Kind.EXAMPLE or (is_empty and task.kind is Kind.OBJECT):
            if isinstance(task.holder, list):
                self._left_out.setdefault(id(task.holder), (task.holder, set()))[1].add(id(node))
            elif task.holder is not self._sources.trees:
                task.holder.pop(task.step, None)

    def _located(self) -> list[Finding]:
        """Return the problems as findings, each with its line."""
        sources = self._sources
        by_file: dict[str, list[str]] = {}
        for place, *_ in self._problems:
            by_file.setdefault(place.file, []).append(place.pointer)
        lines = {name: lines_of(decode(sources.contents[name], name), known) for name, known in by_file.items()}
        return [
            Finding(severity, sources.display(file), lines[file][pointer], pointer, message, cost)
            for (file, pointer), severity, message, cost in self._problems
        ]
