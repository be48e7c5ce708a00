"""One Schema Object of an OpenAPI document → JSON Schema 2020-12, for one direction.

The result holds assertions and what a sample is made from (examples, defaults,
discriminators, readOnly and writeOnly), and nothing else. Its references read
`#/$defs/<pointer into the document>`, so that the compiler gathers them.

Source: OpenAPI 3.0.3 and 3.1.1, Schema Object; JSON Schema 2020-12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from oas.errors import SpecInvalid
from oas.patterns import strict_pattern
from oas.pointers import fragment_of, join
from oas.references import References
from oas.violations import not_json

__all__ = ["CHILDREN", "Dialect", "Direction", "references_in"]

#: Which way a value travels: a request omits what is readOnly, a response what is writeOnly.
Direction = Literal["request", "response"]

Kind = Literal["one", "many", "named", "plain"]


def _table(one: str, many: str, named: str, plain: str) -> dict[str, Kind]:
    table: dict[str, Kind] = dict.fromkeys(one.split(), "one")
    table.update(dict.fromkeys(many.split(), "many"))
    table.update(dict.fromkeys(named.split(), "named"))
    table.update(dict.fromkeys(plain.split(), "plain"))
    return table


#: Keyword → whether it holds one schema, a list of schemas, schemas by name, or something plain.
_KEYWORDS_30: Final = _table(
    "items additionalProperties not",
    "allOf anyOf oneOf",
    "properties",
    "default discriminator enum examples exclusiveMaximum exclusiveMinimum format maxItems maxLength maxProperties "
    "maximum minItems minLength minProperties minimum multipleOf pattern readOnly required type uniqueItems writeOnly",
)
_KEYWORDS_31: Final = _KEYWORDS_30 | _table(
    "if then else contains propertyNames unevaluatedItems unevaluatedProperties",
    "prefixItems",
    "patternProperties dependentSchemas",
    "const dependentRequired maxContains minContains",
)
#: Of the keywords of any version, those that hold schemas.
CHILDREN: Final = {keyword: kind for keyword, kind in _KEYWORDS_31.items() if kind != "plain"}
_COMBINING: Final = frozenset({"allOf", "anyOf", "oneOf"})

#: Formats of numbers that jsonschema-rs, which asserts formats of strings only, leaves to us.
_INTEGER_RANGES: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How schemas of one document are read.

    Attributes:
        version: `3.0` or `3.1`.
        direction: which way the values travel.
        source: name of the document, for error messages.
        references: follows what the document refers to.
    """

    version: str
    direction: Direction
    source: str
    references: References

    def translate(self, schema: Any, pointer: str, hidden: frozenset[str] = frozenset()) -> Any:
        """Translate one schema.

        Args:
            schema: a Schema Object, a Reference Object or a boolean.
            pointer: where it stands, for error messages.
            hidden: properties that a schema around it withholds in this direction.

        Raises:
            SpecInvalid: it is not a schema, or a reference in it leads nowhere.
        """
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, Mapping):
            raise self._invalid(f"expected a schema, found {type(schema).__name__}; write an object", pointer)
        reference = schema.get("$ref", schema.get("$dynamicRef") if self.version != "3.0" else None)
        found = {} if reference is None else {"$ref": self._reference(reference, join(pointer, "$ref"))}
        if found and self.version == "3.0":  # Reference Object: properties beside `$ref` are ignored.
            return found
        hidden |= self._withheld(schema)
        for keyword, value in schema.items():
            child = self._keyword(keyword, value, join(pointer, keyword), hidden)
            if child is not None:
                found[keyword] = child
        return self._adapted(found, schema, hidden)

    def _reference(self, reference: Any, pointer: str) -> str:
        if not isinstance(reference, str):
            raise self._invalid("expected a reference, a text such as '#/components/schemas/Name'", pointer)
        return fragment_of(join("/$defs", self.references.target(reference, pointer)))

    def _keyword(self, keyword: str, value: Any, pointer: str, hidden: frozenset[str]) -> Any:
        """Return the keyword's value in 2020-12, None for a keyword that says nothing there."""
        kind = (_KEYWORDS_30 if self.version == "3.0" else _KEYWORDS_31).get(keyword)
        if kind == "one":
            return self.translate(value, pointer)
        if kind == "many" and isinstance(value, list):
            inherited = hidden if keyword in _COMBINING else frozenset()
            return [self.translate(child, join(pointer, index), inherited) for index, child in enumerate(value)]
        if kind == "named" and isinstance(value, Mapping):
            return {name: self.translate(child, join(pointer, name)) for name, child in value.items()}
        return None if kind is None else value  # What has the wrong type is named by the compiler.

    def _adapted(self, found: dict[str, Any], schema: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
        if "const" in schema and self.version != "3.0":
            found["const"] = schema["const"]  # `const: null` is a rule, no missing value.
        if isinstance(found.get("pattern"), str):
            found["pattern"] = strict_pattern(found["pattern"])
        if isinstance(found.get("patternProperties"), dict):
            found["patternProperties"] = {strict_pattern(key): at for key, at in found["patternProperties"].items()}
        if isinstance(found.get("discriminator"), Mapping) and "oneOf" in found:
            _loosen_tagged(found)
        if "required" in found and hidden and isinstance(found["required"], list):
            found["required"] = [name for name in found["required"] if name not in hidden]
        _adapt_examples(found, schema)
        if self.version == "3.0":
            _adapt_30(found, schema)
        low, high = _INTEGER_RANGES.get(str(found.get("format")), (None, None))
        if low is not None and high is not None:
            found["minimum"] = _stricter(max, found.get("minimum"), low)
            found["maximum"] = _stricter(min, found.get("maximum"), high)
        return found

    def _withheld(self, schema: Mapping[str, Any]) -> frozenset[str]:
        """Names of properties, also of those in `allOf`, whose requirement falls away in this direction."""
        if not any(keyword in schema for keyword in ("required", *_COMBINING)):
            return frozenset()
        flag = "readOnly" if self.direction == "request" else "writeOnly"
        names: set[str] = set()
        waiting: list[Any] = [schema]
        seen: set[int] = set()
        while waiting:
            node = self.references.resolved_or_none(waiting.pop())
            if id(node) in seen or not isinstance(node, Mapping):
                continue
            seen.add(id(node))
            properties = node.get("properties")
            for name, child in properties.items() if isinstance(properties, Mapping) else ():
                if _flagged(child, flag) or _flagged(self.references.resolved_or_none(child), flag):
                    names.add(name)
            waiting.extend(_parts(node))
        return frozenset(names)

    def _invalid(self, message: str, pointer: str) -> SpecInvalid:
        return SpecInvalid(f"{message}.", self.source, pointer)


def _adapt_examples(found: dict[str, Any], schema: Mapping[str, Any]) -> None:
    """Gather what shows a value; what JSON cannot say would keep the schema from being compiled."""
    given = [schema["example"]] if "example" in schema else found.pop("examples", [])
    # In 3.0 `examples` is not a keyword at all: whatever stands there is prose.
    examples = [value for value in given if not not_json(value, "")[1]] if isinstance(given, list) else []
    found.pop("examples", None)
    if examples:
        found["examples"] = examples
    if "default" in found and not_json(found["default"], "")[1]:
        del found["default"]


def _adapt_30(found: dict[str, Any], schema: Mapping[str, Any]) -> None:
    """Say in 2020-12 what 3.0 says in words of its own."""
    if found.get("type") == "file":  # From Swagger 2, and still met: any bytes.
        found["type"] = "string"
    if schema.get("nullable") is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]  # Without a type beside it, nullable has no effect.
    for exclusive, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(found.get(exclusive), bool):
            is_exclusive = found.pop(exclusive)
            if is_exclusive and plain in found:
                found[exclusive] = found.pop(plain)


def _loosen_tagged(found: dict[str, Any]) -> None:
    """Take a `oneOf` with a discriminator for an `anyOf`.

    Its schemas are often open and distinguished by the discriminator alone: a
    right value would match several. Source: OpenAPI 3.0.3, Discriminator
    Object: it selects the schema, in place of trying them all.
    """
    tagged = found.pop("oneOf")
    if "anyOf" in found:
        found["allOf"] = [*found.get("allOf", ()), {"anyOf": tagged}]
    else:
        found["anyOf"] = tagged


def _stricter(choose: Callable[[Any, Any], Any], given: Any, bound: int) -> Any:
    # A bound of the wrong type is kept: the compiler names it better than we could.
    return bound if given is None else choose(given, bound) if isinstance(given, int | float) else given


def _flagged(node: Any, flag: str) -> bool:
    return isinstance(node, Mapping) and node.get(flag) is True


def _parts(node: Mapping[str, Any]) -> Iterable[Any]:
    parts = node.get("allOf")
    return parts if isinstance(parts, list) else ()


def references_in(translated: Any) -> Iterator[str]:
    """Yield the references of a translated schema; what examples and constants hold is data."""
    waiting = [translated]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Mapping):
            continue
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for keyword, kind in CHILDREN.items():
            if keyword in node:
                waiting.extend(_below(node[keyword], kind))


def _below(value: Any, kind: str) -> list[Any]:
    if kind == "named":
        return list(value.values()) if isinstance(value, Mapping) else []
    return [value] if kind == "one" else list(value) if isinstance(value, list) else []
