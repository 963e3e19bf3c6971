"""Worker and scheduler say that they do their rounds, and `triage alive` tells when they don't."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from processes import TRIAGE, running, until

from triage.tasks import heartbeat


def alive(environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run([TRIAGE, "alive"], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("command", ["worker", "scheduler"])
def test_one_that_does_its_rounds_is_alive_and_one_that_stands_still_is_not(
    command: str, environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "heartbeat"
    environment = environment | {"TRIAGE_HEARTBEAT": str(file)}
    subprocess.run([TRIAGE, "migrate"], env=environment, check=True, capture_output=True)
    assert alive(environment) == (1, f"{file}: No such file or directory\n")

    def made_old() -> None:
        before = time.time() - 2 * heartbeat.LATE
        os.utime(file, (before, before))

    with running(TRIAGE, command, env=environment, log=tmp_path / "triage.log") as process:
        until(lambda: alive(environment)[0] == 0, 60, "its first round")
        made_old()
        until(lambda: alive(environment)[0] == 0, 60, "its next round")
        process.send_signal(signal.SIGSTOP)
        made_old()
        assert alive(environment)[0] == 1
        assert "was last touched" in alive(environment)[1]
        told = subprocess.run([TRIAGE, "alive", "--json"], env=environment, capture_output=True, text=True, check=False)
        assert json.loads(told.stdout)["alive"] is False
        process.send_signal(signal.SIGCONT)
        until(lambda: alive(environment)[0] == 0, 60, "its rounds once more")


def test_without_a_file_nothing_is_said(environment: dict[str, str]) -> None:
    status, told = alive(environment)
    assert status == 2
    assert "TRIAGE_HEARTBEAT" in told


def test_a_file_that_can_not_be_written_stops_nobody(tmp_path: Path) -> None:
    heartbeat.touch(tmp_path / "none" / "heartbeat")
    assert heartbeat.fault(tmp_path / "none" / "heartbeat")
