"""One sequence of dependent requests, with its model of the server: what was listed, where the last page ended.

Each step sends one request, three when it looks again at what seems wrong: data
may have changed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contracts.generate.sequence_context import SequenceContext
from contracts.messages import Request
from contracts.observations.cases import ask
from contracts.observations.observations import Observation, Observations
from contracts.relations.collection.links import follow
from oas.operation import Operation
from oas.pointers import get

__all__ = ["Sequence"]


@dataclass(slots=True)
class Sequence:
    """One sequence.

    Attributes:
        world: shared.
        ids: of the whole list, in order, as far as it was learnt.
        total: of the list; None until it is known.
        link: to the page after the last one that was shown, and where that begins.
        has_made: a key was made, in this sequence or, once the run has made enough of them, in one before.
        steps: what was done, in words.
    """

    world: SequenceContext
    ids: dict[int, Any] = field(default_factory=dict)
    total: int | None = None
    link: tuple[str, int] | None = None
    has_made: bool = False
    steps: list[str] = field(default_factory=list)

    @property
    def can_open(self) -> bool:
        """Whether there is something to open, and something to open it with."""
        operation = self.world.detail_operation
        return operation is not None and bool(self._openable(operation))

    def learn(self) -> None:
        """List from the beginning, with the default limit."""
        operation = self.world.list_operation
        if operation is not None:
            self._list(operation, {}, 0, "list")

    def make(self, is_bare: bool) -> None:
        """Make a key, with a description where there is one to give; once there are enough, take the one made last."""
        operation = self.world.create_operation
        assert operation is not None
        self.has_made = True
        if not self.world.may_create:
            return
        texts = [item for item in operation.inputs if item.schema.get("type") == "string" and not item.entity]
        given = {} if is_bare else {item.name: f"sequence {len(self.steps)}" for item in texts}
        seen = self.world.send(ask(operation, given))
        self.steps.append(f"{operation.id}({', '.join(given)})")
        if seen is None:
            return
        if not seen.is_success:
            self.world.report(seen, f"{operation.id} was answered {seen.status}", "a 2xx answer", "make", self.steps)
        self.world.created_keys += 1

    def use(self) -> None:
        """Read with the key made last: it must see what the caller's key sees."""
        operation = self.world.witness
        assert operation is not None
        if not self.world.has_made:
            return
        seen = self.world.send(ask(operation, {}, "created"))
        self.steps.append(f"{operation.id}(with the made key)")
        if seen is None:
            return
        if not seen.is_success:
            self.world.report(seen, f"the made key was answered {seen.status}", "a 2xx answer", "use", self.steps)
        listed = Observations(self.world.document, (seen,))
        for kind, ids in self.world.entities.items():
            found = listed.entities(kind)
            if found and ids and not set(map(str, found)) & set(map(str, ids)):
                title = f"the made key sees other entities ({kind})"
                self.world.report(seen, title, "those of the caller's organisation", f"use {kind}", self.steps)

    def page(self, limit: int, offset: int, form: int) -> None:
        """Ask for a page, in one of the forms that the list has."""
        first = self.world.list_operation
        assert first is not None
        assert first.collection is not None
        forms = self.world.document.forms(first.canonical_id)
        operation = forms[form % len(forms)]
        page = first.collection.page
        given = {page.limit: limit, page.offset: offset}
        self._list(operation, given, offset, f"{operation.id}(limit {limit}, offset {offset})")

    def follow(self) -> None:
        """Follow the link to the next page."""
        operation = self.world.list_operation
        assert operation is not None
        assert self.link is not None
        link, offset = self.link
        request = follow(operation, link)
        if request is not None:
            self._show(operation, request, offset, f"follow {link}")

    def open(self, place: int) -> None:
        """Open what is listed: it must be there, and be itself."""
        operation = self.world.detail_operation
        assert operation is not None
        name, ids = self._openable(operation)[0]
        identity = ids[place % len(ids)]
        seen = self.world.send(ask(operation, {name: identity}))
        self.steps.append(f"{operation.id}({name} {identity})")
        if seen is None:
            return
        if not seen.is_success:
            title = f"{identity}, which is listed, was answered {seen.status}"
            self.world.report(seen, title, "a 2xx answer", "open", self.steps)
        kind = next(item.entity for item in operation.inputs if item.name == name)
        if str(identity) not in map(str, Observations(self.world.document, (seen,)).entities(kind)):
            self.world.report(seen, f"what was opened is not {identity}", "the entity asked for", "itself", self.steps)

    def _openable(self, operation: Operation) -> list[tuple[str, list[Any]]]:
        found: list[tuple[str, list[Any]]] = []
        for parameter in operation.inputs:
            if parameter.is_required and parameter.entity:
                ids = list(self.world.entities.get(parameter.entity, ())) or list(self.ids.values())
                found += [(parameter.name, ids)] if ids else []
        return found

    def _list(self, operation: Operation, given: dict[str, Any], offset: int, step: str) -> None:
        self._show(operation, ask(operation, given), offset, step)

    def _show(self, operation: Operation, request: Request, offset: int, step: str) -> None:
        """Send a request for a page and hold it against what was listed before."""
        seen = self.world.send(request)
        self.steps.append(step)
        if seen is None:
            return
        if not seen.is_success:
            self.world.report(seen, f"{step} was answered {seen.status}", "a 2xx answer", "list", self.steps)
        difference = self._difference(seen, offset)
        again = self.world.send(request) if difference else None
        if difference and again is not None and self._difference(again, offset) == difference and self._is_steady():
            self.world.report(again, f"{step}: {difference[0]}", difference[1], difference[2], self.steps)
        self._remember(again or seen, offset)

    def _difference(self, seen: Observation, offset: int) -> tuple[str, str, str] | None:
        if self.total is not None and seen.total != self.total:
            return f"the total is {seen.total}", f"{self.total}, as before", "total"
        for place, identity in enumerate(seen.ids, offset):
            if place in self.ids and self.ids[place] != identity:
                return f"item {place} is {identity}", f"{self.ids[place]}, as before", "order"
        return None

    def _is_steady(self) -> bool:
        """Whether the list still begins as it was learnt: it is the page that differs, not the data."""
        operation = self.world.list_operation
        seen = self.world.send(ask(operation, {})) if operation else None
        return seen is not None and seen.is_success and self._difference(seen, 0) is None

    def _remember(self, seen: Observation, offset: int) -> None:
        if self.total is not None and seen.total != self.total:
            self.ids.clear()
        self.total = seen.total
        self.ids.update(enumerate(seen.ids, offset))
        place = get(seen.body, seen.collection.page.next)
        self.link = (place, offset + len(seen.ids)) if isinstance(place, str) and seen.ids else None
