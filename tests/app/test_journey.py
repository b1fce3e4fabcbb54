"""A whole session with the published embeddings, by hand: pull a handle, lasso a cluster, name it, follow, export."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from explorer.app.loop import Flight
from explorer.builder.imported import import_world
from explorer.store.read import open_world
from explorer.store.selections import list_selections
from explorer.types import Float64
from explorer.world import grips
from explorer.world import intents as say
from explorer.world.compose import draw_list
from explorer.world.handles import Key
from explorer.world.travel import camera_matrices
from tests.app.pilot import Pilot, XDoTool

LAYER, LAST = 12, 20

needs_data = pytest.mark.skipif(
    "LAYERFLIGHT_DATA" not in os.environ, reason="LAYERFLIGHT_DATA is not set: the published embeddings are not there"
)


@pytest.fixture(scope="module")
def googlenet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10,000 of the published 50,000 images in 21 layers of GoogLeNet."""
    source, folder = Path(os.environ["LAYERFLIGHT_DATA"]) / "googlenet15d", tmp_path_factory.mktemp("googlenet")
    for file in source.glob("*-*.npy"):
        np.save(folder / file.name, np.load(file)[::5])
    np.save(folder / "labels.npy", np.load(source / "labels_coarse.npy")[::5])
    import_world(folder, folder / "googlenet.world", folder / "labels.npy")
    return folder / "googlenet.world"


@pytest.fixture
def there(googlenet: Path, xdotool: XDoTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pilot]:
    """A flight through a copy of that world, at rest before one of its late layers."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(googlenet, tmp_path / "googlenet.world")
    flight = Flight(open_world(tmp_path / "googlenet.world"))
    pilot = Pilot(flight, xdotool, tmp_path)
    flight.session.also(say.GoToLayer(LAYER, 0.0), say.PauseTour(True))
    pilot.frames(40)
    yield pilot
    flight.close()


def at(pilot: Pilot, key: Key) -> Float64:
    """The pixel of a handle."""
    return np.array(grips.pixel(pilot.state, grips.places(pilot.state, pilot.state.layer, [key])[0]))


def seen(pilot: Pilot) -> Float64:
    """The pixels (N, 2) of all images in the current cloud, worked out without the program's own lasso."""
    scene = draw_list(pilot.state)
    cloud = next(x for x in scene.clouds if x.node == pilot.state.layer)
    points = open_world(pilot.flight.world_path).embedding(cloud.layer).astype(np.float64)
    view, projection = camera_matrices(pilot.state)
    clip = np.c_[points, np.ones(len(points))] @ cloud.placement @ view @ projection  # (N, 4)
    size = pilot.state.viewport
    ndc = clip[:, :2] / clip[:, 3:]
    return np.stack([(ndc[:, 0] + 1) / 2 * size.width, (1 - ndc[:, 1]) / 2 * size.height], axis=1)


@needs_data
def test_a_cluster_is_pulled_out_caught_named_followed_and_exported(there: Pilot, tmp_path: Path) -> None:
    labels = open_world(there.flight.world_path).labels
    key = _pull(there)
    centre = at(there, key)
    ring = [centre + 60 * np.array([np.cos(a), np.sin(a)]) for a in np.linspace(0, 2 * np.pi, 24, endpoint=False)]
    pixels = seen(there)
    _lasso(there, ring)
    there.until(lambda: there.state.selection.count > 0)
    outline = np.round(np.array(ring)) + 0.5
    inside = _inside(pixels, outline)
    assert there.state.selection.mask.sum() == pytest.approx(inside.sum(), rel=0.02, abs=2)  # the mouse skips places
    chosen = there.state.selection.mask.astype(bool)
    assert (labels[chosen] == int(key[1])).mean() > 2 * (labels == int(key[1])).mean()  # it is that group's cluster
    there.seen("caught")

    there.flight.session.also(say.SaveSelection("my cluster"))
    there.until(lambda: [x.name for x in there.state.selecting.saved] == ["my cluster"], 60)
    for _ in range(LAST - LAYER):
        there.hands("key", "j", frames=2)
    there.until(lambda: there.state.layer == LAST and there.state.camera.path is None, 90)
    assert (there.state.selection.mask.astype(bool) == chosen).all()
    there.seen("followed")

    there.flight.session.also(say.ExportSelection(".csv", "my cluster"))
    there.until(lambda: bool(list(tmp_path.glob("*.csv"))) and "Saved" in there.state.notice, 60)
    with open(next(tmp_path.glob("*.csv")), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["index"]) for row in rows] == np.flatnonzero(chosen).tolist()
    assert [x.name for x in list_selections(there.flight.world_path)] == ["my cluster"]


def _pull(pilot: Pilot) -> Key:
    """Drag the handle nearest to the middle of the view away from the others; which it was."""
    left, top, right, bottom = pilot.state.viewport.clear
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    keys = [handle.key for handle in grips.shown(pilot.state)]
    start = min((at(pilot, key) for key in keys), key=lambda place: float(np.linalg.norm(place - middle)))
    others = np.mean([at(pilot, key) for key in keys], axis=0)
    by = 90 * (start - others) / max(1.0, float(np.linalg.norm(start - others)))
    pilot.hands("mousemove", *(round(x) for x in start), frames=3)
    pilot.until(lambda: pilot.state.handles.hovered is not None)
    held = pilot.state.handles.hovered
    assert held is not None
    pilot.hands("mousedown", 1)
    pilot.until(lambda: pilot.state.handles.grab is not None)
    for share in (0.3, 0.6, 1.0):
        pilot.hands("mousemove", *(round(x) for x in start + share * by), frames=6)
    assert float(np.linalg.norm(at(pilot, held) - start)) > 20
    pilot.seen("pulled")
    pilot.hands("mouseup", 1)
    pilot.until(lambda: pilot.state.handles.grab is None)
    return held


def _lasso(pilot: Pilot, ring: list[Float64]) -> None:
    """Draw a closed line with Shift held."""
    pilot.hands("keydown", "shift")
    pilot.hands("mousemove", *(round(x) for x in ring[0]), frames=3)
    pilot.hands("mousedown", 1)
    for place in ring[1:]:
        pilot.hands("mousemove", *(round(x) for x in place), frames=1)
    pilot.seen("drawn")
    pilot.hands("mouseup", 1)
    pilot.hands("keyup", "shift")


def _inside(pixels: Float64, outline: Float64) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which pixels (N, 2) lie in a polygon (m, 2): crossings of a ray to the right, edge by edge."""
    inside = np.zeros(len(pixels), bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        crosses = (y0 > pixels[:, 1]) != (y1 > pixels[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= crosses & (pixels[:, 0] < x0 + (pixels[:, 1] - y0) / (y1 - y0) * (x1 - x0))
    return inside
