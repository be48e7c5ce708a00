"""Every rule on clients, by id, and the functions that judge by them."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from contracts.client.models import Rule
from contracts.client.requests import SHAPE, judge_shape
from contracts.client.retries import PACE, judge_pace
from contracts.client.secrets import SECRECY, judge_secrecy
from contracts.client.sequences import COURSE, judge_course
from contracts.client.traffic import Judge
from contracts.errors import ConfigInvalid

__all__ = ["FAMILIES", "RULES", "rules_of", "rules_table"]

#: One judge for each family of rules.
FAMILIES: tuple[Judge, ...] = (judge_shape, judge_pace, judge_course, judge_secrecy)

#: In the order of their ids.
RULES: tuple[Rule, ...] = (*SHAPE, *PACE, *COURSE, *SECRECY)

_BY_ID = {rule.id: rule for rule in RULES}


def rules_of(ids: Collection[str]) -> frozenset[Rule]:
    """Return rules by their ids.

    Raises:
        ConfigInvalid: one of them is the id of no rule, or `ids` is one text instead of a collection.
    """
    if isinstance(ids, str):
        raise ConfigInvalid(f'a collection of ids was expected, not a text; write ["{ids}"]')
    for found in ids:
        if found not in _BY_ID:
            near = get_close_matches(str(found).upper(), _BY_ID, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigInvalid(f"{found!r} is no rule on clients{hint} There are {', '.join(_BY_ID)}")
    return frozenset(_BY_ID[found] for found in ids)


def rules_table() -> str:
    """Return all rules as a table in Markdown, each with an anchor of its own, for the documentation."""
    lines = ["| id | a client breaks it when it | what is asked | what to do | judged |", "|---|---|---|---|---|"]
    for rule in RULES:
        anchor = rule.anchor.partition("#")[2]
        cells = (
            f'<a id="{anchor}"></a>{rule.id}',
            rule.title,
            rule.meaning,
            rule.advice,
            "always" if rule.is_on else "on demand",
        )
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines) + "\n"
