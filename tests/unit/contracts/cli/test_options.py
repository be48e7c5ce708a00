"""Options, settings and environment become one configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from contracts.cli.options import run_options, to_config
from contracts.cli.settings import SETTINGS
from contracts.config import Config, Environment, Shard
from contracts.errors import ConfigInvalid

NOTHING = Environment()


def given(arguments: str = "", environment: Environment = NOTHING, **settings: Any) -> Config:
    """Parse a command line as `contracts run` does."""
    found: list[Config] = []

    @click.command()
    @run_options
    def probe(**options: Any) -> None:
        found.append(to_config(options, environment, settings))

    probe.main(arguments.split(), standalone_mode=False)
    return found[0]


def test_without_options_every_default_is_that_of_the_record() -> None:
    assert given() == Config()


@pytest.mark.parametrize(
    "arguments, name, value",
    [
        ("http://127.0.0.1:1/x", "base_url", "http://127.0.0.1:1/x"),
        ("--spec a.yaml", "spec", Path("a.yaml")),
        ("--only a --only b,c", "only", ("a", "b", "c")),
        ("--skip a", "skip", ("a",)),
        ("--seed 0", "seed", 0),
        ("--budget 5", "budget", 5),
        ("--shard 2/3", "shard", Shard(2, 3)),
        ("--phases relations,limits", "phases", ("relations", "limits")),
        ("--fuzz 0", "fuzz", 0),
        ("--max-wait 0", "max_wait_s", 0.0),
        ("--timeout 2.5", "timeout_s", 2.5),
        ("--fail-fast", "is_fail_fast", True),
        ("--report junit:a.xml --report html:C:/b", "reports", (("junit", Path("a.xml")), ("html", Path("C:/b")))),
        ("--baseline a", "baseline", Path("a")),
        ("--compare a", "compare", Path("a")),
        ("--assumptions warn", "assumptions", "warn"),
        ("--header-name X-API-KEY", "header_name", "X-API-KEY"),
        ("--allow-writes", "allow_writes", True),
        ("--exhaust", "exhaust", True),
        ("--live", "is_live", True),
        ("--ca-bundle a", "ca_bundle", Path("a")),
        ("--ledger a", "ledger", Path("a")),
        ("--save-corpus a", "save_corpus", Path("a")),
        ("--example-database redis://x", "example_database", "redis://x"),
        ("-q", "is_quiet", True),
        ("--api-key k", "api_key", "k"),
        ("--member-key k", "member_key", "k"),
    ],
)
def test_an_option_sets_its_field(arguments: str, name: str, value: Any) -> None:
    assert getattr(given(arguments), name) == value


def test_every_option_but_the_keys_is_a_setting() -> None:
    probe = click.Command("probe", callback=run_options(lambda **options: None))
    names = {item.name for item in getattr(probe.callback, "__click_params__", [])}
    assert names - {parameter for parameter, _ in SETTINGS.values()} == {"api_key", "member_key", "shard"}
    assert {parameter for parameter, _ in SETTINGS.values()} <= names


@pytest.mark.parametrize(
    "name, value, field, expected",
    [
        ("base_url", "http://127.0.0.1:1", "base_url", "http://127.0.0.1:1"),
        ("budget", 7, "budget", 7),
        ("is_fail_fast", True, "is_fail_fast", True),
        ("phases", ["fuzz", "limits"], "phases", ("fuzz", "limits")),
        ("reports", ["junit:a.xml"], "reports", (("junit", Path("a.xml")),)),
        ("baseline", "known.yaml", "baseline", Path("known.yaml")),
    ],
)
def test_a_setting_is_a_default(name: str, value: Any, field: str, expected: Any) -> None:
    assert getattr(given(**{name: value}), field) == expected


def test_the_command_line_beats_the_settings() -> None:
    assert given("--budget 5 --skip a", budget=7, skip=["b"]).budget == 5
    assert given("--budget 5 --skip a", budget=7, skip=["b"]).skip == ("a",)


def test_the_environment_gives_the_keys_that_no_option_gives() -> None:
    environment = Environment(api_key="one", member_key="two")
    assert (given("", environment).api_key, given("", environment).member_key) == ("one", "two")
    assert given("--api-key other", environment).api_key == "other"


def test_a_key_file_holds_the_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("the-key\n", encoding="utf-8")
    assert given(f"--api-key-file {path}", Environment(api_key="other")).api_key == "the-key"


@pytest.mark.parametrize(
    "content, message", [(b"\n", "holds no word"), (b"a b", "more than one"), (b"\xff", "not text")]
)
def test_a_key_file_that_holds_no_key_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(ConfigInvalid, match=message):
        given(f"--api-key-file {path}")


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"--api-key-file: .*none cannot be read"):
        given(f"--api-key-file {tmp_path / 'none'}")


@pytest.mark.parametrize("place", ["junit", ":x", "junit:"])
def test_a_report_without_format_or_path_is_refused(place: str) -> None:
    with pytest.raises(ConfigInvalid, match="is not a FORMAT:PATH"):
        given(f"--report {place}")


@pytest.mark.parametrize("text", ["", "1", "1/", "/2", "0/2", "3/2", "-1/2", "1/2/3", "a/b", "1.5/2", "²/3"])
def test_a_shard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigInvalid, match="INDEX/COUNT was expected"):
        Shard.parse(text)


@pytest.mark.parametrize("amount", [0, 1, 2, 3, 90, 1000])
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_shares_of_all_shards_add_up_and_differ_by_one_at_most(amount: int, count: int) -> None:
    shares = [Shard(index, count).share(amount) for index in range(1, count + 1)]
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= 1


def test_a_budget_without_a_request_for_the_shard_is_refused() -> None:
    assert Config(budget=2, shard=Shard(2, 3)).share(2) == 1
    with pytest.raises(ConfigInvalid, match="a budget of 2 has no request for shard 3/3"):
        Config(budget=2, shard=Shard(3, 3))
