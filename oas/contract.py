"""A document as both packages ask it: which operation, which response, which limits, which errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from oas import document as documents
from oas import package_data, vocabulary_check
from oas.document import Document
from oas.envelope import Envelope, envelope_of
from oas.errors import SpecInvalid
from oas.findings import Finding, Findings, Severity
from oas.messages import Violation
from oas.metaschema import metaschema_errors
from oas.operation import Operation
from oas.pointers import children, join, tokens
from oas.references import References
from oas.routing import Match, Router
from oas.schemas import Direction, Schemas, Validator
from oas.structure import is_data
from oas.vocabulary import ErrorRule, RateLimits, RateLimitWindow, error_rules, rate_limits

__all__ = ["PLAIN_RULES", "Contract", "load", "parse"]

#: Rules of a document without vocabulary: what each condition is answered with.
PLAIN_RULES: Final = {
    rule.condition: rule
    for rule in (
        ErrorRule("unknown-path", 404, "NOT_FOUND", "Not found", "No path template of the document matches"),
        ErrorRule(
            "unknown-method", 405, "METHOD_NOT_ALLOWED", "Method not allowed", "The path does not have this method"
        ),
        ErrorRule(
            "unauthenticated",
            401,
            "UNAUTHENTICATED",
            "Unauthorized",
            "The operation needs credentials that were not sent",
        ),
        ErrorRule("too-large", 413, "PAYLOAD_TOO_LARGE", "Payload too large", "The request body is too large"),
        ErrorRule("invalid-request", 400, "INVALID_REQUEST", "Bad request", "The request is invalid"),
        ErrorRule("internal-error", 500, "INTERNAL_SERVER_ERROR", "Internal server error", "The mock server failed"),
    )
}

#: Extensions that only this vocabulary has: with one of them a document uses it.
_MARKS: Final = vocabulary_check.ROOT_MARKS | vocabulary_check.OPERATION_MARKS
_ERROR_ENVELOPE: Final = "/components/schemas/ErrorEnvelope"
_SCHEMES: Final = "/components/securitySchemes"


class Contract:
    """A document ready to be served, and to be checked against.

    Everything is read when it is first asked for, or by `compile`. What cannot be used is reported in `findings`,
    and the rest is used.

    Args:
        document: as loaded.

    Attributes:
        document: as given.
        source: its name, for messages.
        tree: its root object.
        references: follows its references.
        schemas: its schemas, compiled on demand.
        operations: in the order of the document.
        broken: operationId → why the operation cannot be read; filled by `compile`.
        uses_vocabulary: whether its x- keys are those of `openapi-vocabulary.schema.json`.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.source = document.source
        self.tree: Mapping[str, Any] = document.tree
        self.references: References = document.references
        self.schemas = Schemas(document.tree, document.source, document.references)
        self._findings = Findings(document.findings)
        self._of_operation: list[Finding] = []
        self.broken: dict[str, str] = {}
        vocabulary = vocabulary_check.read(document)
        self.uses_vocabulary = any(extension.name in _MARKS for extension in vocabulary.extensions)
        self._ignored = {extension.pointer for extension, _ in vocabulary.problems}
        for _, error in vocabulary.problems:
            self._add(error, "The extension is ignored.")
        self._router: Router[Operation] = Router()
        self.operations = tuple(self._operations())

    def _operations(self) -> Iterable[Operation]:
        seen: set[str] = set()
        for path, method, item, node in self.document.operations():
            operation = Operation(self, path, method.upper(), item, node, self.document.operation_pointer(path, method))
            self._router.add(path, operation.method, operation)
            if operation.id in seen:
                pointer = join(operation.pointer, "operationId")
                self.report(f"The operationId {operation.id} is given twice.", pointer, "The operation is renamed.")
                operation.__dict__["id"] = f"{operation.id} ({operation.method} {path})"
            seen.add(operation.id)
            yield operation

    # Findings.

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the document as far as it has been read, errors first."""
        return self._findings.sorted()

    def report(self, message: str, pointer: str, cost: str, severity: Severity = "error") -> None:
        """Add a finding about a place of the document.

        Args:
            message: a sentence that says what is wrong and what was expected.
            pointer: into the document.
            cost: a sentence that says what is lost.
            severity: `warning` where the part is used all the same.
        """
        self._keep(self.finding(message, pointer, cost, severity))

    def finding(self, message: str, pointer: str, cost: str, severity: Severity = "error") -> Finding:
        """Return a finding about a place of the document, with its file and line."""
        source, inside = self.document.origin(pointer)
        message = message[:1].upper() + message[1:]
        message = message if message.endswith(".") else f"{message}."
        return Finding(severity, source, self.document.line_of(pointer), inside, message, cost)

    def _add(self, error: SpecInvalid, cost: str) -> None:
        self._keep(self.finding(error.message, error.pointer, cost))

    def _keep(self, finding: Finding) -> None:
        self._findings.add(finding)
        self._of_operation.append(finding)

    def compile(self) -> None:
        """Read what requests need of every operation, so that everything wrong with it is in `findings`.

        An operation that cannot be read is kept with its fault.
        """
        for operation in self.operations:
            self._of_operation = []
            try:
                operation.compile()
                operation.unjudged = tuple(_warning(finding) for finding in self._of_operation)
            except (AttributeError, KeyError, LookupError, TypeError, ValueError, SpecInvalid) as error:
                reason = error.message if isinstance(error, SpecInvalid) else f"{type(error).__name__}: {error}"
                message = f"The operation {operation.id} cannot be read ({reason})."
                self.report(message, operation.pointer, "It answers 501.")
                self.broken[operation.id] = message

    def check(self) -> None:
        """Read the whole document: OpenAPI's own schema, references, operations, responses.

        Everything wrong with it is in `findings` afterwards. Time grows with the document.
        """
        self.compile()
        for operation in self.operations:
            for response in operation.all_responses:
                _ = response.validator
        for pointer, node in self._references_below("", self.tree):
            self.resolved(node, pointer)
        self.check_structure()

    def check_structure(self) -> None:
        """Check the document against OpenAPI's own schema."""
        known = {finding.pointer for finding in self._findings}
        for pointer, message in metaschema_errors(self.tree, self.document.version):
            if self.document.origin(pointer)[1] not in known:
                self.report(message, pointer, "It is used as far as it can be read.")

    def refuse_findings(self, is_strict: bool) -> None:
        """Raise the first finding where nothing may be wrong with the document.

        Raises:
            SpecInvalid: `is_strict`, and there is a finding.
        """
        if is_strict and self.findings:
            first, more = self.findings[0], len(self.findings) - 1
            text = f"{first.message} --strict takes no finding" + (f"; {more} more" if more else "")
            raise SpecInvalid(text, first.source, first.pointer, first.line)

    def _references_below(self, pointer: str, root: Any) -> Iterator[tuple[str, Any]]:
        """Yield every object that has a `$ref`, with its pointer; data such as examples holds none."""
        waiting: list[tuple[str, Any]] = [(pointer, root)]
        seen: set[int] = set()
        while waiting:
            place, node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
                yield place, node
            waiting += [
                (join(place, step), child)
                for step, child in children(node)
                if isinstance(child, dict | list) and not (isinstance(node, Mapping) and is_data(str(step)))
            ]

    # Schemas and references, tolerant of what cannot be used.

    def validator(self, schema: Any, direction: Direction, pointer: str) -> Validator:
        """Return the compiled schema; where it cannot be used, one that takes anything, with a finding.

        Args:
            schema: a Schema Object of the document.
            direction: which way the value travels.
            pointer: to the schema, for the finding.
        """
        try:
            return self.schemas.validator(schema, direction)
        except SpecInvalid as error:
            place = error.pointer or pointer
            self._add(SpecInvalid(error.message, self.source, place), "The schema takes any value.")
            return self.schemas.anything

    def resolved(self, node: Any, pointer: str) -> tuple[Any, str]:
        """Follow the references of an object; return it, None where that fails, and its pointer."""
        try:
            found = self.references.resolve(node, pointer)
            return found, pointer if found is node else self._target_of(node, pointer)
        except SpecInvalid as error:
            self._add(error, "What refers to it is left out.")
            return None, pointer

    def _target_of(self, node: Any, pointer: str) -> str:
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            pointer = self.references.target(node["$ref"], pointer)
            node = self.references.lookup(pointer)
        return pointer

    def resolved_schema(self, schema: Any, pointer: str) -> tuple[Mapping[str, Any], str]:
        """Return the keywords of a schema behind its references, and where they are; no keywords where that fails."""
        try:
            found = self.references.schema(schema, pointer)
        except SpecInvalid as error:
            self._add(error, "The schema takes any value.")
            return {}, pointer
        return (found.node if isinstance(found.node, Mapping) else {}), found.pointer or pointer

    def keywords(self, schema: Any) -> Mapping[str, Any]:
        """Return the keywords of a schema behind its references; none where that fails."""
        return self.resolved_schema(schema, "")[0]

    def types_of(self, schema: Any) -> frozenset[str]:
        """Return the types that a schema admits, as far as it says so at its top or in its alternatives."""
        return self._types_of(schema, 0)

    def _types_of(self, schema: Any, depth: int) -> frozenset[str]:
        keywords = self.keywords(schema)
        types = keywords.get("type")
        if types is not None or depth > 20:
            return frozenset([types] if isinstance(types, str) else filter(_is_text, types or ()))
        found: set[str] = set()
        for keyword in ("allOf", "anyOf", "oneOf"):
            parts = keywords.get(keyword, ())
            for part in parts if isinstance(parts, list) else ():
                found |= self._types_of(part, depth + 1)
        return frozenset(found)

    def reaches_secret(self, node: Any) -> bool:
        """Whether something marked `x-secret` is below a node, references followed."""
        return self._reaches_secret(node, set())

    def _reaches_secret(self, node: Any, seen: set[int]) -> bool:
        if id(node) in seen:
            return False
        seen.add(id(node))
        if isinstance(node, list):
            return any(self._reaches_secret(item, seen) for item in node)
        if not isinstance(node, Mapping):
            return False
        below = [value for name, value in node.items() if name not in ("examples", "example", "links")]
        target = self.references.resolved_or_none(node) if "$ref" in node else None
        return bool(node.get("x-secret")) or any(self._reaches_secret(value, seen) for value in (*below, target))

    # Operations.

    @cached_property
    def by_id(self) -> Mapping[str, Operation]:
        """Operations by operationId."""
        return {operation.id: operation for operation in self.operations}

    @cached_property
    def operation_at(self) -> Mapping[tuple[str, str], Operation]:
        """Operations by method and path template."""
        return {(operation.method, operation.path): operation for operation in self.operations}

    def find(self, path: str) -> Mapping[str, Match[Operation]] | None:
        """Return the operations of a path by method, each with its variables; None where no template matches.

        Args:
            path: percent-decoded, below the base path.
        """
        return self._router.find(path)

    def forms(self, canonical_id: str) -> tuple[Operation, ...]:
        """Return the operation and its other forms, the operation first."""
        return tuple(operation for operation in self.operations if operation.canonical_id == canonical_id)

    def response_validator(self, operation: Operation | None, status: int) -> Validator | None:
        """Return the judge of a JSON body, None where there is none.

        An error that is not documented is judged by the envelope of all errors.
        """
        response = operation.response(status) if operation is not None else None
        found = response.validator if response is not None else None
        if found is None and self.uses_vocabulary and status >= 400:
            return self.schemas.validator(_ERROR_ENVELOPE, "response")
        return found

    # The document as a whole.

    @cached_property
    def base_paths(self) -> tuple[str, ...]:
        """Path of each documented server, the first server's first."""
        return self.document.base_paths

    @property
    def title(self) -> str:
        """Title of the API."""
        return str(self._info.get("title", ""))

    @property
    def version(self) -> str:
        """Version of the API."""
        return str(self._info.get("version", ""))

    @property
    def _info(self) -> Mapping[str, Any]:
        info = self.tree.get("info")
        return info if isinstance(info, Mapping) else {}

    @cached_property
    def base_path(self) -> str:
        """Path of the first server, without a slash at its end."""
        return self.document.base_path

    def extensions_of(self, node: Mapping[str, Any], pointer: str) -> Mapping[str, Any]:
        """Return the extensions of the vocabulary that an object has; those that do not fit it are left out."""
        if not self.uses_vocabulary:
            return {}
        return {
            name: value
            for name, value in node.items()
            if name.startswith("x-") and join(pointer, name) not in self._ignored
        }

    @cached_property
    def _extensions(self) -> Mapping[str, Any]:
        return self.extensions_of(self.tree, "")

    @cached_property
    def errors(self) -> tuple[ErrorRule, ...]:
        """Rules of `x-error` that hold for every operation."""
        return tuple(error_rules(self._extensions, ""))

    @cached_property
    def rules(self) -> Mapping[str, ErrorRule]:
        """Condition → answer, for every path: `x-error` of the root over `PLAIN_RULES`."""
        return {**PLAIN_RULES, **{rule.condition: rule for rule in reversed(self.errors)}}

    def error(self, condition: str, operation: Operation | None = None) -> ErrorRule | None:
        """Return the rule of a condition, the operation's own before the document's; None for none."""
        own = operation.errors if operation else ()
        return next((rule for rule in (*own, *self.errors) if rule.condition == condition), None)

    @cached_property
    def limits(self) -> RateLimits | None:
        """The limits that the document sets; None where it sets none."""
        return rate_limits(self._extensions)

    @cached_property
    def limit_refusal(self) -> RateLimits:
        """How a request beyond the limits is refused, also beyond limits that the document does not set."""
        return self.limits or RateLimits()

    @property
    def windows(self) -> tuple[RateLimitWindow, ...]:
        """The limits; empty where the document sets none."""
        return self.limit_refusal.windows

    @cached_property
    def limit_figures(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Name of a window → `limit` and `remaining` → where in `data` of a refusal that figure is."""
        return {
            window.name: {"limit": tokens(window.limit_body)[1:], "remaining": tokens(window.remaining_body)[1:]}
            for window in self.windows
        }

    @cached_property
    def envelope(self) -> Envelope:
        """Where every response tells its status, its error and itself."""
        codes = {rule.error_code for rule in self.errors}
        codes |= {rule.error_code for operation in self.operations for rule in operation.errors}
        codes |= {self.limits.error_code} if self.limits else set()
        return envelope_of(self.operations, frozenset(codes))

    # Security.

    @cached_property
    def _security_schemes(self) -> Mapping[str, Mapping[str, Any]]:
        components = self.tree.get("components")
        schemes = components.get("securitySchemes") if isinstance(components, Mapping) else None
        found = schemes if isinstance(schemes, Mapping) else {}
        resolved = {str(name): self.resolved(node, join(_SCHEMES, name))[0] for name, node in found.items()}
        return {name: node for name, node in resolved.items() if isinstance(node, Mapping)}

    def security_of(self, requirements: Any, pointer: str) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        """Return the alternatives of an operation's security; a scheme that is not declared is not judged.

        Args:
            requirements: `security` of the operation; None takes the document's.
            pointer: to it.
        """
        if requirements is None:
            requirements, pointer = self.tree.get("security", ()), "/security"
        alternatives = requirements if isinstance(requirements, list | tuple) else ()
        for one in alternatives:
            for name in one if isinstance(one, Mapping) else ():
                if name not in self._security_schemes:
                    known = ", ".join(self._security_schemes) or "none"
                    message = f"There is no security scheme {name}; the document has {known}."
                    self.report(message, pointer, "The scheme is not judged.")
        return tuple(
            tuple(self._security_schemes[name] for name in one if name in self._security_schemes)
            for one in alternatives
            if isinstance(one, Mapping)
        )

    @cached_property
    def _key(self) -> tuple[str, str]:
        for name, scheme in self._security_schemes.items():
            if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
                return str(scheme["name"]), join(_SCHEMES, name)
        return "", ""

    @property
    def key_header(self) -> str:
        """Header that carries the key; empty where none is needed."""
        return self._key[0]

    @property
    def key_pointer(self) -> str:
        """Pointer to the security scheme of `key_header`."""
        return self._key[1]


def _warning(finding: Finding) -> Violation:
    """Return a finding as a warning for requests: what could not be judged was taken."""
    location = "body" if "/requestBody" in finding.pointer else "header" if "ecurity" in finding.pointer else "query"
    return Violation(location, "", "unjudged", f"{finding.message} {finding.cost}", "warning")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def load(path: Path | None = None, allow_remote_refs: str | None = None) -> Contract:
    """Load a document; None is the packaged contract.

    Args:
        path: of the file.
        allow_remote_refs: origin that its references may lead to; None opens none.

    Raises:
        SpecInvalid: it cannot be read, or is not an OpenAPI 3 document.
    """
    return Contract(documents.load(path or package_data.openapi(), allow_remote_refs=allow_remote_refs))


def parse(tree: Mapping[str, Any], source: str = "openapi.yaml") -> Contract:
    """Return the contract of a document that was read already.

    Raises:
        SpecInvalid: it is not an OpenAPI 3 document.
    """
    return Contract(documents.from_tree(tree, source))
