"""The schemas of one OpenAPI document, compiled once each.

A schema is translated to JSON Schema 2020-12 (`dialect`), gathered with what it
refers to, compiled by jsonschema-rs, and kept. References stay inside the
document: no file is opened and no host is asked.
"""

from __future__ import annotations

import binascii
import datetime
from collections.abc import Callable, Mapping
from typing import Any, Final

import jsonschema_rs

from oas import pointers
from oas.dialect import Dialect, Direction, references_in
from oas.errors import SpecInvalid
from oas.messages import Violation
from oas.references import References
from oas.violations import violations_of

__all__ = ["Direction", "Schemas", "Validator"]

#: Steps back that the regex engine may take for one text before it counts as no match.
_MAX_BACKTRACKS: Final = 100_000
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")


class Validator:
    """One compiled schema. Immutable, safe to share between threads.

    Callers bound what they hand over: values nested above 200 levels, which no
    reader of ours lets through, are reported by `violations` only. Schemas are
    taken to be honest: alternatives nested in alternatives, each of the same
    schemas, cost as many steps as they have combinations.
    """

    __slots__ = ("_compiled", "_is_valid")

    def __init__(self, compiled: jsonschema_rs.Validator) -> None:
        self._compiled = compiled
        self._is_valid: Callable[[Any], bool] = compiled.is_valid

    def is_valid(self, value: Any) -> bool:
        """Judge a value that a strict JSON reader made; formats are asserted.

        A lone surrogate or NaN where the schema looks at the value is invalid,
        never an exception; where it does not look, only `violations` sees it.
        """
        try:
            return self._is_valid(value)
        except ValueError:  # Text that is not Unicode, types that are no JSON.
            return False

    def violations(self, value: Any, location: str) -> tuple[Violation, ...]:
        """Say what is wrong with a value.

        Args:
            value: anything.
            location: `path`, `query`, `header`, `body` or `response`.

        Returns:
            At most 20, ordered by pointer (array indexes by number) and keyword;
            empty for a valid value.
        """
        return violations_of(self._compiled, value, location)


class Schemas:
    """The schemas of one document.

    Args:
        document: a parsed OpenAPI 3.0.x or 3.1.x document. It must not change
            afterwards: schemas are known by identity.
        source: its name, for error messages.
        references: of the document; None makes them.
        eager: compile every schema now, for both directions, instead of each
            when it is first asked for.

    Attributes:
        document: as given.
        version: `3.0` or `3.1`; later versions are read as 3.1.
        anything: takes any value.

    Raises:
        SpecInvalid: with `eager`, any schema that does not compile.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        source: str = "",
        references: References | None = None,
        *,
        eager: bool = False,
    ) -> None:
        self.document = document
        self.source = source
        self.version = "3.0" if str(document.get("openapi", "")).startswith("3.0") else "3.1"
        self._validators: dict[tuple[int, Direction], tuple[Any, Validator]] = {}
        self._translations: dict[tuple[str, Direction], Any] = {}
        self._references = references or References(document, source)
        self._dialects: dict[Direction, Dialect] = {
            direction: Dialect(self.version, direction, source, self._references)
            for direction in ("request", "response")
        }
        self.anything = Validator(jsonschema_rs.Draft202012Validator(True))
        if eager:
            self._compile_all()

    def validator(self, schema: Mapping[str, Any] | bool | str, direction: Direction) -> Validator:
        """Return the compiled schema, the same object for the same schema.

        Args:
            schema: a Schema Object of the document, or a pointer to one, with or
                without `#` before it.
            direction: `request` ignores that a readOnly property is required,
                `response` ignores it of a writeOnly one.

        Raises:
            SpecInvalid: the schema cannot be used; the pointer says where.
        Source: OpenAPI 3.0.3, Schema Object, readOnly and writeOnly.
        """
        node = self._named(schema)
        known = self._validators.get((id(node), direction))
        if known is None:
            # The node is kept with its validator: a freed one would lend its identity to another.
            known = node, Validator(self.compile(self.translated(schema, direction), self._place(schema), direction))
            self._validators[id(node), direction] = known
        return known[1]

    def translated(self, schema: Mapping[str, Any] | bool | str, direction: Direction) -> Any:
        """Return the schema in JSON Schema 2020-12; references read `#/$defs/<escaped pointer>`.

        Raises:
            SpecInvalid: the schema or a reference in it cannot be used.
        """
        return self._translate(self._named(schema), self._place(schema), direction)

    def target(self, reference: str, direction: Direction) -> Any:
        """Return, translated, what a reference of a translated schema names."""
        pointer = self.target_pointer(reference)
        key = pointer, direction
        if key not in self._translations:
            self._translations[key] = self._translate(self.lookup(pointer), lambda: pointer, direction)
        return self._translations[key]

    def target_pointer(self, reference: str) -> str:
        """Return the pointer into the document behind a reference of a translated schema."""
        return pointers.tokens(pointers.pointer_of(reference))[1]

    def resolve(self, node: Any, pointer: str = "") -> Any:
        """Follow `$ref`, and the `$ref` it leads to, to the object itself.

        Args:
            node: a Reference Object, or anything else, which is returned as it is.
            pointer: where it stands, for error messages.

        Raises:
            SpecInvalid: a reference leaves the document, leads nowhere or back to itself.
        Source: OpenAPI 3.0.3, Reference Object.
        """
        return self._references.resolve(node, pointer)

    def lookup(self, pointer: str) -> Any:
        """Return what a pointer into the document names.

        Raises:
            SpecInvalid: nothing is there.
        """
        return self._references.lookup(pointer)

    def compile(self, translated: Any, place: Callable[[], str], direction: Direction) -> jsonschema_rs.Validator:
        """Compile a translated schema together with all it refers to; nothing is kept.

        Args:
            translated: what `translated` or `target` returned, or a schema made of such.
            place: says where it stands, asked only when it does not compile.
            direction: the one it was translated for.

        Raises:
            SpecInvalid: it is not a schema that can be asserted.
        """
        bundle = translated
        if isinstance(translated, Mapping):
            bundle = {**translated, "$defs": self._gathered(translated, direction)}
        try:
            return jsonschema_rs.Draft202012Validator(
                bundle,
                formats={"byte": _is_base64, "date": _is_date},
                validate_formats=True,
                pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_MAX_BACKTRACKS),
                offline=True,
            )
        except jsonschema_rs.ValidationError as error:
            steps = [str(step) for step in error.instance_path]
            is_referred = steps[:1] == ["$defs"] and len(steps) > 1
            pointer = pointers.join(steps[1], *steps[2:]) if is_referred else pointers.join(place(), *steps)
            raise SpecInvalid(_reason(error, pointer), self.source, pointer) from error
        except ValueError as error:
            raise SpecInvalid(f"the schema cannot be compiled: {error}.", self.source, place()) from error

    def _gathered(self, translated: Any, direction: Direction) -> dict[str, Any]:
        """Return every schema that can be reached by references, by pointer into the document."""
        found: dict[str, Any] = {}
        waiting = [translated]
        while waiting:
            for reference in references_in(waiting.pop()):
                pointer = self.target_pointer(reference)
                if pointer not in found:
                    found[pointer] = self.target(reference, direction)
                    waiting.append(found[pointer])
        return found

    def _translate(self, node: Any, place: Callable[[], str], direction: Direction) -> Any:
        try:
            return self._dialects[direction].translate(node, "")
        except RecursionError as error:
            raise SpecInvalid("the schema is nested too deeply.", self.source, place()) from error
        except SpecInvalid as error:
            # The place is looked for only now: it costs a walk through the document.
            raise SpecInvalid(error.message, self.source, place() + error.pointer) from error.__cause__

    def _named(self, schema: Mapping[str, Any] | bool | str) -> Any:
        return self.lookup(schema.removeprefix("#")) if isinstance(schema, str) else schema

    def _place(self, schema: Mapping[str, Any] | bool | str) -> Callable[[], str]:
        if isinstance(schema, str):
            return lambda: schema.removeprefix("#")
        return lambda: pointers.find(self.document, schema) or ""

    def _compile_all(self) -> None:
        for pointer in self._references.schema_pointers():
            for direction in ("request", "response"):
                self.validator(pointer, direction)


def _reason(error: jsonschema_rs.ValidationError, pointer: str) -> str:
    if pointer.endswith("/type"):
        return f"no type: {str(error.instance)[:60]!r}; expected {', '.join(_TYPES)}, or a list of them."
    return f"no valid schema: {error.message[:200]}."


def _is_date(text: str) -> bool:
    """Whether the text is a full-date of RFC 3339 that `datetime.date` can hold: years 1 to 9999."""
    if len(text) != 10 or text[7] != "-":  # A week date, which Python reads too, has its hyphens elsewhere.
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_base64(text: str) -> bool:
    try:
        binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return False
    return True
