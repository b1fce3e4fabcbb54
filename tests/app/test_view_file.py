"""Saved views between the state and the world's file."""

from pathlib import Path

from explorer.app.view_file import ViewFile
from explorer.store.views import NAME, read_views
from explorer.world import intents as say
from explorer.world.state import AppState
from explorer.world.update import update
from tests.world.scenes import state


def session(world: Path, *intents: say.Intent) -> AppState:
    """A session in which something is said in the third frame, to its end."""
    file, now = ViewFile(world), state()
    for said in ((), (), intents, (), ()):
        now = update(now, [*said, *file.follow(now)], 1 / 60)
    file.close()
    return update(now, file.follow(now), 0.0)


def test_views_are_there_in_the_next_session(tmp_path: Path) -> None:
    session(tmp_path, say.SaveView("one"), say.SaveView("two"))
    assert [view.name for view in read_views(tmp_path)] == ["one", "two"]
    assert [view.name for view in session(tmp_path, say.RemoveView(0)).touring.views] == ["two"]
    assert [view.name for view in read_views(tmp_path)] == ["two"]


def test_nothing_is_written_where_nothing_was_saved(tmp_path: Path) -> None:
    session(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_told_of_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("milk, bread")
    now = session(tmp_path, say.SaveView("one"))
    assert "damaged" in now.notice
    assert [view.name for view in now.touring.views] == ["one"]
    assert (tmp_path / NAME).read_text() == "milk, bread"


def test_a_world_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    now = session(tmp_path / "gone", say.SaveView("one"))
    assert "cannot be written" in now.notice
    assert [view.name for view in now.touring.views] == ["one"]
