"""What changes rarely in a session as one JSON document, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from mockserver import __version__
from mockserver.config import Config
from mockserver.errors import ConfigInvalid
from mockserver.scenarios.models import Rule
from mockserver.scenarios.parsing import rule_of
from mockserver.state.keys import ApiKey
from mockserver.state.rules import RulesSnapshot, ScenarioAssignment
from mockserver.state.session import DatasetKey, Session
from oas.api_keys import HASH_CHARS
from oas.vocabulary import RateLimitWindow

Keys = dict[bytes, ApiKey]


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """What a document says of a session.

    Attributes:
        frozen_at: where `reset` freezes the clock.
        dataset_key: what the dataset is made from.
        limits: name of a window → requests let through.
        created: moment of creation.
        clock: the clock's setting.
        keys: those at the start, and those of now.
        script: all but the turns.
    """

    frozen_at: float | None
    dataset_key: DatasetKey
    limits: Mapping[str, int]
    created: float
    clock: tuple[float, float | None]
    keys: tuple[Keys, Keys]
    script: RulesSnapshot

    def apply(self, session: Session) -> None:
        """Make a session of the same name what is said here."""
        session.frozen_at, session.created = self.frozen_at, self.created
        session.clock.adopt(*self.clock)
        session.keys.adopt(*self.keys)
        session.script.adopt(self.script)


def describe(session: Session, settings: str) -> bytes:
    """Return the document of a session.

    Args:
        session: any.
        settings: of this process, as of `settings_of`.
    """
    dataset, script = session.dataset_key, session.script.contents
    scenario, rules, casts = script.start
    return orjson.dumps(
        {
            "settings": settings,
            "frozen_at": session.frozen_at,
            "dataset": [dataset.routines, dataset.seed, dataset.first_day],
            "limits": {window.name: window.limit for window in session.quota.windows},
            "created": session.created,
            "clock": session.clock.setting,
            "keys": [_keys(keys) for keys in session.keys.contents],
            "script": {
                "start": [scenario, _rules(rules), dict(casts)],
                "serial": script.serial,
                "cast": tuple(script.cast),
                "casts": {key_hash: tuple(cast) for key_hash, cast in script.casts.items()},
                "limits": dict(script.limits),
                "rules": _rules(script.rules),
            },
        }
    )


def read(document: bytes, settings: str) -> SessionSnapshot:
    """Return what a document says.

    Args:
        document: as of `describe`.
        settings: of this process.

    Raises:
        ConfigInvalid: the process that wrote it has other settings.
    """
    said = orjson.loads(document)
    if said["settings"] != settings:
        raise ConfigInvalid(
            "the servers that share this state are of another version or have other settings (document, limits, clock, "
            "dataset, seed, scenario, errors); start all with the same, or give this one a database of its own, such "
            "as redis://host/1",
            "--state",
        )
    routines, seed, first_day = said["dataset"]
    initial, present = map(_read_keys, said["keys"])
    return SessionSnapshot(
        said["frozen_at"],
        DatasetKey(routines, seed, date.fromisoformat(first_day)),
        said["limits"],
        said["created"],
        tuple(said["clock"]),
        (initial, present),
        _read_script(said["script"]),
    )


def settings_of(config: Config, windows: Sequence[RateLimitWindow]) -> str:
    """Return what processes that share a state must agree on, as 16 hexadecimal digits.

    Args:
        config: of this process.
        windows: with their limits.
    """
    files = [path.read_bytes() if path else b"" for path in (config.spec, config.dataset) if _is_readable(path)]
    own = (__version__, config.clock, config.routines, config.seed, config.scenario, config.errors)
    limits = [(window.name, window.seconds, window.limit) for window in windows]
    return hashlib.sha256(b"\0".join([repr((own, limits)).encode(), *files])).hexdigest()[:16]


def _is_readable(path: Path | None) -> bool:
    return path is None or path.is_file()


def _keys(keys: Keys) -> list[list[Any]]:
    return [
        [digest.hex(), key.role, key.is_active, key.created_at, key.description, key.created_by]
        for digest, key in keys.items()
    ]


def _read_keys(rows: Iterable[Sequence[Any]]) -> Keys:
    return {bytes.fromhex(digest): ApiKey(digest[:HASH_CHARS], *facts) for digest, *facts in rows}


def _rules(rules: Iterable[Rule]) -> list[Any]:
    return [[rule.id, rule.document] for rule in rules]


def _read_rules(rows: Iterable[Sequence[Any]]) -> tuple[Rule, ...]:
    return tuple(rule_of(document, rule_id) for rule_id, document in rows)


def _read_script(said: Mapping[str, Any]) -> RulesSnapshot:
    scenario, rules, casts = said["start"]
    return RulesSnapshot(
        (scenario, _read_rules(rules), casts),
        said["serial"],
        ScenarioAssignment(*said["cast"]),
        {key_hash: ScenarioAssignment(*cast) for key_hash, cast in said["casts"].items()},
        said["limits"],
        _read_rules(said["rules"]),
    )
