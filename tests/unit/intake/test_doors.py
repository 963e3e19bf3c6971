"""Whatever door, a message comes in once; what is refused stays in sight with its reason."""

from pathlib import Path

import pytest

from triage.errors import InputError
from triage.intake import files
from triage.intake.accept import Intake
from triage.store import inbox, queue
from triage.store.database import Store


@pytest.fixture
def intake(store: Store) -> Intake:
    return Intake(inbox=inbox.StoredInbox(store=store), max_size=100)


def test_every_door_gives_the_same_message(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"hello")
    first = files.take(intake, path, door="command line")
    again = intake.accept(b"hello", door="upload", name="other.eml")
    assert (first.new, again.new) == (True, False)
    assert first.message_id == again.message_id


def test_a_file_that_is_none_is_told_in_one_line(intake: Intake, tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.eml", "no such file"), (tmp_path, "is a folder")):
        with pytest.raises(InputError, match=words) as caught:
            files.take(intake, path, door="command line")
        assert str(path) in str(caught.value)
        assert caught.value.way_out
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("content", "words"), [(b"x" * 101, "101 bytes"), (b"", "empty")])
def test_what_is_too_large_or_empty_is_refused_and_stays_in_sight(
    store: Store, intake: Intake, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "odd.eml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        files.take(intake, path, door="command line")
    (refused,) = queue.refused(store)
    assert (refused.name, refused.size, refused.door) == ("odd.eml", len(content), "command line")
    assert words in refused.reason


def test_a_folder_takes_what_is_complete_and_moves_it(store: Store, intake: Intake, tmp_path: Path) -> None:
    tmp_path = tmp_path / "watched"  # the database may lie beside it
    tmp_path.mkdir()
    folder = files.Folder(intake, tmp_path)
    (tmp_path / "a.eml").write_bytes(b"one")
    (tmp_path / "b.part").write_bytes(b"half")
    (tmp_path / ".hidden").write_bytes(b"half")
    (tmp_path / "c.eml").write_bytes(b"x" * 101)
    assert folder.look() == ()  # perhaps still being written
    (tmp_path / "a.eml").write_bytes(b"one and more")
    (accepted,) = [*folder.look(), *folder.look()]
    assert inbox.raw_of(store, accepted.message_id) == b"one and more"
    assert sorted(item.name for item in tmp_path.iterdir()) == [".hidden", "b.part", "refused", "taken"]
    assert (tmp_path / "taken" / "a.eml").read_bytes() == b"one and more"
    assert "101 bytes" in (tmp_path / "refused" / "c.eml.reason.txt").read_text(encoding="utf-8")
    assert (tmp_path / "refused" / "c.eml").exists()
    assert folder.look() == ()


def test_a_name_that_is_taken_already_gets_a_number(intake: Intake, tmp_path: Path) -> None:
    tmp_path = tmp_path / "watched"  # the database may lie beside it
    tmp_path.mkdir()
    folder = files.Folder(intake, tmp_path)
    for content in (b"one", b"two", b"three"):
        (tmp_path / "a.eml").write_bytes(content)
        folder.look()
        assert len(folder.look()) == 1
    kept = {item.read_bytes() for item in (tmp_path / "taken").iterdir()}
    assert kept == {b"one", b"two", b"three"}


def test_a_folder_that_is_none_is_told(intake: Intake, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="TRIAGE_WATCH_FOLDER"):
        files.Folder(intake, tmp_path / "none").look()
