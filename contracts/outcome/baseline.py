"""Known failures: a YAML file that says which violations are accepted, why, by whom and until when.

    failures:
      - fingerprint: 42cbdddb97e5f18f
        relation: collection.subset[getCampaignInfo:campaign_status]
        reason: the vendor fixes it in the next release
        owner: api-team
        expires: 2026-12-24

An entry past its day accepts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from contracts.errors import ConfigInvalid
from contracts.outcome.comparison import is_judged
from contracts.verdicts import Report, Violation

__all__ = ["NEW_REASON", "Baseline", "BaselineResult", "Entry", "apply", "load", "parse", "update"]

#: What an entry says until somebody says more.
NEW_REASON = "to be explained"
#: How long a new entry is accepted.
NEW_DAYS = 30

_FIELDS = ("fingerprint", "relation", "reason", "owner", "expires")
_HEAD = """\
# Known failures of `contracts run --baseline`: each needs a reason, an owner and a last day.
# `contracts baseline update` adds what is new and removes what is fixed.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One accepted violation.

    Attributes:
        fingerprint: of the violation, 16 hex digits.
        relation: id, for the reader.
        reason: why it is accepted; not empty.
        owner: who sees to it; may be empty.
        expires: last day on which it is accepted.
    """

    fingerprint: str
    relation: str
    reason: str
    owner: str
    expires: date


Baseline = tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineResult:
    """How a run stands to a baseline.

    Attributes:
        new: violations that no entry accepts, those of expired entries among them.
        known: entries whose violation came again.
        fixed: entries whose relation was judged and shows the violation no more.
        expired: entries past their day, whose violation came again.
    """

    new: tuple[Violation, ...]
    known: tuple[Entry, ...]
    fixed: tuple[Entry, ...]
    expired: tuple[Entry, ...]

    def accept(self, report: Report) -> Report:
        """Return the report with the known failures accepted."""
        pairs = tuple((entry.fingerprint, _said(entry)) for entry in self.known)
        return replace(report, accepted=pairs)

    def notes(self) -> tuple[tuple[str, str], ...]:
        """Write it as label and text: the numbers, then each entry that needs a hand."""
        counts = (
            f"{len(self.new)} new · {len(self.known)} known · {len(self.fixed)} fixed · {len(self.expired)} expired"
        )
        fixed = (("baseline", f"fixed, remove it: {entry.relation} ({entry.fingerprint})") for entry in self.fixed)
        late = (("baseline", f"expired on {entry.expires}: {entry.relation}, {_said(entry)}") for entry in self.expired)
        return (("baseline", counts), *fixed, *late)


def load(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        ConfigInvalid: the file cannot be read, or an entry makes no sense; with its pointer.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot be read: {error}; `contracts baseline update` writes one"
        raise ConfigInvalid(message, str(path)) from error
    return parse(text, str(path))


def parse(text: str, source: str = "baseline") -> Baseline:
    """Read a baseline from its text; an empty one accepts nothing.

    Raises:
        ConfigInvalid: it is not YAML, or an entry makes no sense; with its pointer.
    """
    import yaml

    try:
        tree = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigInvalid(f"no YAML: {' '.join(str(error).split())}", source) from error
    if tree is None:
        return ()
    if not isinstance(tree, Mapping) or set(tree) != {"failures"}:
        raise ConfigInvalid("an object with `failures`, and nothing else, was expected", source)
    if not isinstance(tree["failures"] or [], list):
        raise ConfigInvalid("a list of entries was expected", source, "/failures")
    entries = tuple(_entry(item, source, f"/failures/{index}") for index, item in enumerate(tree["failures"] or []))
    places: dict[str, int] = {}
    for index, entry in enumerate(entries):
        if entry.fingerprint in places:
            message = f"the same fingerprint as entry {places[entry.fingerprint]}; keep one of them"
            raise ConfigInvalid(message, source, f"/failures/{index}/fingerprint")
        places[entry.fingerprint] = index
    return entries


def apply(report: Report, baseline: Baseline, today: date) -> BaselineResult:
    """Say what of a run is known.

    Args:
        report: of the run.
        baseline: the entries.
        today: decides what has expired.
    """
    found = {item.fingerprint: item for item in _errors(report)}
    known = tuple(entry for entry in baseline if entry.fingerprint in found and entry.expires >= today)
    accepted = {entry.fingerprint for entry in known}
    return BaselineResult(
        new=tuple(item for key, item in found.items() if key not in accepted),
        known=known,
        fixed=tuple(entry for entry in baseline if _is_fixed(entry, found, report)),
        expired=tuple(entry for entry in baseline if entry.fingerprint in found and entry.expires < today),
    )


def update(report: Report, old: Baseline, today: date) -> str:
    """Write the baseline that accepts a run: old words kept, fixed entries gone, new ones to be explained.

    The day of an entry stays as it is, so that updating never prolongs one in silence.
    """
    found = {item.fingerprint: item for item in _errors(report)}
    kept = [entry for entry in old if not _is_fixed(entry, found, report)]
    names = {entry.fingerprint for entry in kept}
    new = [_new(item, today) for key, item in found.items() if key not in names]
    return _text(sorted((*kept, *new), key=lambda entry: (entry.relation, entry.fingerprint)))


def _text(entries: list[Entry]) -> str:
    import yaml

    records = [{name: getattr(entry, name) for name in _FIELDS} for entry in entries]
    return _HEAD + yaml.safe_dump({"failures": records}, sort_keys=False, allow_unicode=True, width=1000)


def _new(item: Violation, today: date) -> Entry:
    last = today + timedelta(days=NEW_DAYS)
    return Entry(fingerprint=item.fingerprint, relation=item.relation_id, reason=NEW_REASON, owner="", expires=last)


def _is_fixed(entry: Entry, found: Mapping[str, Violation], report: Report) -> bool:
    return entry.fingerprint not in found and is_judged(report, entry.relation)


def _errors(report: Report) -> list[Violation]:
    return [item for item in report.violations if item.severity == "error"]


def _said(entry: Entry) -> str:
    owner = f" ({entry.owner})" if entry.owner else ""
    return f"{entry.reason}{owner}, until {entry.expires}"


def _entry(item: Any, source: str, pointer: str) -> Entry:
    if not isinstance(item, Mapping):
        raise ConfigInvalid(f"an entry with {', '.join(_FIELDS)} was expected", source, pointer)
    for name in item:
        if name not in _FIELDS:
            near = get_close_matches(str(name), _FIELDS, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; an entry has {', '.join(_FIELDS)}"
            raise ConfigInvalid(f"unknown field{hint}", source, f"{pointer}/{name}")
    words = {name: _word(item, name, source, pointer) for name in _FIELDS[:-1]}
    if not re.fullmatch("[0-9a-f]{16}", words["fingerprint"]):
        raise ConfigInvalid(
            "16 hex digits in quotes were expected, as `contracts run` prints", source, f"{pointer}/fingerprint"
        )
    expires = item.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise ConfigInvalid("a day was expected, such as 2026-12-24", source, f"{pointer}/expires")
    return Entry(**words, expires=expires)


def _word(item: Mapping[str, Any], name: str, source: str, pointer: str) -> str:
    value = item.get(name, "" if name == "owner" else None)
    if not isinstance(value, str) or (not value.strip() and name != "owner"):
        raise ConfigInvalid("a text was expected", source, f"{pointer}/{name}")
    return value
