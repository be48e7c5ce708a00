"""Rules and scenario files: what they come to, and how every mistake is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from documents import compiled
from mockserver.errors import ScenarioInvalid
from mockserver.scenarios.models import DatasetChoice, Delay, PlannedAnswer
from mockserver.scenarios.parsing import known_parameters, read_rule, read_scenario, scenario_files
from oas import package_data
from oas.contract import load

OPERATIONS = load().by_id
ANSWERS = {"responses": {"200": {"description": "x"}}}


def test_a_rule_is_read_with_all_it_says() -> None:
    document = {
        "operation": "getCampaignInfo",
        "parameters": {"campaign_status": "active"},
        "times": 2,
        "priority": 1,
        "rate": 0.5,
        "answers": [
            {},
            {"status": 429, "example": "day"},
            {"fault": "EMPTY_RESPONSE", "dribble": {"chunks": 3, "ms": 1500}},
            {"dynamic": True, "seed": 7},
            {"status": 307, "location": "http://127.0.0.1:1/"},
        ],
    }
    rule = read_rule(document, "7", OPERATIONS)
    assert (rule.id, rule.operation, rule.parameters) == ("7", "getCampaignInfo", {"campaign_status": "active"})
    assert (rule.times, rule.priority, rule.rate) == (2, 1, 0.5)
    assert rule.answers == (
        PlannedAnswer(),
        PlannedAnswer(status=429, example="day"),
        PlannedAnswer(fault="EMPTY_RESPONSE", dribble_chunks=3, dribble_s=1.5),
        PlannedAnswer(is_dynamic=True, seed=7),
        PlannedAnswer(status=307, location="http://127.0.0.1:1/"),
    )
    assert rule.document is document


@pytest.mark.parametrize(
    "written, delay",
    [
        (250, Delay("fixed", 250)),
        ({"uniform": {"from_ms": 1, "to_ms": 9}}, Delay("uniform", 1, 9)),
        ({"lognormal": {"median_ms": 800, "sigma": 0.4}}, Delay("lognormal", 800, 0.4)),
    ],
)
def test_a_delay_is_a_number_or_a_distribution(written: Any, delay: Delay) -> None:
    assert read_rule({"answers": [{"delay": written}]}, "1", OPERATIONS).answers[0].delay == delay


def test_a_null_body_is_a_body() -> None:
    with_body, without = read_rule({"answers": [{"body": None}, {}]}, "1", OPERATIONS).answers
    assert (with_body.has_body, without.has_body) == (True, False)


@pytest.mark.parametrize(
    "rule, pointer, word",
    [
        ({}, "", "answers"),
        ({"answers": []}, "/answers", "[]"),
        ({"answers": [{"status": 99}]}, "/answers/0/status", "99"),
        ({"answers": [{"colour": 1}]}, "/answers/0", "colour"),
        ({"answers": [{"fault": "EXPLODE"}]}, "/answers/0/fault", "EXPLODE"),
        ({"answers": [{"delay": 60001}]}, "/answers/0/delay", "60001"),
        ({"answers": [{}], "operation": "listPets"}, "/operation", "getCampaignInfo"),
        ({"answers": [{}], "parameters": {"colour": 1}}, "/parameters/colour", "colour"),
        (
            {"answers": [{}], "operation": "getUserCampaignFilters", "parameters": {"limit": 1}},
            "/parameters/limit",
            "limit",
        ),
        ({"answers": [{"status": 302}]}, "/answers/0", "location"),
        ({"answers": [{}, {"location": "http://127.0.0.1:1/"}]}, "/answers/1", "3xx"),
        ({"answers": [{"body": 1, "example": "day"}]}, "/answers/0", "one of"),
        ({"answers": [{"body": 1, "dynamic": True}]}, "/answers/0", "one of"),
        ({"answers": [{}], "times": 0}, "/times", "0"),
        ({"answers": [{}], "priority": 0}, "/priority", "0"),
        ({"answers": [{}], "rate": 1.5}, "/rate", "1.5"),
        ({"answers": [{"status": 600}]}, "/answers/0/status", "600"),
        ({"answers": [{"status": 199}]}, "/answers/0/status", "199"),
        ({"answers": [{"delay": -1}]}, "/answers/0/delay", "-1"),
        ({"answers": [{"delay": {"lognormal": {"median_ms": 1, "sigma": 6}}}]}, "/answers/0/delay", "6"),
        ({"answers": [{"dribble": {"chunks": 2}}]}, "/answers/0/dribble", "ms"),
        ({"answers": [{"dynamic": "yes"}]}, "/answers/0/dynamic", "yes"),
        ({"answers": [{"status": 307, "location": "javascript:x"}]}, "/answers/0/location", "javascript"),
        ({"answers": [{"status": 300}]}, "/answers/0", "3xx"),
        ({"answers": [{"status": 400, "location": "http://127.0.0.1:1/"}]}, "/answers/0", "3xx"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_told_with_its_pointer(rule: dict[str, Any], pointer: str, word: str) -> None:
    with pytest.raises(ScenarioInvalid) as found:
        read_rule(rule, "1", OPERATIONS)
    assert found.value.pointer == pointer
    assert word in str(found.value)


@pytest.mark.parametrize(
    "operation, name",
    [("getCampaignInfo", "limit"), ("postCampaignInfo", "campaign_status"), ("createApiKey", "organisation_id")],
)
def test_parameters_are_those_of_query_path_and_body(operation: str, name: str) -> None:
    assert name in known_parameters(OPERATIONS[operation])


def test_a_parameter_of_the_path_is_known() -> None:
    node = {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}], **ANSWERS}
    tree = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/things/{id}": {"get": node}}}
    (operation,) = compiled(tree).operations
    assert known_parameters(operation) == {"id"}


def test_a_rule_for_all_operations_may_name_what_some_of_them_have() -> None:
    assert read_rule({"answers": [{}], "parameters": {"limit": 1}}, "1", OPERATIONS).parameters == {"limit": 1}


def test_a_long_message_is_cut() -> None:
    with pytest.raises(ScenarioInvalid) as found:
        read_rule({"answers": [{"fault": "x" * 5000}]}, "1", OPERATIONS)
    assert len(found.value.message) == 300


def test_a_generated_world_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("description: d\ndataset: {routines: 50, seed: 7}\n")
    assert read_scenario(path, OPERATIONS).world == DatasetChoice(routines=50, seed=7)


def test_a_file_gives_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "busy.yaml"
    path.write_text(
        "description: Two kinds of trouble.\n"
        "dataset: {file: empty.yaml, days_ago: 3}\n"
        "limits: {minute: 5}\n"
        "rules:\n"
        "  - {priority: 9, answers: [{status: 500}]}\n"
        "  - {answers: [{delay: 100}]}\n"
    )
    scenario = read_scenario(path, OPERATIONS)
    assert (scenario.name, scenario.description, scenario.limits) == ("busy", "Two kinds of trouble.", {"minute": 5})
    assert scenario.world == DatasetChoice(package_data.datasets() / "empty.yaml", days_ago=3)
    assert [rule.id for rule in scenario.rules] == ["busy/2", "busy/1"]


def test_a_dataset_of_the_users_stands_before_a_packaged_one(tmp_path: Path) -> None:
    own = tmp_path / "datasets" / "empty.yaml"
    own.parent.mkdir()
    own.write_text("organisation: {}\n")
    path = tmp_path / "mine.yaml"
    path.write_text("description: d\ndataset: {file: empty.yaml}\n")
    scenario = read_scenario(path, OPERATIONS)
    assert scenario.world is not None
    assert scenario.world.file == own


@pytest.mark.parametrize(
    "text, line, word",
    [
        ("description: d\nrules:\n  - answers:\n      - {status: 99}\n", 4, "99"),
        ("description: d\nrules:\n  - answers: [{}]\n    operation: nothing\n", 4, "nothing"),
        ("description: d\nlimits: {minute: 0}\n", 2, "0"),
        ("description: d\ndataset: {file: nowhere.yaml}\n", 2, "nowhere.yaml"),
        ("description: d\ndataset:\n  file: ../../etc/passwd.yaml\n", 3, "passwd"),
        ("description: d\ndescription: e\n", 2, "second time"),
        ("description: [\n", 2, "YAML"),
        ("rules: []\n", 1, "description"),
        ("description: d\ndataset: {}\n", 2, "{}"),
        ("description: d\ndataset: {file: empty.yaml, routines: 5}\n", 2, "routines"),
    ],
)
def test_a_bad_file_is_told_with_line_and_reason(tmp_path: Path, text: str, line: int, word: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioInvalid) as found:
        read_scenario(path, OPERATIONS)
    assert f"{path}:{line}" in str(found.value)
    assert word in str(found.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: &a [*a]", b""])
def test_a_file_that_is_none_is_told_without_a_traceback(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioInvalid, match=r"bad\.yaml"):
        read_scenario(path, OPERATIONS)


def test_no_scenario_reads_a_file_outside_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    (folder / "datasets").mkdir(parents=True)
    (folder / "outside.yaml").write_text("organisation: {}\n")
    path = folder / "bad.yaml"
    path.write_text("description: d\ndataset: {file: ../outside.yaml}\n")
    with pytest.raises(ScenarioInvalid, match="does not match"):
        read_scenario(path, OPERATIONS)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioInvalid, match="no folder"):
        scenario_files(tmp_path / "nowhere")


@pytest.mark.parametrize("path", scenario_files(package_data.scenarios()), ids=lambda path: path.stem)
def test_every_packaged_scenario_can_be_played(path: Path) -> None:
    scenario = read_scenario(path, OPERATIONS)
    assert scenario.description.endswith(".")
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 25
