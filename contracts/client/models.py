"""What the verdict on a client is made of: what was sent, what is wrong with it, and what that comes to.

    Sent → judged by Rules → Findings → Verdict

Frozen records, without secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

__all__ = ["Breach", "ClientRequest", "Expectation", "Finding", "MissedExpectation", "Rule", "Verdict"]

#: Place of the documentation of every rule; each rule's anchor is its id in lower case.
DOCS_PAGE = "rules"


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which the mock found a request to break the contract.

    Attributes:
        location: `path`, `query`, `header` or `body`.
        pointer: RFC 6901 pointer to the value inside that location.
        code: JSON Schema keyword that failed, or a word such as `undocumented`, `malformed`, `unknown-path`.
        message: one sentence.
    """

    location: str
    pointer: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest:
    """One request of a client, with what the mock answered.

    Attributes:
        order: place among all that arrived, from 1.
        at: moment of arrival on the mock's clock, seconds since the epoch.
        method: upper case.
        path: below the base URL where that is known; percent-decoded, keys replaced.
        query: as sent, without `?`, keys replaced.
        operation_id: empty where no operation matched.
        headers: lower-cased name → value, secrets replaced.
        key_hash: short hash of the key; empty where none was sent.
        body: text, keys replaced.
        status: of the answer.
        answer_headers: lower-cased name → value; a repeated header's first.
        answer_body: text, keys replaced.
        breaches: what the mock found wrong with the request.
        applied: what chose the answer; empty for the plain one.
        is_deliberate: the answer breaks the contract on purpose.
        delay_s: seconds until the last byte of the answer, as far as the mock kept it back, ≥ 0.
        fault: how the connection was broken instead of an answer; empty where it was not.
        origin: scheme and authority where the request went; empty for the mock itself.
        id: of the journal's entry.
    """

    order: int
    at: float
    method: str
    path: str
    query: str = ""
    operation_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    key_hash: str = ""
    body: str = ""
    status: int = 200
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer_body: str = ""
    breaches: tuple[Breach, ...] = ()
    applied: str = ""
    is_deliberate: bool = False
    delay_s: float = 0.0
    fault: str = ""
    origin: str = ""
    id: str = ""

    @property
    def target(self) -> str:
        """Path and query, after the origin where that is another."""
        return self.origin + self.path + (f"?{self.query}" if self.query else "")

    @property
    def answer(self) -> Any:
        """The answer's body as JSON, None where it is none. Parsed anew each time."""
        return parsed(self.answer_body)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What was asked for by name: members of the body, else texts of the query; a repeated name has a list."""
        body = parsed(self.body)
        if isinstance(body, dict):
            return body
        values = parse_qs(self.query, keep_blank_values=True)
        return {name: found[0] if len(found) == 1 else found for name, found in values.items()}

    @property
    def identity(self) -> tuple[str, ...]:
        """What two requests have in common that ask for the same with the same key."""
        return self.key_hash, self.method, self.origin, self.path, self.query, self.body


def parsed(text: str) -> Any:
    """Return a body as JSON, None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that a client must do or must not do.

    Attributes:
        id: `C` and three digits; the first names the family.
        title: what a breaking client did, a few words.
        meaning: what is asked of a client, one sentence.
        advice: what to do next, one sentence.
        is_on: it is judged unless it is allowed; else only where it is asked for.
    """

    id: str
    title: str
    meaning: str
    advice: str
    is_on: bool = True

    @property
    def anchor(self) -> str:
        """Place in the documentation, below its root."""
        return f"{DOCS_PAGE}#{self.id.lower()}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a client broke a rule.

    Attributes:
        rule: that is broken.
        sentence: what happened.
        requests: that show it, in the order of arrival; not empty.
    """

    rule: Rule
    sentence: str
    requests: tuple[ClientRequest, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A rule that a client breaks on purpose, in a span of its requests.

    Attributes:
        rule_id: of the rule.
        first: order of the first request of the span, ≥ 1.
        last: order of the last one, included; None is the end.
    """

    rule_id: str
    first: int = 1
    last: int | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether this is what was expected."""
        if finding.rule.id != self.rule_id:
            return False
        return any(self.first <= sent.order <= (self.last or sent.order) for sent in finding.requests)


@dataclass(frozen=True, slots=True)
class MissedExpectation:
    """An expected finding that did not come."""

    expectation: Expectation
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a client's requests come to.

    Attributes:
        findings: that count, by first request.
        accepted: that were allowed or expected.
        unmet: what was expected and did not come.
        judged: how many requests were looked at.
        total: how many there were; more than `judged` where the mock kept only the latest.
    """

    findings: tuple[Finding, ...] = ()
    accepted: tuple[Finding, ...] = ()
    unmet: tuple[MissedExpectation, ...] = ()
    judged: int = 0
    total: int = 0

    @property
    def is_kept(self) -> bool:
        """Whether nothing counts against the client."""
        return not self.findings and not self.unmet

    @property
    def word(self) -> str:
        """`broken`; `inconclusive` where there was no request, or not all were looked at; else `kept`."""
        if not self.is_kept:
            return "broken"
        return "kept" if 0 < self.total <= self.judged else "inconclusive"

    @property
    def exit_code(self) -> int:
        """0 kept, 1 broken, 4 inconclusive."""
        return {"kept": 0, "broken": 1}.get(self.word, 4)
