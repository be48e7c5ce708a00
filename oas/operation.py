"""Operations, their parameters, bodies and responses, read from the document when they are first asked for.

Source: OpenAPI 3.1.1, Operation Object, Parameter Object, Request Body Object, Responses Object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from oas.annotations import SchemaAnnotations, annotations_of
from oas.errors import SpecInvalid
from oas.media import essence_of, is_json_type
from oas.messages import Violation
from oas.parameters import ParameterReader, QueryReader, cast_for, separator_of
from oas.pointers import join
from oas.schemas import Validator
from oas.vocabulary import Collection, ErrorRule, collection_of, error_rules

if TYPE_CHECKING:
    from oas.contract import Contract

__all__ = ["Input", "Operation", "Parameter", "Response"]

#: Headers that no parameter describes. Source: OpenAPI 3.1.1, Parameter Object, name.
_NOT_DESCRIBED: Final = frozenset({"accept", "authorization", "content-type"})
_PLAIN_STYLES: Final = frozenset({"form", "simple", "spaceDelimited", "pipeDelimited"})
#: Keywords that may add members to an object.
_COMBINING: Final = frozenset({"allOf", "anyOf", "oneOf", "if", "$ref"})
#: Keywords by which members alone do not make a body valid.
_CONDITIONAL: Final = frozenset({"allOf", "anyOf", "oneOf", "not", "if"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One documented parameter. Source: OpenAPI 3.1.1, Parameter Object.

    Attributes:
        name: as documented.
        location: `query`, `path`, `header` or `cookie`.
        node: the Parameter Object.
        pointer: to it.
    """

    name: str
    location: str
    node: Mapping[str, Any]
    pointer: str

    @property
    def schema(self) -> Any:
        """The schema of the value; that of a parameter which has `content` instead takes anything."""
        return self.node.get("schema", {})

    @property
    def is_required(self) -> bool:
        """Whether it must be sent."""
        return bool(self.node.get("required", False))

    @property
    def style(self) -> str:
        """How a value is written."""
        return str(self.node.get("style", "simple" if self.location in ("path", "header") else "form"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A value that a request gives by name: a query parameter, or a member of the JSON body where there is one.

    Attributes:
        name: as documented.
        schema: keywords, references followed.
        items: keywords of the items of an array; empty otherwise.
        pointer: into the document.
        is_required: without it the request is invalid.
        entity: type of the entity that the value, or each item of it, identifies; empty for none.
        assumed: sentence it rests on, empty where the vendor says it.
    """

    name: str
    schema: Mapping[str, Any]
    items: Mapping[str, Any]
    pointer: str
    is_required: bool = False
    entity: str = ""
    assumed: str = ""

    @property
    def is_array(self) -> bool:
        """Whether the value is a list."""
        return self.schema.get("type") == "array"

    @property
    def enum(self) -> tuple[Any, ...]:
        """Values that the document lists; empty where it lists none."""
        return tuple(self.schema.get("enum", self.items.get("enum", ())))


@dataclass(frozen=True, eq=False)
class Response:
    """One documented response of an operation. Source: OpenAPI 3.1.1, Response Object.

    Attributes:
        status: HTTP status; 0 for a class of them and for `default`.
        node: the Response Object.
        response_pointer: to it.
        media_types: documented, as written.
        pointer: of the schema of its JSON body; of the response where it has none.
        media: Media Type Object of its JSON body; None where it has none.
    """

    contract: Contract = field(repr=False)
    status: int
    node: Mapping[str, Any]
    response_pointer: str
    media_types: tuple[str, ...]
    pointer: str
    media: Mapping[str, Any] | None

    @property
    def schema(self) -> Any:
        """Schema of its JSON body; None where it has none."""
        return None if self.media is None else self.media.get("schema")

    @property
    def content(self) -> Mapping[str, Any]:
        """Media type → Media Type Object; empty where it has no body."""
        content = self.node.get("content")
        return content if isinstance(content, Mapping) else {}

    @cached_property
    def validator(self) -> Validator | None:
        """Judge of its JSON body; None where the document describes none."""
        return None if self.schema is None else self.contract.validator(self.schema, "response", self.pointer)

    @cached_property
    def annotations(self) -> SchemaAnnotations:
        """What the schema says about places in the body."""
        return annotations_of(self.contract.references, self.schema or {}, self.pointer)

    def validate(self, body: Any) -> list[tuple[str, str]]:
        """Return pointer and message of everything in a JSON body that the schema forbids."""
        if self.validator is None or self.validator.is_valid(body):
            return []
        return [(found.pointer, found.message) for found in self.validator.violations(body, "response")]


@dataclass(eq=False)
class Operation:
    """One operation; it equals itself alone.

    Attributes:
        contract: the document it belongs to.
        path: path template below the base path.
        method: upper case.
        item: the Path Item Object; its parameters hold for each of its operations.
        node: the Operation Object.
        pointer: RFC 6901 pointer to it.
        unjudged: warnings that each request gets, of what cannot be judged; filled by `Contract.compile`.
    """

    contract: Contract = field(repr=False)
    path: str
    method: str
    item: Mapping[str, Any] = field(repr=False)
    node: Mapping[str, Any] = field(repr=False)
    pointer: str
    unjudged: tuple[Violation, ...] = ()

    @cached_property
    def id(self) -> str:
        """The operationId, or `method path` where the document gives none."""
        return str(self.node.get("operationId") or f"{self.method} {self.path}")

    @cached_property
    def _extensions(self) -> Mapping[str, Any]:
        return self.contract.extensions_of(self.node, self.pointer)

    # What a request may say.

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of the operation, then those of its path that it does not override.

        A parameter without a name or a place is a finding and left out.
        """
        found: dict[tuple[str, str], Parameter] = {}
        for home, owner in ((self.pointer, self.node), (self.pointer.rpartition("/")[0], self.item)):
            entries = owner.get("parameters", ())
            for index, entry in enumerate(entries if isinstance(entries, list) else ()):
                here = join(home, "parameters", index)
                node, pointer = self.contract.resolved(entry, here)
                if node is None and entry is not None:  # a reference that is a finding already
                    continue
                if not isinstance(node, Mapping) or "name" not in node or "in" not in node:
                    message = "A parameter with `name` and `in` was expected."
                    self.contract.report(message, here, "The parameter is not judged.")
                    continue
                parameter = Parameter(str(node["name"]), str(node["in"]), node, pointer)
                found.setdefault((parameter.location, parameter.name), parameter)
        return tuple(found.values())

    def parameters_in(self, location: str) -> dict[str, Parameter]:
        """Return the parameters of a place by name."""
        return {parameter.name: parameter for parameter in self.parameters if parameter.location == location}

    @cached_property
    def query(self) -> QueryReader:
        """Reads its query string."""
        return QueryReader(tuple(self._reader(parameter) for parameter in self.parameters_in("query").values()))

    @cached_property
    def query_judge(self) -> Validator:
        """Judges the values read from the query, all together."""
        properties = {name: self._judged_schema(entry) for name, entry in self.parameters_in("query").items()}
        try:
            return self.contract.schemas.validator({"type": "object", "properties": properties}, "request")
        except SpecInvalid:
            usable = {name: at for name, at in properties.items() if self._is_usable(at, name)}
            return self.contract.schemas.validator({"type": "object", "properties": usable}, "request")

    def _is_usable(self, schema: Any, name: str) -> bool:
        pointer = join(self.parameters_in("query")[name].pointer, "schema")
        return self.contract.validator(schema, "request", pointer) is not self.contract.schemas.anything

    @cached_property
    def path_parameters(self) -> Mapping[str, tuple[ParameterReader, Validator]]:
        """Name → reading and schema judge of each template variable."""
        found = self.parameters_in("path").items()
        return self._singly({name: entry for name, entry in found if f"{{{name}}}" in self.path})

    @cached_property
    def header_parameters(self) -> Mapping[str, tuple[ParameterReader, Validator]]:
        """Lower-cased name → reading and schema judge of each header."""
        found = ((name.lower(), entry) for name, entry in self.parameters_in("header").items())
        return self._singly({name: entry for name, entry in found if name not in _NOT_DESCRIBED})

    def _singly(self, entries: Mapping[str, Parameter]) -> dict[str, tuple[ParameterReader, Validator]]:
        return {
            name: (
                self._reader(entry),
                self.contract.validator(self._judged_schema(entry), "request", join(entry.pointer, "schema")),
            )
            for name, entry in entries.items()
        }

    def _reader(self, parameter: Parameter) -> ParameterReader:
        schema, style = self.contract.keywords(parameter.schema), parameter.style
        types = self.contract.types_of(parameter.schema)
        is_array = "array" in types
        explode = parameter.location == "query" and bool(parameter.node.get("explode", style == "form"))
        if is_array:
            types = self.contract.types_of(schema.get("items", {}))
        members = schema.get("properties", {}) if style == "deepObject" else {}
        return ParameterReader(
            name=parameter.name,
            cast=cast_for(types),
            is_array=is_array,
            separator=separator_of(style, explode) if is_array else "",
            is_object=style == "deepObject",
            # Members of an exploded object are parameters of any name, so that it is never seen to be missing.
            is_required=parameter.is_required and not (explode and "object" in types),
            members={name: cast_for(self.contract.types_of(member)) for name, member in members.items()},
        )

    def _judged_schema(self, parameter: Parameter) -> Any:
        """Return the schema of what is read, which judges nothing where an object or a rare style is not."""
        types = self.contract.types_of(parameter.schema)
        is_plain = parameter.style in _PLAIN_STYLES and "object" not in types
        return parameter.schema if is_plain or parameter.style == "deepObject" else True

    # The request body.

    @cached_property
    def _body(self) -> tuple[Mapping[str, Any], str]:
        node, pointer = self.contract.resolved(self.node.get("requestBody", {}), join(self.pointer, "requestBody"))
        return (node if isinstance(node, Mapping) else {}), pointer

    @cached_property
    def content(self) -> Mapping[str, Mapping[str, Any]]:
        """Media type or range, lower-cased, without parameters → Media Type Object of the request body."""
        content = self._body[0].get("content")
        items = content.items() if isinstance(content, Mapping) else ()
        return {essence_of(str(name)): media for name, media in items if isinstance(media, Mapping)}

    @cached_property
    def body_types(self) -> tuple[str, ...]:
        """Every media type or range of the request body, lower-cased, without parameters."""
        return tuple(self.content)

    @cached_property
    def body_judges(self) -> Mapping[str, Validator]:
        """Media type or range → judge of the parsed body; JSON types only."""
        home = join(self._body[1], "content")
        return {
            name: self.contract.validator(media.get("schema", True), "request", join(home, name, "schema"))
            for name, media in self.content.items()
            if is_json_type(name)
        }

    @cached_property
    def is_body_required(self) -> bool:
        """Whether a request without a body is refused."""
        return bool(self._body[0].get("required", False))

    @cached_property
    def has_body(self) -> bool:
        """Whether its inputs travel in a JSON body instead of the query."""
        return "requestBody" in self.node

    @cached_property
    def _json_body(self) -> tuple[Mapping[str, Any], str]:
        """Keywords of the schema of the JSON body, references followed, and where they stand."""
        media = next((name for name in self.content if is_json_type(name)), "application/json")
        schema = self.content.get(media, {}).get("schema", {})
        return self.contract.resolved_schema(schema, join(self._body[1], "content", media, "schema"))

    @cached_property
    def body_names(self) -> frozenset[str] | None:
        """Members that the JSON body declares; None where others may come from a combined schema."""
        for name, media in self.content.items():
            schema = self.contract.keywords(media.get("schema", {}))
            if is_json_type(name) and isinstance(schema.get("properties"), Mapping):
                return None if _COMBINING & schema.keys() else frozenset(schema["properties"])
        return None

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """Values that a request gives by name, in the order of the document."""
        if not self.has_body:
            return tuple(
                self._input(name, entry.schema, join(entry.pointer, "schema"), entry.is_required)
                for name, entry in self.parameters_in("query").items()
            )
        keywords, home = self._json_body
        required, members = keywords.get("required", ()), keywords.get("properties", {})
        return tuple(
            self._input(name, child, join(home, "properties", name), name in required)
            for name, child in members.items()
        )

    def _input(self, name: str, schema: Any, pointer: str, is_required: bool) -> Input:
        keywords, home = self.contract.resolved_schema(schema, pointer)
        items, _ = self.contract.resolved_schema(keywords.get("items", {}), home)
        return Input(
            name=name,
            schema=keywords,
            items=items,
            pointer=home,
            is_required=is_required,
            entity=_entity_of(keywords) or _entity_of(items),
            assumed=str(keywords.get("x-assumed", "")),
        )

    def input(self, name: str) -> Input | None:
        """Return the input of that name, None where there is none."""
        return next((item for item in self.inputs if item.name == name), None)

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """Input → default, for those that have one."""
        fields = {name: entry.schema for name, entry in self.parameters_in("query").items()}
        if self.body_names is not None:
            fields |= self._json_body[0].get("properties", {})
        found = {name: self.contract.keywords(schema) for name, schema in fields.items()}
        return {name: keywords["default"] for name, keywords in found.items() if "default" in keywords}

    @cached_property
    def is_query_all(self) -> bool:
        """Whether a request to it says nothing but by its query."""
        return not (self.path_parameters or self.header_parameters or self.body_types)

    @cached_property
    def is_askable(self) -> bool:
        """Whether a request can be made of its query, or of the members of its JSON body, alone."""
        if "{" in self.path:
            return False
        needed = {parameter.location for parameter in self.parameters if parameter.is_required}
        if not self.has_body:
            return needed <= {"query"}
        keywords = self._json_body[0]
        return not needed and "properties" in keywords and not _CONDITIONAL & keywords.keys()

    # What it is answered with.

    @cached_property
    def _responses(self) -> Mapping[str, Response]:
        nodes = self.node.get("responses")
        items = nodes.items() if isinstance(nodes, Mapping) else ()
        return {str(key): self._response(str(key), node) for key, node in items if not str(key).startswith("x-")}

    def _response(self, key: str, node: Any) -> Response:
        found, home = self.contract.resolved(node, join(self.pointer, "responses", key))
        found = found if isinstance(found, Mapping) else {}
        content = found.get("content")
        content = content if isinstance(content, Mapping) else {}
        media = next((name for name in content if is_json_type(name) and isinstance(content[name], Mapping)), "")
        return Response(
            contract=self.contract,
            status=int(key) if key.isdecimal() else 0,
            node=found,
            response_pointer=home,
            media_types=tuple(content),
            pointer=join(home, "content", media, "schema") if media else home,
            media=content[media] if media else None,
        )

    @cached_property
    def responses(self) -> Mapping[int, Response]:
        """Documented responses by status."""
        return {int(key): found for key, found in self._responses.items() if key.isdecimal()}

    @cached_property
    def status_ranges(self) -> Mapping[str, Response]:
        """Responses by class of statuses, such as `4XX`, or `default`: what holds for those that are not named."""
        return {key: found for key, found in self._responses.items() if not key.isdecimal()}

    @property
    def all_responses(self) -> tuple[Response, ...]:
        """All documented responses: by status, by class, by default."""
        return (*self.responses.values(), *self.status_ranges.values())

    def response(self, status: int) -> Response | None:
        """Return what the document says of responses with a status, None where it says nothing.

        Source: OpenAPI 3.1.1, Responses Object: a status goes before its class, the class before `default`.
        """
        keys = (str(status), f"{status // 100}XX", "default")
        return next((self._responses[key] for key in keys if key in self._responses), None)

    @cached_property
    def success(self) -> Response | None:
        """The first documented 2xx response by status, None where there is none."""
        return next((found for status, found in sorted(self.responses.items()) if status < 300), None)

    @cached_property
    def success_status(self) -> int:
        """The first 2xx that is documented; 200 for a range, a default or nothing."""
        key = next((key for key in self._responses if key.startswith("2")), "200")
        return int(key) if key.isdecimal() else 200

    @cached_property
    def body_members(self) -> frozenset[str]:
        """Members that its documented response bodies have at their top; empty where one is a list."""
        found = [response.annotations for response in self.all_responses]
        if any("/*" in one.shapes for one in found):
            return frozenset()
        return frozenset(field.split("/")[1] for one in found for field in one.fields)

    @cached_property
    def has_secret(self) -> bool:
        """Whether a response may hold a value marked `x-secret`."""
        return self.contract.uses_vocabulary and self.contract.reaches_secret(self.node.get("responses", {}))

    # Security and extensions.

    @cached_property
    def security(self) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        """Alternatives, each of which is a tuple of Security Scheme Objects; empty when it is open to all."""
        return self.contract.security_of(self.node.get("security"), join(self.pointer, "security"))

    @cached_property
    def requires_credentials(self) -> bool:
        """Whether a request without a credential is refused by the document."""
        return bool(self.node.get("security", self.contract.tree.get("security")))

    @cached_property
    def is_write(self) -> bool:
        """Whether a request may change something: `x-effect`, else the method."""
        effect = self._extensions.get("x-effect", "read" if self.method in ("GET", "HEAD") else "write")
        return bool(effect == "write")

    @cached_property
    def same_as(self) -> str:
        """Id of the operation whose body form this is; empty for none."""
        return str(self._extensions.get("x-same-as", ""))

    @property
    def canonical_id(self) -> str:
        """Id that this operation shares with the other forms of it."""
        return self.same_as or self.id

    @cached_property
    def errors(self) -> tuple[ErrorRule, ...]:
        """Its own rules of `x-error`, first match first."""
        found = error_rules(self._extensions, self.pointer)
        return tuple(replace(rule, entity=self._entity(rule)) for rule in found)

    def _entity(self, rule: ErrorRule) -> str:
        if not rule.parameter:
            return ""
        known = self.input(rule.parameter)
        if known is None or not known.entity:
            text = f"The parameter {rule.parameter} of the condition {rule.condition} needs an x-entity in its schema."
            self.contract.report(text, join(rule.pointer, "parameter"), "The rule is never applied.")
        return known.entity if known is not None else ""

    @cached_property
    def rules(self) -> tuple[ErrorRule, ...]:
        """The rules of `x-error`, the operation's own before those of the root."""
        return (*self.errors, *self.contract.errors)

    @cached_property
    def conditions(self) -> Mapping[str, ErrorRule]:
        """The first rule of each condition."""
        return {rule.condition: rule for rule in reversed(self.rules)}

    @cached_property
    def value_rules(self) -> tuple[ErrorRule, ...]:
        """Rules about the values of a request that fits its schema, in the order in which they are asked."""
        return tuple(rule for rule in self.rules if rule.condition in ("end-before-start", "unknown-entity"))

    @cached_property
    def collection(self) -> Collection | None:
        """The paged list in its body, None where there is none."""
        return collection_of(self._extensions, self.pointer, {item.name: item.assumed for item in self.inputs})

    def compile(self) -> None:
        """Read what a request needs now, not at the first one; what cannot be used becomes a finding."""
        _ = self.query, self.query_judge, self.path_parameters, self.header_parameters, self.body_judges
        _ = self.security, self.conditions, self.collection, self._responses
        for item in self.inputs:
            if item.name in self.defaults:
                self._check_default(item, self.defaults[item.name])

    def _check_default(self, item: Input, value: Any) -> None:
        if not self.contract.validator(item.schema, "request", item.pointer).is_valid(value):
            message = f"The default {str(value)[:60]!r} of {item.name} does not fit its schema."
            self.contract.report(message, join(item.pointer, "default"), "It is used all the same.", "warning")


def _entity_of(keywords: Mapping[str, Any]) -> str:
    entity = keywords.get("x-entity")
    return str(entity.get("type", "")) if isinstance(entity, Mapping) else ""
