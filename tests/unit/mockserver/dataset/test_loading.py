"""Dataset files: what they may say, and that everything else is refused with its pointer."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver.dataset.dataset import load
from mockserver.dataset.figures import pack_days
from mockserver.dataset.loading import findings, read
from mockserver.dataset.routines import STEPS, Metadata, Organisation, Routine, Step, User
from mockserver.errors import DatasetInvalid
from oas import package_data

FIRST_DAY = date(1970, 3, 1)
VALID: dict[str, Any] = {
    "organisation": {
        "id": 7,
        "name": "Org",
        "created_at": "1970-01-02T00:00:01Z",
        "subscription_status": "active",
    },
    "users": [
        {"id": "u", "name": "U", "email": "u@example.com", "status": "active"},
        {"id": "v", "name": "V", "email": "v@example.com", "status": "inactive"},
    ],
    "routines": [
        {
            "id": "r",
            "name": "R",
            "user": "v",
            "type": "smart_campaign",
            "status": "active",
            "created_at": "1970-01-03T00:00:00Z",
            "activated": ["1970-01-03T00:00:05Z", "1970-01-04T00:00:00Z"],
            "max_campaign_days": 3,
            "source": "manual",
            "metadata": {"target_industry": "T", "target_positions": ["CTO"], "campaign_goals": "G"},
            "figures": {
                "from": "1970-01-03",
                "members": [5, 0, 4],
                "requests": [4, 0, 3],
                "accepts": [4, 0, 2],
                "sent": [3, 0, 1],
                "replied": [1, 0, 1],
            },
        },
        {
            "id": "d",
            "name": "D",
            "user": "u",
            "type": "friend_campaign",
            "status": "draft",
            "created_at": "-2d 09:30:00",
            "max_campaign_days": 0,
            "source": "api",
            "metadata": {"target_industry": "", "target_positions": [], "campaign_goals": ""},
        },
    ],
}

Write = Callable[[Any], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a document, or a text as it is, as a dataset file."""

    def write(document: Any) -> Path:
        path = tmp_path / "dataset.yaml"
        text = document if isinstance(document, str) else yaml.safe_dump(document, allow_unicode=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def changed(pointer: str, value: Any) -> dict[str, Any]:
    """Return the valid document with one value put in, or taken out where it is None."""
    document = deepcopy(VALID)
    *parents, leaf = [int(token) if token.isdigit() else token for token in pointer.split("/")[1:]]
    node: Any = document
    for token in parents:
        node = node[token]
    if value is None:
        del node[leaf]
    else:
        node[leaf] = value
    return document


def test_a_file_becomes_records(write: Write) -> None:
    organisation, users, (routine, draft) = read(write(VALID), FIRST_DAY)
    assert organisation == Organisation(7, "Org", 86_401, "active")
    assert users[1] == User("v", "V", "v@example.com", "inactive")
    assert routine == Routine(
        id="r",
        name="R",
        user=1,
        type="smart_campaign",
        status="active",
        created_at=2 * 86_400,
        initial_activate_time=2 * 86_400 + 5,
        last_activate_time=3 * 86_400,
        max_campaign_days=3,
        source="manual",
        metadata=Metadata("T", ("CTO",), "G"),
        steps=STEPS["smart_campaign"],
        first_day=2,
        figures=pack_days([(5, 4, 4, 3, 1), (0, 0, 0, 0, 0), (4, 3, 2, 1, 1)]),
    )
    assert (draft.initial_activate_time, draft.last_activate_time, draft.figures) == (None, None, b"")


def test_a_moment_counts_back_from_the_first_day(write: Write) -> None:
    draft = read(write(VALID), FIRST_DAY)[2][1]
    assert draft.created_at == (59 - 2) * 86_400 + 9 * 3600 + 30 * 60


def test_moments_and_days_need_no_quotes(write: Write) -> None:
    text = re.sub(r"'([-\d][^']+)'", r"\1", yaml.safe_dump(VALID))
    assert "created_at: 1970-01-03T00:00:00Z" in text
    assert read(write(text), FIRST_DAY) == read(write(VALID), FIRST_DAY)


def test_one_activation_is_first_and_last(write: Write) -> None:
    routine = read(write(changed("/routines/0/activated", ["1970-01-03T00:00:05Z"])), FIRST_DAY)[2][0]
    assert routine.initial_activate_time == routine.last_activate_time == 2 * 86_400 + 5


def test_a_column_that_is_left_out_is_all_zero(write: Write) -> None:
    routine = read(write(changed("/routines/0/figures/replied", None)), FIRST_DAY)[2][0]
    assert routine.figures == pack_days([(5, 4, 4, 3, 0), (0, 0, 0, 0, 0), (4, 3, 2, 1, 0)])


def test_steps_can_be_given(write: Write) -> None:
    given = [["message", 2], ["friend_request", 0]]
    assert read(write(changed("/routines/0/steps", given)), FIRST_DAY)[2][0].steps == (
        Step("message", 2),
        Step("friend_request", 0),
    )


def test_whole_numbers_with_a_point_are_whole_numbers(write: Write) -> None:
    routine = read(write(changed("/routines/0/max_campaign_days", 3.0)), FIRST_DAY)[2][0]
    assert repr(routine.max_campaign_days) == "3"


def test_a_file_may_have_no_users_and_no_routines(write: Write) -> None:
    assert len(load(write({**VALID, "users": [], "routines": []}), FIRST_DAY)) == 0


@pytest.mark.parametrize(
    "pointer, value, at, says",
    [
        ("/users", None, "", "users"),
        ("/unknown", 1, "", "unknown"),
        ("/organisation/id", "7", "/organisation/id", "integer"),
        ("/organisation/created_at", "2025-02-30T00:00:00Z", "/organisation/created_at", "a day of the calendar"),
        ("/users/0/email", "nobody", "/users/0/email", "nobody"),
        ("/users/0/status", "gone", "/users/0/status", "gone"),
        ("/users/1/id", "u", "/users/1/id", "two users have the id 'u'"),
        ("/routines/1/id", "r", "/routines/1/id", "two routines have the id 'r'"),
        ("/routines/1/id", "", "/routines/1/id", "shorter than 1"),
        ("/routines/0/user", "w", "/routines/0/user", "'w' is not a user of this file"),
        ("/routines/0/type", "big", "/routines/0/type", "big"),
        ("/routines/0/status", "gone", "/routines/0/status", "gone"),
        ("/routines/0/status", "draft", "/routines/0/status", "a draft was never activated"),
        ("/routines/1/status", "active", "/routines/1/status", "every other routine needs `activated`"),
        ("/routines/0/created_at", "yesterday", "/routines/0/created_at", "yesterday"),
        ("/routines/0/created_at", "1970-01-03T24:00:00Z", "/routines/0/created_at", "24:00:00"),
        ("/routines/0/created_at", "1970-01-03T00:00:06Z", "/routines/0/activated", "in this order"),
        ("/routines/0/activated/1", "1970-01-03T00:00:04Z", "/routines/0/activated", "in this order"),
        ("/routines/0/activated", [], "/routines/0/activated", "[]"),
        ("/routines/0/max_campaign_days", 1, "/routines/0/max_campaign_days", "figures for 2 days"),
        ("/routines/0/max_campaign_days", 70_000, "/routines/0/max_campaign_days", "65535"),
        ("/routines/0/steps", [["call", 0]], "/routines/0/steps/0/0", "call"),
        ("/routines/0/steps", [["friend_request", 0]] * 2, "/routines/0/steps", "one step at most"),
        ("/routines/0/steps", [["message", 0]], "/routines/0/figures/requests/0", "friend_request"),
        ("/routines/0/steps", [["friend_request", 0]], "/routines/0/figures/sent/0", "message"),
        ("/routines/0/figures/from", "1970-01-02", "/routines/0/figures/from", "first activation or later"),
        ("/routines/0/figures/from", "9999-12-30", "/routines/0/figures", "out of the calendar"),
        ("/routines/0/figures/accepts/2", 4, "/routines/0/figures/accepts/2", "4 accepts of 3 requests"),
        ("/routines/0/figures/replied/1", 1, "/routines/0/figures/replied/1", "1 replies to 0 messages"),
        ("/routines/0/figures/sent", [1], "/routines/0/figures/sent", "3 days were expected"),
        ("/routines/0/figures/sent/0", -1, "/routines/0/figures/sent/0", "minimum of 0"),
        ("/routines/0/figures/members/0", 65_536, "/routines/0/figures/members/0", "65535"),
        ("/routines/0/figures/likes", [1], "/routines/0/figures", "likes"),
        ("/routines/1/figures", {"from": "-1d"}, "/routines/1/figures", "a draft has no figures"),
        ("/routines/0/metadata/target_positions", "CTO", "/routines/0/metadata/target_positions", "array"),
    ],
)
def test_what_contradicts_itself_is_refused_where_it_stands(
    write: Write, pointer: str, value: Any, at: str, says: str
) -> None:
    path = write(changed(pointer, value))
    with pytest.raises(DatasetInvalid) as refused:
        load(path, FIRST_DAY)
    assert (refused.value.source, refused.value.pointer) == (str(path), at)
    assert says in refused.value.message


@pytest.mark.parametrize("text", ["", "[]", "organisation: [", "a: 1\na: 2\n", "&a [*a]", "{? [] : 1}", "\u0000"])
def test_what_is_no_dataset_at_all_is_refused(write: Write, text: str) -> None:
    with pytest.raises(DatasetInvalid):
        load(write(text), FIRST_DAY)


def test_a_key_that_is_given_twice_is_refused(write: Write) -> None:
    text = yaml.safe_dump(VALID) + "users: []\n"
    with pytest.raises(DatasetInvalid, match="second time"):
        load(write(text), FIRST_DAY)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetInvalid, match="missing"):
        load(tmp_path / "missing.yaml", FIRST_DAY)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dataset.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetInvalid, match="a dataset file"):
        load(path, FIRST_DAY)


@pytest.mark.parametrize("first_day, days", [(date(1971, 1, 1), "9999d"), (date(9990, 1, 1), "9999d")])
def test_a_day_that_leaves_the_calendar_is_refused(write: Write, first_day: date, days: str) -> None:
    path = write(changed("/routines/1/created_at", f"{days} 00:00:00"))
    found = [finding.pointer for finding in findings(path, first_day)]
    assert ("/routines/1/created_at" in found) == (first_day.year > 9000)


def test_each_record_has_a_finding_of_its_own(write: Write) -> None:
    document = changed("/routines/0/user", "w")
    document["users"][1]["id"] = "u"
    document["organisation"]["created_at"] = "1970-02-30T00:00:00Z"
    found = [finding.pointer for finding in findings(write(document), FIRST_DAY)]
    assert found == ["/organisation/created_at", "/users/1/id", "/routines/0/user"]


def test_the_packaged_file_has_no_findings() -> None:
    assert findings(package_data.default_dataset(), date(2025, 11, 24)) == []
