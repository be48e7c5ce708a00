"""`[tool.contracts]` of pyproject.toml: the options of `contracts run` under the names they have there.

A key given here would stand in a file under version control, so none is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from contracts.errors import ConfigInvalid

__all__ = ["SETTINGS", "read_settings"]

_TEXT, _FLAG, _WHOLE, _NUMBER, _TEXTS = "a text", "true or false", "a whole number", "a number", "a list of texts"

#: Name in the file, which is the option without its dashes → parameter of the command and what is expected.
SETTINGS: Mapping[str, tuple[str, str]] = {
    "base-url": ("base_url", _TEXT),
    "api-key-file": ("api_key_file", _TEXT),
    "spec": ("spec", _TEXT),
    "strict": ("strict", _FLAG),
    "allow-remote-refs": ("allow_remote_refs", _TEXT),
    "only": ("only", _TEXTS),
    "skip": ("skip", _TEXTS),
    "phases": ("phases", _TEXTS),
    "seed": ("seed", _WHOLE),
    "budget": ("budget", _WHOLE),
    "max-wait": ("max_wait_s", _NUMBER),
    "timeout": ("timeout_s", _NUMBER),
    "fuzz": ("fuzz", _WHOLE),
    "fail-fast": ("is_fail_fast", _FLAG),
    "report": ("reports", _TEXTS),
    "baseline": ("baseline", _TEXT),
    "compare": ("compare", _TEXT),
    "assumptions": ("assumptions", _TEXT),
    "header-name": ("header_name", _TEXT),
    "allow-writes": ("allow_writes", _FLAG),
    "exhaust": ("exhaust", _FLAG),
    "live": ("is_live", _FLAG),
    "ca-bundle": ("ca_bundle", _TEXT),
    "ledger": ("ledger", _TEXT),
    "example-database": ("example_database", _TEXT),
    "save-corpus": ("save_corpus", _TEXT),
    "quiet": ("is_quiet", _FLAG),
}

_SECRETS = frozenset(("api-key", "member-key"))


def read_settings(path: Path) -> dict[str, Any]:
    """Read the table, parameter of the command → value; empty where there is no file or no table.

    Args:
        path: of pyproject.toml.

    Raises:
        ConfigInvalid: the file is not TOML, a key is unknown, or a value is of the wrong type; with its pointer.
    """
    import tomllib

    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigInvalid(f"cannot be read: {error}", str(path)) from error
    tool = tree.get("tool", {})
    table = tool.get("contracts", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise ConfigInvalid("a table was expected", str(path), "/tool/contracts")
    return dict(_setting(name, value, path) for name, value in table.items())


def _setting(name: str, value: Any, path: Path) -> tuple[str, Any]:
    pointer, key = f"/tool/contracts/{name}", name.replace("_", "-")
    if key in _SECRETS:
        message = "a key does not belong under version control; set CONTRACTS_API_KEY, or api-key-file"
        raise ConfigInvalid(message, str(path), pointer)
    if key not in SETTINGS:
        near = get_close_matches(key, SETTINGS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(SETTINGS)}"
        raise ConfigInvalid(f"unknown setting; {hint}", str(path), pointer)
    parameter, expected = SETTINGS[key]
    if expected == _TEXTS and isinstance(value, str):
        value = [value]
    if not _fits(value, expected):
        raise ConfigInvalid(f"{expected} was expected", str(path), pointer)
    return parameter, value


def _fits(value: Any, expected: str) -> bool:
    if expected == _TEXTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if expected == _FLAG or isinstance(value, bool):
        return expected == _FLAG and isinstance(value, bool)
    kinds: Mapping[str, tuple[type, ...]] = {_TEXT: (str,), _WHOLE: (int,), _NUMBER: (int, float)}
    return isinstance(value, kinds[expected])
