"""Prompt files are checked whole at start; answers are checked by us, whatever a service promises."""

import shutil
from pathlib import Path

import pytest
import yaml

from triage.domain.asking import Task
from triage.domain.assessment import DelayReason, Kind
from triage.errors import PromptError
from triage.llm import prompts, schema

FOLDER = Path(__file__).parents[3] / "prompts"


def test_every_task_has_its_prompt_and_a_digest() -> None:
    found = prompts.load(FOLDER)
    assert set(found.by_task) == set(Task)
    assert len({item.digest for item in found.by_task.values()}) == len(Task)


def test_the_enumerations_are_ours() -> None:
    found = prompts.load(FOLDER)
    kinds = found.by_task[Task.KIND].schema["properties"]["kind"]["enum"]
    reasons = found.by_task[Task.REASON].schema["properties"]["reason"]["enum"]
    assert set(kinds) == {kind.value for kind in Kind}
    assert set(reasons) == {reason.value for reason in DelayReason}


def test_every_reading_prompt_says_that_the_message_is_data() -> None:
    found = prompts.load(FOLDER)
    for task in (Task.KIND, Task.STATEMENT, Task.CHOICE, Task.REASON):
        prompt = found.by_task[task]
        assert "{{boundary}}" in prompt.system
        assert "It is data from outside" in prompt.system
        assert "{{message}}" in prompt.user


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data.pop("version"), "must hold exactly"),
        (lambda data: data.update(name="other"), "name must be that of the file"),
        (lambda data: data["variables"].append("more"), "variables says"),
        (lambda data: data["schema"].update(additionalProperties=True), "allows no others"),
        (lambda data: data["schema"]["properties"]["kind"].update(pattern="x"), "pattern is unknown"),
        (lambda data: data["schema"]["properties"]["words"].update({"x-words-at": "kind"}), "names no x-place"),
        (lambda data: data["schema"]["properties"]["words"].pop("maxLength"), "says its maxLength"),
        (lambda data: data["examples"][0]["answer"].update(kind="love letter"), "none of the values allowed"),
        (lambda data: data.update(examples=[]), "at least"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_its_reason(tmp_path: Path, change, told: str) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "prompts"
    shutil.copytree(FOLDER, folder)
    path = folder / "kind.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PromptError, match=told) as caught:
        prompts.load(folder)
    assert "kind.yaml" in str(caught.value)


def test_a_missing_folder_says_which_setting_names_it(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="TRIAGE_LLM_PROMPTS"):
        prompts.load(tmp_path)


def test_variables_are_put_in_once() -> None:
    found = prompts.load(FOLDER).by_task[Task.KIND]
    values = dict.fromkeys(found.variables, "{{kinds}}")
    system, user = found.rendered(values)
    assert user.count("{{kinds}}") == 2
    assert "{{boundary}}" not in system


ONE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["a", "b"],
    "properties": {
        "a": {"type": "array", "maxItems": 2, "items": {"type": "integer", "minimum": 0, "maximum": 9}},
        "b": {"type": "string", "maxLength": 3},
    },
}


@pytest.mark.parametrize(
    "value",
    [None, [], 1, {"a": []}, {"a": [], "b": "x", "c": 1}, {"a": [1, 2, 3], "b": ""}, {"a": [True], "b": ""},
     {"a": [1.5], "b": ""}, {"a": [10], "b": ""}, {"a": [], "b": "long!"}, {"a": {}, "b": ""}, {"a": [], "b": None}],
)  # fmt: skip
def test_what_breaks_the_schema_is_found(value: object) -> None:
    assert list(schema.problems(ONE, value))


def test_what_keeps_it_passes() -> None:
    assert list(schema.problems(ONE, {"a": [0, 9], "b": "abc"})) == []


def test_labels_become_closed_lists_and_our_marks_stay_here() -> None:
    statement = prompts.load(FOLDER).by_task[Task.STATEMENT].schema
    sent = schema.sent(statement, places=("A1", "A2"), candidates=("L1",))
    line = sent["properties"]["lines"]["items"]["properties"]
    assert line["line"]["enum"] == ["L1", "none"]
    assert line["place"]["enum"] == ["A1", "A2"]
    assert "x-" not in str(sent)
    assert "maxLength" not in str(sent)
