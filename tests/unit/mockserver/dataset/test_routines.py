"""The table of routines: everything that was put in, newest first, ties by id."""

from __future__ import annotations

import random
from typing import Any

import pytest

from mockserver.dataset.routines import STATUSES, STEPS, TYPES, USER_STATUSES, Metadata, Routine, RoutineTable, Step
from property.world import spec


def routine(routine_id: str, created_at: int = 0, **more: Any) -> Routine:
    """Make a routine of which only the id and the moment matter."""
    plain = Routine(
        id=routine_id,
        name=f"name of {routine_id}",
        user=0,
        type="smart_campaign",
        status="active",
        created_at=created_at,
        initial_activate_time=created_at + 1,
        last_activate_time=created_at + 2,
        max_campaign_days=7,
        source="manual",
        metadata=Metadata("Technology", ("CTO",), "goals"),
        steps=STEPS["smart_campaign"],
        first_day=-3,
        figures=b"0123456789",
    )
    return plain._replace(**more)


def test_a_routine_comes_back_as_it_was() -> None:
    draft = routine("a", 5, status="draft", initial_activate_time=None, last_activate_time=None, figures=b"")
    assert list(RoutineTable([draft])) == [draft]
    assert RoutineTable([draft])[0].metadata.target_positions == ("CTO",)


def test_the_newest_comes_first_and_ties_go_by_id() -> None:
    table = RoutineTable([routine("b", 1), routine("c", 2), routine("a", 1), routine("B", 1)])
    assert [one.id for one in table] == ["c", "B", "a", "b"]


def test_each_row_keeps_its_own_fields_when_rows_are_sorted() -> None:
    given = [routine(f"{n:03}", n % 7, user=n, figures=bytes(n % 4 * 10), first_day=n) for n in range(50)]
    random.Random(1).shuffle(given)
    table = RoutineTable(given)
    assert sorted(table) == sorted(given)


def test_an_id_leads_to_its_row() -> None:
    table = RoutineTable(routine(name, place) for place, name in enumerate("abc"))
    assert [table[table.rows[name]].id for name in "abc"] == ["a", "b", "c"]


def test_a_column_has_the_rows_in_their_order() -> None:
    table = RoutineTable([routine("a", 1, user=4), routine("b", 2, user=9)])
    assert list(table.column("user")) == [9, 4]


@pytest.mark.parametrize("count", [0, 1, 4096, 4097])
def test_any_number_of_routines_is_taken(count: int) -> None:
    table = RoutineTable(routine(str(n)) for n in range(count))
    assert len(table) == len(table.rows) == count


def test_an_unknown_row_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        RoutineTable([])[0]


@pytest.mark.parametrize(
    "schema, names", [("CampaignStatus", STATUSES), ("CampaignType", TYPES), ("UserStatus", USER_STATUSES)]
)
def test_the_words_are_those_of_the_contract(schema: str, names: tuple[str, ...]) -> None:
    assert sorted(spec()["components"]["schemas"][schema]["enum"]) == sorted(names)


def test_every_type_has_steps_of_the_contract() -> None:
    words = spec()["components"]["schemas"]["CampaignStep"]["properties"]["type"]["enum"]
    assert STEPS.keys() == set(TYPES)
    assert {step.type for steps in STEPS.values() for step in steps} == set(words)
    assert all(isinstance(step, Step) for steps in STEPS.values() for step in steps)
