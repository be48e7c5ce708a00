"""Whether `--only` and `--skip` choose anything: a misspelt id would make a run that says nothing."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from contracts.config import Config
from contracts.errors import ConfigInvalid
from contracts.verdicts import Relation

__all__ = ["check_choice"]

#: Kinds of verdicts that no relation of the document stands for.
_OTHER_KINDS = ("fuzz", "stateful", "replay")


def check_choice(config: Config, relations: Iterable[Relation]) -> None:
    """Refuse an id that begins no relation.

    Args:
        config: its `only` and `skip` count.
        relations: all of the document.

    Raises:
        ConfigInvalid: with the nearest id, or kind, that there is.
    """
    names = [relation.id for relation in relations]
    for option, chosen in (("--only", config.only), ("--skip", config.skip)):
        for prefix in chosen:
            if prefix.startswith(_OTHER_KINDS) or any(name.startswith(prefix) for name in names):
                continue
            near = _nearest(prefix, names)
            hint = f"did you mean {near}?" if near else "`contracts relations` lists them"
            raise ConfigInvalid(f"no relation begins with {prefix!r}; {hint}", option)


def _nearest(prefix: str, names: list[str]) -> str:
    parts = (part for name in names for part in (name.partition(".")[0], name.partition("[")[0], name))
    near = get_close_matches(prefix, list(dict.fromkeys(parts)), n=1)
    return near[0] if near else ""
