"""Settings come from the environment and from secret files; everything wrong is told at once, secrets never."""

from pathlib import Path

import pytest

from triage import settings
from triage.errors import SettingsError


def test_without_anything_the_defaults_make_one_process() -> None:
    loaded = settings.load({}, dotenv=None)
    assert (loaded.mode, loaded.embedded, loaded.sqlite, loaded.host) == ("local", True, True, "127.0.0.1")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    environ = {
        "TRIAGE_PORT": "eighty",
        "TRIAGE_MODE": "magic",
        "TRIAGE_LEASE": "20",
        "TRIAGE_HOST": "0.0.0.0",
        "TRIAGE_BROKER_URL": "amqp://x",
        "TRIAGE_BROKER_TIMEOUTS": "3",
    }
    with pytest.raises(SettingsError) as caught:
        settings.load(environ, dotenv=None)
    told = str(caught.value)
    for words in (
        "6 settings",
        "TRIAGE_PORT input should be a valid integer",
        "TRIAGE_MODE",
        "TRIAGE_LEASE is not above TRIAGE_TASK_TIME_LIMIT",
        "TRIAGE_HOST is 0.0.0.0",
        "TRIAGE_BROKER_URL",
        "Did you mean TRIAGE_BROKER_TIMEOUT?",
    ):
        assert words in told


def test_work_must_not_be_handed_out_while_it_runs() -> None:
    with pytest.raises(SettingsError, match="TRIAGE_TASK_TIME_LIMIT is not below TRIAGE_VISIBILITY_TIMEOUT"):
        settings.load({"TRIAGE_VISIBILITY_TIMEOUT": "300"}, dotenv=None)


def test_a_wrong_value_does_not_hide_what_else_is_wrong_nor_accuse_others() -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load({"TRIAGE_TASK_TIME_LIMIT": "x", "TRIAGE_PORT": "-1"}, dotenv=None)
    assert "TRIAGE_PORT" in str(caught.value)
    assert "TRIAGE_LEASE" not in str(caught.value)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://u:geheim@db/triage\n", encoding="utf-8")
    loaded = settings.load({"TRIAGE_DATABASE_URL_FILE": str(secret)}, dotenv=None)
    assert loaded.database_url.get_secret_value() == "postgresql://u:geheim@db/triage"
    assert "geheim" not in repr(loaded)
    assert "geheim" not in loaded.model_dump_json()
    with pytest.raises(SettingsError, match="so is TRIAGE_DATABASE_URL_FILE"):
        settings.load({"TRIAGE_DATABASE_URL_FILE": str(secret), "TRIAGE_DATABASE_URL": "sqlite://"}, dotenv=None)
    with pytest.raises(SettingsError, match="can't be read"):
        settings.load({"TRIAGE_DATABASE_URL_FILE": str(tmp_path / "none")}, dotenv=None)


def test_a_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load({"TRIAGE_DATABASE_URL": "mysql://u:geheim@db/x"}, dotenv=None)
    assert "geheim" not in str(caught.value)
    assert "sqlite://" in str(caught.value)


def test_the_environment_goes_before_the_file_beside_us_and_arguments_before_both(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("TRIAGE_PORT=1111\nTRIAGE_PAGE_SIZE=7\nOTHER=x\n", encoding="utf-8")
    loaded = settings.load({"TRIAGE_PORT": "2222"}, dotenv=dotenv)
    assert (loaded.port, loaded.page_size) == (2222, 7)
    assert settings.load({"TRIAGE_PORT": "2222"}, dotenv=dotenv, port=3333).port == 3333
    assert settings.load({"TRIAGE_PORT": "2222"}, dotenv=dotenv, port=None).port == 2222


def test_what_an_orchestrator_adds_does_no_harm() -> None:
    settings.load(
        {"TRIAGE_API_SERVICE_HOST": "10.0.0.1", "TRIAGE_API_PORT_8321_TCP": "tcp://x", "PATH": "/"}, dotenv=None
    )


def test_every_setting_says_what_it_is() -> None:
    for item in settings.described():
        assert len(item.help) > 15, item.variable
        assert item.help.endswith("."), item.variable
    assert settings.table().count("\n") == len(settings.described()) + 1


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.1.2.3", False), ("db", False)],
)
def test_which_addresses_stay_on_this_machine(host: str, loopback: bool) -> None:
    assert settings.is_loopback(host) is loopback
