"""Generated organisations: reproducible everywhere, of any size, on the pattern of the packaged one."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date
from itertools import islice

import pytest

from mockserver.dataset import generator
from mockserver.dataset.dataset import Dataset, generate
from mockserver.dataset.figures import day_of, unpack_days
from mockserver.dataset.routines import FRIEND_REQUEST, MESSAGE, STATUSES, TYPES
from mockserver.errors import DatasetInvalid
from property.world import FIRST_DAY

#: Of `digest(50, 7, 2025-11-24)`; another number means that every seed gives another organisation than before.
GOLDEN = "7db14eda58c4435b"


def digest(dataset: Dataset) -> str:
    """Hash everything that an organisation can answer with."""
    rows = b"".join(map(dataset.row_json, range(len(dataset))))
    return hashlib.sha256(rows + repr(dataset.users).encode()).hexdigest()[:16]


def test_the_same_seed_and_day_give_the_same_bytes() -> None:
    assert digest(generate(50, 7, FIRST_DAY)) == digest(generate(50, 7, FIRST_DAY))


def test_the_bytes_are_those_of_every_platform_and_version() -> None:
    assert digest(generate(50, 7, FIRST_DAY)) == GOLDEN


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_makes_the_same_bytes(hash_seed: str) -> None:
    program = (
        "import datetime, mockserver.dataset.dataset as d\n"
        f"made = d.generate(50, 7, datetime.date({FIRST_DAY:%Y, %-m, %-d}))\n"
        "import sys, hashlib\n"
        "rows = b''.join(map(made.row_json, range(len(made))))\n"
        "print(hashlib.sha256(rows + repr(made.users).encode()).hexdigest()[:16])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == GOLDEN


@pytest.mark.parametrize("other", [(50, 8, FIRST_DAY), (50, -7, FIRST_DAY), (50, 7, date(2025, 11, 25))])
def test_another_seed_or_day_gives_other_bytes(other: tuple[int, int, date]) -> None:
    assert digest(generate(*other)) != GOLDEN


def test_only_the_stamps_follow_the_first_day() -> None:
    ids = [set(generate(30, 1, day).entities["routine"]) for day in (FIRST_DAY, date(2030, 1, 1))]  # type: ignore[call-overload]
    assert ids[0] == ids[1]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 35, 1000])
def test_any_size_is_exact(size: int) -> None:
    assert len(generate(size, 3, FIRST_DAY)) == size


@pytest.mark.parametrize("size, users", [(0, 4), (1, 4), (36, 6), (10_000, 100), (5_000_000, 2236)])
def test_users_grow_with_the_square_root(size: int, users: int) -> None:
    assert generator.user_count(size) == users


@pytest.mark.parametrize("size", [-1, 5_000_001])
def test_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(DatasetInvalid, match="0 to 5,000,000 can be generated"):
        generate(size, 0, FIRST_DAY)


def test_five_million_routines_begin_at_once() -> None:
    first = islice(generator.routines(5_000_000, 2236, FIRST_DAY, generator.source_of(0)), 3)
    assert len(list(first)) == 3


def test_the_ids_of_the_samples_exist() -> None:
    entities = generate(2, 0, FIRST_DAY).entities
    ids = ("encrypted_id_string", "encrypted_id_string_1", "encrypted_id_string_2", "encrypted_user_id")
    assert all(sample in entities["user"] for sample in ids)
    assert all(sample in entities["routine"] for sample in ids[:2])


def test_users_have_ids_and_addresses_of_their_own() -> None:
    users = generate(10_000, 0, FIRST_DAY).users[3:]
    assert len({user.id for user in users}) == len({user.email for user in users}) == len(users)
    assert all(user.email.isascii() for user in users)
    assert {user.status for user in users} == {"active", "inactive"}


def test_every_type_has_every_status() -> None:
    made = generate(1000, 0, FIRST_DAY)
    found = {(routine.type, routine.status) for routine in map(made.routine, range(1000))}
    assert found == {(type_, status) for type_ in TYPES for status in STATUSES}


def test_routines_lie_in_the_last_ninety_days() -> None:
    made, today = generate(1000, 0, FIRST_DAY), day_of(FIRST_DAY.isoformat())
    ages = {today - made.routine(row).created_at // 86_400 for row in range(1000)}
    assert (min(ages), max(ages)) == (2, 90)


def test_the_last_day_of_all_is_the_first_day_of_the_clock() -> None:
    made, today = generate(1000, 0, FIRST_DAY), day_of(FIRST_DAY.isoformat())
    assert made.timeline(range(len(made.users))).daily()[-1][0] == today


def test_stamps_coincide_now_and_then() -> None:
    made = generate(1000, 0, FIRST_DAY)
    assert len({made.routine(row).created_at for row in range(1000)}) < 1000


@pytest.mark.parametrize("row", range(0, 200, 7))
def test_figures_need_a_step_that_makes_them(row: int) -> None:
    routine = generate(200, 0, FIRST_DAY).routine(row)
    types = {step.type for step in routine.steps}
    for _, day in unpack_days(routine.first_day, routine.figures):
        assert FRIEND_REQUEST in types or not day.requests
        assert MESSAGE in types or not day.sent
