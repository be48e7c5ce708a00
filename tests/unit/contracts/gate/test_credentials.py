from __future__ import annotations

import pytest

from contracts.errors import ConfigInvalid
from contracts.gate.credentials import CredentialMissing, Credentials
from contracts.messages import CREDENTIALS
from oas.redaction import MIN_RUN, PLACEHOLDER, marker
from unit.contracts.upstream import KEY


def credentials(**values: str | None) -> Credentials:
    return Credentials(**{"header_name": "Authorization", "key": KEY, "member": "member-key-of-mine", **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "credential, header",
    [
        ("key", ("Authorization", KEY)),
        ("member", ("Authorization", "member-key-of-mine")),
        ("none", None),
        ("empty", ("Authorization", "")),
        ("truncated", ("Authorization", KEY[:-1])),
        ("lengthened", ("Authorization", KEY + "x")),
        ("other-case", ("Authorization", KEY.swapcase())),
        ("elsewhere", ("X-API-KEY", KEY)),
    ],
)
def test_a_credential_becomes_a_header(credential: str, header: tuple[str, str] | None) -> None:
    assert credentials().header(credential) == header


def test_elsewhere_is_never_the_documented_header() -> None:
    assert credentials(header_name="x-api-key").header("elsewhere") == ("Authorization", f"Bearer {KEY}")


def test_an_unknown_key_is_the_same_each_time_and_nothing_of_the_real_one() -> None:
    header = credentials().header("unknown")
    assert header == credentials().header("unknown")
    assert header is not None
    assert len(header[1]) == len(KEY)
    assert not any(KEY[at : at + MIN_RUN].lower() in header[1] for at in range(len(KEY) - MIN_RUN + 1))


def test_the_newest_created_key_is_used() -> None:
    made = credentials()
    made.created += ["first-created", "second-created"]
    assert made.header("created") == ("Authorization", "second-created")


@pytest.mark.parametrize(
    "credential, values",
    [
        ("key", {"key": None}),
        ("elsewhere", {"key": None}),
        ("truncated", {"key": "x"}),
        ("other-case", {"key": "12345678"}),
        ("member", {"member": None}),
        ("created", {}),
        ("invented", {}),
    ],
)
def test_a_credential_that_does_not_exist_is_missing(credential: str, values: dict[str, str | None]) -> None:
    with pytest.raises(CredentialMissing):
        credentials(**values).header(credential)


def test_every_credential_of_a_request_is_known() -> None:
    made = credentials()
    made.created.append("created-key")
    assert len({made.header(credential) for credential in CREDENTIALS}) == len(CREDENTIALS)


@pytest.mark.parametrize("key", ["", " key", "key\r\nX: y", "clé", "ke\x00y"])
def test_a_key_that_cannot_stand_in_a_header_is_refused(key: str) -> None:
    with pytest.raises(ConfigInvalid, match=r"^--api-key: a key of visible ASCII characters was expected$"):
        credentials(key=key)


@pytest.mark.parametrize(
    "value, credential",
    [
        (None, "none"),
        ("", "empty"),
        (PLACEHOLDER, "key"),
        (KEY, "key"),
        ("made-here", "created"),
        (marker("made-here"), "created"),
        ("anything", "unknown"),
    ],
)
def test_what_a_child_sends_is_understood(value: str | None, credential: str) -> None:
    made = credentials()
    made.created.append("made-here")
    assert made.name_of(value) == credential


def test_no_key_is_in_the_representation() -> None:
    made = credentials()
    made.created.append("made-here")
    assert not [key for key in made.own() if key in repr(made)]
