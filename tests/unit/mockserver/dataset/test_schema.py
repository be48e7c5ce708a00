"""What a dataset file may look like, member by member."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from documents import GONE, changed
from mockserver.dataset.figures import MAX_COUNT, NAMES
from mockserver.dataset.loading import SCHEMA
from mockserver.dataset.routines import FRIEND_REQUEST, MESSAGE, STATUSES, TYPES, USER_STATUSES
from oas import package_data
from oas.bounds import Bounds
from oas.loading import parse

JUDGE = jsonschema_rs.validator_for(SCHEMA)
ROUTINE = "/routines/0"


def dataset() -> dict[str, Any]:
    """Return a small file that says everything."""
    return {
        "organisation": {"id": 1, "name": "O", "created_at": "2025-05-11T09:00:00Z", "subscription_status": "active"},
        "users": [{"id": "u1", "name": "U", "email": "u@x.example", "status": USER_STATUSES[0]}],
        "routines": [
            {
                "id": "r1",
                "name": "R",
                "user": "u1",
                "type": TYPES[0],
                "status": STATUSES[0],
                "created_at": "-3d 09:00:00",
                "activated": ["-2d 09:00:00", "-1d 09:00:00"],
                "max_campaign_days": 5,
                "source": "search",
                "metadata": {"target_industry": "", "target_positions": ["CEO"], "campaign_goals": ""},
                "steps": [[FRIEND_REQUEST, 0], [MESSAGE, 3]],
                "figures": {"from": "-3d", **{name: [0, 1] for name in NAMES}},
            }
        ],
    }


def fits(pointer: str, value: Any) -> bool:
    return JUDGE.is_valid(changed(dataset(), pointer, value))


def test_a_file_that_says_everything_fits() -> None:
    assert [error.message for error in JUDGE.iter_errors(dataset())] == []


@pytest.mark.parametrize("name", ["default", "empty", "one_of_each", "one_row", "unicode"])
def test_the_packaged_files_fit(name: str) -> None:
    path = package_data.scenarios().parent / "datasets" / f"{name}.yaml"
    tree = parse(path.read_bytes(), path.name, Bounds(), [])
    assert [error.message for error in JUDGE.iter_errors(tree)] == []


@pytest.mark.parametrize(
    "pointer", ["", "/organisation", "/users/0", ROUTINE, f"{ROUTINE}/metadata", f"{ROUTINE}/figures"]
)
def test_a_member_that_nobody_reads_is_a_mistake(pointer: str) -> None:
    assert not fits(f"{pointer}/colour", "red")


@pytest.mark.parametrize(
    "pointer",
    [
        "/organisation",
        "/users",
        "/routines",
        *(f"/organisation/{name}" for name in ("id", "name", "created_at", "subscription_status")),
        *(f"/users/0/{name}" for name in ("id", "name", "email", "status")),
        *(
            f"{ROUTINE}/{name}"
            for name in (
                "id",
                "name",
                "user",
                "type",
                "status",
                "created_at",
                "max_campaign_days",
                "source",
                "metadata",
            )
        ),
        *(f"{ROUTINE}/metadata/{name}" for name in ("target_industry", "target_positions", "campaign_goals")),
        f"{ROUTINE}/figures/from",
    ],
)
def test_what_every_answer_shows_must_be_there(pointer: str) -> None:
    assert not fits(pointer, GONE)


@pytest.mark.parametrize(
    "pointer", [f"{ROUTINE}/{name}" for name in ("activated", "figures", "steps", *(f"figures/{one}" for one in NAMES))]
)
def test_what_has_not_happened_may_be_left_out(pointer: str) -> None:
    assert fits(pointer, GONE)


MOMENTS = {
    "2025-05-11T09:00:00Z": True,
    "0d 00:00:00": True,
    "-3d 23:59:59": True,
    "14d 09:00:00": True,
    "-9999d 09:00:00": True,
    "-10000d 09:00:00": False,
    "2025-05-11": False,
    "2025-05-11T09:00:00": False,
    "2025-05-11T09:00:00+05:30": False,
    "2025-05-11T24:00:00Z": False,
    "2025-05-11T09:60:00Z": False,
    "-3d 9:00:00": False,
    "-3d": False,
    "yesterday": False,
    "": False,
    "x2025-05-11T09:00:00Z": False,
}


@pytest.mark.parametrize("place", ["/organisation/created_at", f"{ROUTINE}/created_at", f"{ROUTINE}/activated/0"])
@pytest.mark.parametrize("text", MOMENTS)
def test_a_moment_is_absolute_or_counted_from_the_first_day(place: str, text: str) -> None:
    assert fits(place, text) is MOMENTS[text]


@pytest.mark.parametrize(
    "text, is_day",
    [
        ("2025-05-11", True),
        ("0d", True),
        ("-30d", True),
        ("7d", True),
        ("-12345d", False),
        ("d", False),
        ("5", False),
        ("", False),
    ],
)
def test_a_day_is_absolute_or_counted_from_the_first_day(text: str, is_day: bool) -> None:
    assert fits(f"{ROUTINE}/figures/from", text) is is_day


TABLE: list[tuple[str, Any, bool]] = [
    ("/organisation/id", "1", False),
    ("/organisation/id", True, False),
    ("/organisation/name", "", False),
    ("/users", [], True),
    ("/users/0/email", "nobody", False),
    ("/users/0/email", "a b@x.example", False),
    ("/users/0/status", "unknown", False),
    *(("/users/0/status", status, True) for status in USER_STATUSES),
    ("/routines", [], True),
    ("/routines", None, False),
    *((f"{ROUTINE}/type", kind, True) for kind in TYPES),
    (f"{ROUTINE}/type", "other", False),
    *((f"{ROUTINE}/status", status, True) for status in STATUSES),
    (f"{ROUTINE}/status", "ACTIVE", False),
    (f"{ROUTINE}/activated", [], False),
    (f"{ROUTINE}/activated", ["-1d 09:00:00"] * 3, False),
    (f"{ROUTINE}/max_campaign_days", 0, True),
    (f"{ROUTINE}/max_campaign_days", -1, False),
    (f"{ROUTINE}/max_campaign_days", MAX_COUNT, True),
    (f"{ROUTINE}/max_campaign_days", MAX_COUNT + 1, False),
    (f"{ROUTINE}/max_campaign_days", 1.5, False),
    (f"{ROUTINE}/metadata/target_positions", [], True),
    (f"{ROUTINE}/metadata/target_positions", [1], False),
    (f"{ROUTINE}/steps", [], True),
    (f"{ROUTINE}/steps", [[MESSAGE]], False),
    (f"{ROUTINE}/steps", [[MESSAGE, 1, 2]], False),
    (f"{ROUTINE}/steps", [[MESSAGE, -1]], False),
    (f"{ROUTINE}/steps", [["shout", 1]], False),
]


@pytest.mark.parametrize("pointer, value, is_fitting", TABLE, ids=range(len(TABLE)))
def test_a_value_fits_or_not(pointer: str, value: Any, is_fitting: bool) -> None:
    assert fits(pointer, value) is is_fitting


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "counts, is_fitting",
    [([], True), ([0, MAX_COUNT], True), ([-1], False), ([MAX_COUNT + 1], False), ([0.5], False), (3, False)],
    ids=str,
)
def test_figures_are_whole_counts(name: str, counts: Any, is_fitting: bool) -> None:
    assert fits(f"{ROUTINE}/figures/{name}", counts) is is_fitting
