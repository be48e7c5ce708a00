"""C1xx: requests that the contract does not allow, each with what was probably meant.

The mock has judged every request by the schemas already; here its reasons get
a rule, a sentence and a near miss.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import unquote

from contracts.client.models import Breach, ClientRequest, Finding, Rule
from contracts.client.traffic import Traffic
from oas.pointers import tokens

if TYPE_CHECKING:
    from oas.operation import Operation

__all__ = [
    "SECRECY",
    "SHAPE",
    "judge_secrecy",
    "judge_shape",
    "meant",
]

#: Share of equal characters from which two names are taken for one; below, guesses mislead.
_CUTOFF = 0.7
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def meant(name: str, known: Iterable[str]) -> str:
    """Return the known name that is nearest to one that is not, empty where none is near.

    Args:
        name: as sent; of any spelling: `startDate`, `start-date` and `START_DATE` are all near `start_date`.
        known: names that exist.
    """
    plain = {_plain(item): item for item in known}
    found = get_close_matches(_plain(name)[:100], plain, n=1, cutoff=_CUTOFF)
    return plain[found[0]] if found else ""


def _plain(name: str) -> str:
    return _HUMP.sub("_", name.removesuffix("[]")).lower().replace("-", "_").replace(" ", "_")


KEY_IN_URL = Rule(
    "C401",
    "put a key into a URL",
    "A key travels in its header only; URLs stand in logs, histories and `Referer` headers.",
    "Send the key in the header alone, and make a new one in place of any that has been in a URL.",
)
KEY_ELSEWHERE = Rule(
    "C402",
    "sent a key to another origin",
    "A key goes to the API's own origin only, also where a redirect leads elsewhere.",
    "Do not follow redirects to another origin, or drop the key's header there.",
)

#: In the order of their ids.
SECRECY = (KEY_IN_URL, KEY_ELSEWHERE)

_MASK = re.compile(r"\[redacted:[0-9a-f]+\]")


def judge_secrecy(trial: Traffic) -> Iterator[Finding]:
    """Judge each request for itself."""
    for sent in trial.sent:
        for part, text in (("path", sent.path), ("query", sent.query)):
            if _MASK.search(unquote(text)):
                yield Finding(KEY_IN_URL, f"a key stands in the {part} of a URL", (sent,))
        if sent.origin and sent.key_hash:
            yield Finding(KEY_ELSEWHERE, f"a key went to {sent.origin}, which is not the API", (sent,))


UNKNOWN_PATH = Rule(
    "C101",
    "asked for an unknown path",
    "Every request goes to a path of the contract, below its base path.",
    "Correct the path, or the base URL of the client.",
)
UNKNOWN_METHOD = Rule(
    "C102",
    "used a method that the path does not serve",
    "Every request uses a method that the contract has for its path.",
    "Use the method that is served there.",
)
UNDOCUMENTED = Rule(
    "C103",
    "sent a parameter that is not documented",
    "Every query parameter and every member of a body is one that the operation documents; others are ignored.",
    "Correct the name, or leave it out: the API ignores it without a word.",
)
INVALID = Rule(
    "C104",
    "sent an invalid value",
    "Every value has the type, the format and one of the values that the contract gives it, and is sent once.",
    "Send a value that the contract allows.",
)
MISSING = Rule(
    "C105",
    "left out what is required",
    "Every required parameter, member and header is sent.",
    "Send it with every request of this operation.",
)
NEEDLESS_BODY = Rule(
    "C106",
    "sent a body where none is taken",
    "A request has a body only where the operation takes one; others are ignored.",
    "Leave the body out, or use the operation's POST form.",
)
UNREADABLE_BODY = Rule(
    "C107",
    "sent a body that cannot be read",
    "A body is JSON in UTF-8, announced by its content type, and not too large.",
    "Send JSON with the header `Content-Type: application/json`.",
)
REVERSED_RANGE = Rule(
    "C108",
    "asked for days that end before they start",
    "A range of days ends on or after the day on which it starts.",
    "Exchange the two days, or refuse them where a person enters them.",
)
UNKNOWN_ENTITY = Rule(
    "C109",
    "asked for something that does not exist",
    "Ids come from the API's own answers, so that what they name exists.",
    "Take the ids from the operation that lists them.",
    is_on=False,
)

#: In the order of their ids.
SHAPE = (
    UNKNOWN_PATH,
    UNKNOWN_METHOD,
    UNDOCUMENTED,
    INVALID,
    MISSING,
    NEEDLESS_BODY,
    UNREADABLE_BODY,
    REVERSED_RANGE,
    UNKNOWN_ENTITY,
)

#: What the mock calls it → the rule, wherever in the request it stands.
_BY_CODE = {
    "unknown-path": UNKNOWN_PATH,
    "unknown-method": UNKNOWN_METHOD,
    "undocumented": UNDOCUMENTED,
    "required": MISSING,
    "content-type": UNREADABLE_BODY,
    "end-before-start": REVERSED_RANGE,
    "unknown-entity": UNKNOWN_ENTITY,
}
#: (location, pointer, code) of what is about a body as a whole → the rule.
_BY_PLACE = {
    ("body", "", "undocumented"): NEEDLESS_BODY,
    ("body", "", "malformed"): UNREADABLE_BODY,
    ("body", "", "depth"): UNREADABLE_BODY,
}
_TOO_LARGE = 413
_MOST_NAMES = 12


def judge_shape(trial: Traffic) -> Iterator[Finding]:
    """Judge each request for itself."""
    for sent in trial.own:
        for breach in sent.breaches:
            rule = _BY_PLACE.get((breach.location, breach.pointer, breach.code)) or _BY_CODE.get(breach.code, INVALID)
            yield Finding(rule, _sentence(rule, breach, sent, trial), (sent,))
        if sent.status == _TOO_LARGE and not sent.applied:
            yield Finding(UNREADABLE_BODY, f"{_place(sent)}: the body is too large", (sent,))


def _sentence(rule: Rule, breach: Breach, sent: ClientRequest, trial: Traffic) -> str:
    operation = trial.operation(sent)
    if rule is UNKNOWN_PATH:
        return f"{sent.method} {sent.path} is not an operation of the API{_path_meant(sent.path, trial)}"
    if rule is UNKNOWN_METHOD:
        return f"{sent.method} {sent.path} is not an operation of the API: {breach.message}"
    if rule is UNDOCUMENTED and operation is not None:
        return _undocumented(breach, operation)
    near = _sent_instead(breach, sent, trial) if rule is MISSING else ""
    name = f" `{'/'.join(tokens(breach.pointer))}`" if breach.pointer else ""
    return f"{_place(sent)}{name}: {breach.message.rstrip('.')}{near}"


def _place(sent: ClientRequest) -> str:
    return sent.operation_id or f"{sent.method} {sent.path}"


def _path_meant(path: str, trial: Traffic) -> str:
    """Guess from the path's end, since where the base path ends is not known of a wrong path."""
    known = list(dict.fromkeys(operation.path for operation in trial.document.operations))
    for size in sorted({item.count("/") for item in known}, reverse=True):
        end = "/" + "/".join(path.rstrip("/").split("/")[-size:])
        if end in known:
            return f"; `{end}` is one, below the base path and without a slash at its end"
        if near := meant(end, known):
            return f"; did you mean `{near}`?"
    return f"; it has {_listed(known)}" if known else ""


def _undocumented(breach: Breach, operation: Operation) -> str:
    name = "/".join(tokens(breach.pointer))
    known = [parameter.name for parameter in operation.inputs]
    kind = "member of the body" if breach.location == "body" else "parameter"
    sentence = f"`{name}` is not a {kind} of {operation.id}"
    if near := meant(name, known):
        where = " in the body" if operation.has_body and breach.location == "query" else ""
        return f"{sentence}; did you mean `{near}`{where}? It has {_listed(known)}"
    return f"{sentence}; it has {_listed(known) if known else 'none'}"


def _sent_instead(breach: Breach, sent: ClientRequest, trial: Traffic) -> str:
    """Name what was sent that looks like the missing name."""
    operation, missing = trial.operation(sent), tokens(breach.pointer)
    if operation is None or len(missing) != 1:
        return ""
    strange = [name for name in trial.parameters(sent) if operation.input(name) is None]
    near = meant(missing[0], strange)
    return f"; `{near}` was sent: did you mean `{missing[0]}`?" if near else ""


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_MOST_NAMES])
    return shown + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")
