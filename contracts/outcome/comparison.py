"""Two runs side by side: what is new, what is fixed, what is still broken."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.verdicts import Outcome, Report, Violation

__all__ = ["Comparison", "compare", "is_judged"]

#: Findings named on the screen, of each sort.
MAX_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a run stands to an earlier one.

    Attributes:
        new: broken now, not broken before.
        fixed: broken before; judged now and not broken.
        still_broken: broken in both, as seen now.
        unknown: broken before; not judged now.
    """

    new: tuple[Violation, ...]
    fixed: tuple[Violation, ...]
    still_broken: tuple[Violation, ...]
    unknown: tuple[Violation, ...]

    def notes(self) -> tuple[tuple[str, str], ...]:
        """Write it as label and text, a line for each sort that has any."""
        sorts = (
            ("new", self.new),
            ("fixed", self.fixed),
            ("still broken", self.still_broken),
            ("not judged again", self.unknown),
        )
        found = [("compared", f"{len(items)} {word}: {_names(items)}") for word, items in sorts if items]
        return tuple(found) or (("compared", "nothing was broken before, and nothing is now"),)


def compare(before: Report, now: Report) -> Comparison:
    """Compare by fingerprint; warnings are passed over."""
    old, found = _errors(before), _errors(now)
    gone = [item for key, item in old.items() if key not in found]
    return Comparison(
        new=tuple(item for key, item in found.items() if key not in old),
        fixed=tuple(item for item in gone if is_judged(now, item.relation_id)),
        still_broken=tuple(item for key, item in found.items() if key in old),
        unknown=tuple(item for item in gone if not is_judged(now, item.relation_id)),
    )


def is_judged(report: Report, relation_id: str) -> bool:
    """Whether a run came to a verdict on a relation; for a check of generated requests, on their operation."""
    is_check = relation_id.startswith("fuzz.")
    operation = relation_id.partition("[")[2].rstrip("]")
    for verdict in report.verdicts:
        relation = verdict.relation
        is_same = relation.id == relation_id
        if is_check and relation.kind == "fuzz":
            is_same = is_same or relation.operation_id == operation
        if is_same and verdict.outcome in (Outcome.KEPT, Outcome.BROKEN):
            return True
    return False


def _errors(report: Report) -> dict[str, Violation]:
    return {item.fingerprint: item for item in report.violations if item.severity == "error"}


def _names(items: tuple[Violation, ...]) -> str:
    names = list(dict.fromkeys(item.relation_id for item in items))
    rest = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" and {rest} more" if rest > 0 else "")
