"""Selections from scripts, from the command line, and what the session does about them beside the frames."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import explorer
from explorer.app.cli import app
from explorer.app.errands import Errands
from explorer.app.selections import images_of
from explorer.errors import QueryError, SelectionError
from explorer.store.read import open_world
from explorer.store.selections import list_selections
from explorer.types import Viewport
from explorer.world import intents as say
from explorer.world.layout import make_scene
from explorer.world.nearby import grown, shrunk
from explorer.world.state import AppState
from explorer.world.update import initial_state, update
from tests.worlds import make_world

N = 80


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_world(tmp_path / "a.world", images=N)


def test_kept_selections_are_a_dictionary(path: Path) -> None:
    kept = explorer.selections(path)
    kept["odd"] = np.arange(N) % 2 == 1
    kept["few"] = [7, 3, 3]
    assert (len(kept), sorted(kept), "few" in kept, "gone" in kept) == (2, ["few", "odd"], True, False)
    assert kept["few"].tolist() == [3, 7]
    assert kept["odd"].tolist() == list(range(1, N, 2))
    kept.rename("few", "some")
    assert kept.pop("some").tolist() == [3, 7]
    assert dict(kept).keys() == {"odd"}
    with pytest.raises(KeyError):
        kept["some"]
    with pytest.raises(KeyError):
        del kept["some"]
    assert "odd" in explorer.selections(str(path))


def test_queries_and_tables_from_a_script(path: Path, tmp_path: Path) -> None:
    kept = explorer.selections(path)
    kept["crosses"] = kept.where('label == "cross"')
    assert kept["crosses"].tolist() == list(range(2, N, 4))
    kept.export("crosses", tmp_path / "x.csv")
    assert kept.read(tmp_path / "x.csv").tolist() == kept["crosses"].tolist()
    kept.export("index < 3", str(tmp_path / "y.csv"))
    assert kept.read(tmp_path / "y.csv").tolist() == [0, 1, 2]
    with pytest.raises(QueryError, match="nothing is called crossses"):
        kept.export("crossses", tmp_path / "z.csv")


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (np.ones(N - 1, bool), rf"shape \({N},\), found \({N - 1},\)"),
        ([0, N], f"no image {N}; the images of this world are 0 to {N - 1}"),
        ([-1], "no image -1"),
        ([0.5], "image numbers, found float64"),
        ([[1, 2]], r"shape \(1, 2\)"),
    ],
)
def test_numbers_that_do_not_fit_are_one_line(path: Path, selection: object, words: str) -> None:
    with pytest.raises(SelectionError, match=words):
        images_of(open_world(path), selection)  # type: ignore[arg-type]


def test_no_image_at_all_is_a_selection(path: Path) -> None:
    assert images_of(open_world(path), []).tolist() == []


def test_export_from_the_command_line(path: Path, tmp_path: Path) -> None:
    explorer.selections(path)["few"] = [3, 7]
    run = CliRunner().invoke(app, ["export", str(path), "few", "-o", "x.csv"])
    assert (run.exit_code, run.output) == (0, "x.csv: 2 images\n")
    run = CliRunner().invoke(app, ["export", str(path), 'label == "cross"', "--out", "y.csv"])
    assert run.output == f"y.csv: {N // 4} images\n"
    assert len((tmp_path / "y.csv").read_text().splitlines()) == N // 4 + 1
    run = CliRunner().invoke(app, ["export", str(path), "few", "-o", "x.txt"])
    assert isinstance(run.exception, SelectionError)


class Desk:
    """A session's state and its errands, without a picture."""

    def __init__(self, path: Path) -> None:
        self.state = initial_state(make_scene(open_world(path)), Viewport(1280, 720))
        self.errands = Errands(path, N)
        self.run()

    def run(self, *intents: say.Intent) -> AppState:
        """Everything asked for, until all of it is done."""
        self.state = update(self.state, intents, 0.0)
        answers = self.errands.follow(self.state)
        while answers or self.state.selecting.errands:
            self.state = update(self.state, answers, 0.0)
            self.errands.wait()
            answers = self.errands.follow(self.state)
        return self.state


@pytest.fixture
def desk(path: Path) -> Desk:
    explorer.selections(path)["before"] = [1]
    return Desk(path)


def test_what_is_kept_is_listed_from_the_start(desk: Desk) -> None:
    desk.errands.wait()
    desk.run()
    assert [x.name for x in desk.state.selecting.saved] == ["before"]
    desk.errands.close()


def test_keeping_finding_renaming_and_deleting(desk: Desk, path: Path) -> None:
    desk.run(say.SelectImages((4, 5)), say.SaveSelection(" mine "))
    assert [(x.name, x.count) for x in desk.state.selecting.saved] == [("before", 1), ("mine", 2)]
    assert desk.state.notice == "Saved “mine”: 2 images"
    desk.run(say.SelectNone(), say.LoadSelection("mine"), say.LoadSelection("before", "add"))
    assert desk.state.selection.images.tolist() == [1, 4, 5]
    desk.run(say.LoadSelection("mine", "subtract"))
    assert desk.state.selection.images.tolist() == [1]
    desk.run(say.RenameSelection("mine", "yours"), say.DeleteSelection("before"))
    assert [x.name for x in list_selections(path)] == ["yours"] == [x.name for x in desk.state.selecting.saved]
    desk.run(say.UndoSelection())
    assert desk.state.selection.images.tolist() == [1, 4, 5]
    desk.errands.close()


def test_tables_out_and_in(desk: Desk, tmp_path: Path) -> None:
    desk.run(say.SelectImages((4, 5)), say.ExportSelection(".csv", "Sea lions!"), say.ExportSelection())
    assert (tmp_path / "sea-lions-001.csv").exists()
    assert desk.state.notice == "Saved selection-001.csv: 2 images"
    desk.run(say.SelectNone(), say.ImportSelection(str(tmp_path / "sea-lions-001.csv")))
    assert desk.state.selection.images.tolist() == [4, 5]
    assert desk.state.notice == "sea-lions-001.csv: 2 images"
    desk.errands.close()


def test_growing_and_shrinking_in_the_current_layer(desk: Desk, path: Path) -> None:
    points = open_world(path).embedding(3)
    desk.run(say.GoToLayer(3, 0.0), say.SelectImages((4, 5)), say.GrowSelection())
    mask = np.zeros(N, np.uint8)
    mask[[4, 5]] = 1
    larger = grown(points, mask)
    np.testing.assert_array_equal(desk.state.selection.mask, larger)
    desk.run(say.ShrinkSelection())
    np.testing.assert_array_equal(desk.state.selection.mask, shrunk(points, larger))
    desk.errands.close()


def test_what_cannot_be_done_is_a_notice_and_the_next_errand_goes_on(desk: Desk) -> None:
    desk.run(say.LoadSelection("gone"))
    assert "is called 'gone'" in desk.state.notice
    desk.run(say.ImportSelection("~nobody-of-that-name/x.csv"))
    assert "cannot be read" in desk.state.notice
    desk.run(say.SaveSelection("  "), say.ImportSelection("gone.csv"), say.SelectImages((2,)), say.SaveSelection("two"))
    assert [x.name for x in desk.state.selecting.saved] == ["before", "two"]
    assert desk.state.selecting.errands == ()
    desk.errands.close()


def test_a_world_built_anew_of_other_images_is_not_taken_for_the_one_that_is_seen(desk: Desk, path: Path) -> None:
    desk.run(say.SelectImages((1, 2)))
    shutil.rmtree(path)
    make_world(path, images=N - 20, layers=2)
    desk.run(say.GrowSelection())
    assert "was built anew" in desk.state.notice
    assert desk.state.selection.count == 2
    desk.errands.close()
