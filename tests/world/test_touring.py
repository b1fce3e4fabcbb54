"""The intents about the tour, from the state alone."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.geometry.aims import Grand, Little, Local, Planned, Still
from explorer.geometry.pursuit import Guided
from explorer.geometry.rotation import random_basis, separation
from explorer.store.views import to_json
from explorer.types import DIMS
from explorer.world import grips
from explorer.world import intents as say
from explorer.world.aiming import standing
from explorer.world.layout import VIEW_DISTANCE
from explorer.world.state import AppState
from explorer.world.tours import INDICES, MODES, RADII
from explorer.world.travel import cloud_frame
from explorer.world.update import update
from tests.world.scenes import state
from tests.world.test_update import run, seen_from_the_cloud

AIMS = {"grand": Grand, "little": Little, "local": Local, "planned": Planned, "guided": Guided, "manual": Still}
BASIS = random_basis(np.random.default_rng(3))


def test_each_kind_of_tour_has_its_aim_and_comes_in_turn() -> None:
    now, met = run(state(), 1.0), []
    for _ in MODES:
        now = run(now, 1.0, say.StepTourMode())
        met.append(now.touring.mode)
        assert isinstance(now.tour.aim, AIMS[now.touring.mode])
    assert met == [*MODES[1:], MODES[0]]
    with pytest.raises(ValueError, match="no tour 'round'"):
        update(now, [say.SetTourMode("round")], 0.1)


def test_the_local_tour_stays_around_the_view_where_it_was_begun() -> None:
    now = run(state(), 3.0)
    centre = now.tour.basis
    now = run(now, 1.0, say.SetLocalRadius(0.2), say.SetTourMode("local"))
    farthest = 0.0
    for _ in range(300):
        now = update(now, [], 0.05)
        farthest = max(farthest, separation(centre, now.tour.basis))
    assert farthest <= 0.2 + 0.35 / 4 + 1e-9  # it brakes first, on its way
    assert run(now, 0.1, say.SetLocalRadius(9.0)).touring.radius == RADII[1]


@pytest.mark.parametrize("index", INDICES)
def test_a_guided_tour_climbs_its_index_which_is_kept_for_a_plot(index: str) -> None:
    now = run(state(), 2.0)
    now = run(now, 1.0, say.SetGuide(index, 1), say.SetTourMode("guided"))
    for _ in range(600):
        now = update(now, [], 0.1)
    assert now.tour.stands
    assert standing(now) == "At an optimum"
    trace = now.touring.trace
    assert len(trace) == 600
    assert trace[-1] > trace[0] or len(set(trace)) == 1
    assert (np.diff(trace) > -0.05).all()
    left = run(now, 3.0, say.RestartTour())
    assert not left.tour.stands
    assert separation(left.tour.basis, now.tour.basis) > 0.1


def test_the_guided_tour_follows_the_layer_and_the_colouring() -> None:
    now = run(state(), 60.0, say.SetTourMode("guided"))
    assert now.tour.stands
    before = now.touring.guide
    elsewhere = run(now, 0.1, say.GoToLayer(2))
    assert elsewhere.touring.guide is not before
    assert not elsewhere.tour.stands
    assert run(now, 0.5).touring.guide is before
    ramp = run(now, 0.5, say.ColourBy(1))
    assert standing(ramp).startswith("Colour by a category")
    assert ramp.touring.guide is not None
    assert ramp.touring.guide.index is None
    assert run(ramp, 1.0, say.SetGuide("holes")).touring.guide.index is not None


def test_the_planned_tour_goes_through_the_saved_views() -> None:
    now = run(state(), 1.0, say.SetTourMode("planned"), say.SetTourSpeed(1.0))
    assert standing(now).startswith("Save views first")
    now = run(now, 0.0, say.SetTourMode("grand"), say.SaveView("one"))
    now = run(run(now, 5.0), 0.0, say.SaveView("two"), say.SetTourMode("planned"))
    one, two = (view.basis for view in now.touring.views)
    nearest = [9.0, 9.0]
    for _ in range(600):
        now = update(now, [], 1 / 60)
        nearest = [min(x, float(np.abs(now.tour.basis - y).max())) for x, y in zip(nearest, (one, two), strict=True)]
    assert max(nearest) < 0.02


def test_an_axis_goes_where_it_is_dragged_and_the_tour_goes_on_from_there() -> None:
    now = run(state(), 4.0)
    start = now.tour.rotation
    for place in np.linspace(start[6, :3], [0.2, 0.7, -0.3], 30):
        now = update(now, [say.MoveAxis(6, tuple(place))], 1 / 60)
        assert np.abs(now.tour.basis[6] - place).max() < 1e-9
    assert now.touring.axis is not None
    held = run(now, 0.2, say.MoveAxis(6, (0.2, 0.7, -0.3)))
    assert np.abs(held.tour.basis[6] - [0.2, 0.7, -0.3]).max() < 1e-9
    for end in (run(now, 1.0, say.ReleaseAxis()), run(now, 1.5)):
        assert end.touring.axis is None
        assert not np.array_equal(end.tour.basis, now.tour.basis)
    beyond = update(now, [say.ReleaseAxis(), say.MoveAxis(2, (3.0, 4.0, 0.0))], 1 / 60)
    assert np.abs(beyond.tour.basis[2] - [0.6, 0.8, 0.0]).max() < 1e-9
    assert np.abs(beyond.tour.rotation.T @ beyond.tour.rotation - np.eye(DIMS)).max() < 1e-12
    assert update(now, [say.MoveAxis(2, (np.nan, 0.0, 0.0))], 0.0).tour is now.tour


def test_dragging_an_axis_back_undoes_the_drag() -> None:
    start = run(state(), 4.0, say.PauseTour())
    now = start
    for place in ([0.5, 0.5, 0.0], [-0.2, 0.3, 0.8], start.tour.basis[3]):
        now = update(now, [say.MoveAxis(3, tuple(place))], 1 / 60)
    assert np.abs(now.tour.rotation - start.tour.rotation).max() < 1e-12


def test_it_is_slower_near_by_and_never_faster_than_set() -> None:
    def speed(distance: float) -> float:
        now = state()
        eye = now.camera.pose.position
        middle = cloud_frame(now).position
        pose = replace(now.camera.pose, position=middle + (eye - middle) * distance / np.linalg.norm(eye - middle))
        now = run(replace(now, camera=replace(now.camera, pose=pose)), 2.0)
        return (run(now, 1.0).tour.position - now.tour.position) / (1.0 + 1 / 60)

    assert speed(VIEW_DISTANCE) == pytest.approx(0.35, rel=1e-6)
    assert speed(5.0) == pytest.approx(0.35, rel=1e-6)
    assert speed(VIEW_DISTANCE / 2) == pytest.approx(0.35 / 2, rel=1e-6)
    assert speed(0.01) == pytest.approx(0.035, rel=1e-6)


def test_scrubbing_retraces() -> None:
    now = run(state(), 5.0)
    back = run(now, 2.0, say.PauseTour(), say.ScrubTour(-1.0))
    ahead = run(back, 2.0, say.ScrubTour(0.7))
    assert ahead.tour.position - back.tour.position == pytest.approx(0.7, abs=1e-6)


def test_a_saved_view_is_gone_back_to_with_layer_camera_and_space() -> None:
    there = run(state(), 3.0, say.GoToLayer(3), say.SetSpace("whitened"))
    there = run(there, 1.0, say.Orbit(0.4, 0.1), say.Zoom(2, 600, 300))
    there = update(there, [say.SaveView("mine")], 0.0)
    away = run(there, 4.0, say.GoToLayer(0), say.SetSpace("raw"))
    back = run(away, 8.0, say.PauseTour(), say.GoToView(0))
    assert back.layer == 3
    assert back.lens.space == "whitened"
    assert np.abs(back.tour.basis - there.tour.basis).max() < 1e-9
    assert np.allclose(back.camera.pose.position, there.camera.pose.position)
    assert np.allclose(seen_from_the_cloud(back), seen_from_the_cloud(there))


def test_a_view_is_the_same_from_the_cloud_when_its_layer_stands_elsewhere_and_absent_layers_do_not_matter() -> None:
    there = update(run(state(), 1.0, say.Orbit(0.3, 0.2)), [say.SaveView()], 0.0)
    view = there.touring.views[0]
    for layer in ("layer3", "no such layer"):
        moved = replace(view, layer=layer)
        gone = run(there, 8.0, say.PauseTour(), say.RestoreViews((moved,)), say.GoToView(0))
        assert gone.layer == (3 if layer == "layer3" else 0)
        assert np.allclose(seen_from_the_cloud(gone), seen_from_the_cloud(there))


def test_a_dive_takes_the_view_along() -> None:
    there = update(run(state(), 3.0, say.SetDive(True), say.GoToLayer(2)), [say.SaveView()], 0.0)
    back = run(run(there, 4.0, say.GoToLayer(0), say.Orbit(0.5, 0.0)), 8.0, say.GoToView(0))
    assert back.layer == 2
    assert back.morph is None
    assert np.allclose(seen_from_the_cloud(back), seen_from_the_cloud(there), atol=1e-6)


def test_views_are_listed_named_ordered_and_removed() -> None:
    def names(now: AppState) -> list[str]:
        return [view.name for view in now.touring.views]

    now = update(state(), [say.SaveView(), say.SaveView("  b  "), say.SaveView()], 0.0)
    assert names(now) == ["View 1", "b", "View 3"]
    now = update(now, [say.RemoveView(0), say.SaveView()], 0.0)
    assert names(now) == ["b", "View 3", "View 4"]
    now = update(now, [say.RenameView(1, "c"), say.RenameView(0, "   "), say.MoveView(2, 0)], 0.0)
    assert names(now) == ["View 4", "b", "c"]
    same = update(now, [say.MoveView(0, 0), say.RemoveView(7), say.RenameView(-1, "x"), say.GoToView(9)], 0.0)
    assert names(same) == ["View 4", "b", "c"]
    assert names(update(now, [say.MoveView(0, 99)], 0.0)) == ["b", "c", "View 4"]


def three_views() -> AppState:
    now = state()
    for _ in range(3):
        now = update(run(now, 2.0), [say.SaveView()], 0.0)
    return run(now, 0.1, say.PauseTour())


def test_the_scrubber_along_the_views_stands_at_the_one_gone_to() -> None:
    now = run(three_views(), 0.5, say.ScrubViews(0.3), say.GoToView(2))
    assert now.touring.along == 2.0
    assert now.touring.sought is None


def test_views_removed_while_scrubbing_leave_the_scrubber_on_those_that_are_left() -> None:
    now = run(three_views(), 3.0, say.ScrubViews(2.0))
    now = update(now, [say.RemoveView(2)], 0.0)
    assert now.touring.along == 1.0
    now = update(now, [say.ScrubViews(0.0), say.RemoveView(1)], 0.0)
    assert (now.touring.along, now.touring.sought) == (0.0, None)
    later = run(update(now, [say.SaveView()], 0.0), 1.0)
    assert np.array_equal(later.tour.basis, now.tour.basis)  # nothing pulls it to a view of long ago


@pytest.mark.parametrize(
    "intent", [say.GoToView(1), say.PasteBasis(to_json(BASIS)), say.ScrubTour(-0.5), say.RestartTour()]
)
def test_whoever_leads_the_tour_elsewhere_takes_it_from_the_scrubber_along_the_views(intent: say.Intent) -> None:
    now = run(three_views(), 0.3, say.ScrubViews(0.0))
    assert now.touring.sought is not None
    there = run(now, 8.0, intent)
    assert there.touring.sought is None
    assert separation(there.tour.basis, now.touring.views[0].basis) > 0.1
    if isinstance(intent, say.GoToView):
        assert np.abs(there.tour.basis - now.touring.views[1].basis).max() < 1e-9


def test_a_handle_or_an_axis_taken_while_the_scrubber_still_moves_the_tour_stays_where_the_hand_left_it() -> None:
    now = run(three_views(), 0.3, say.ScrubViews(2.0))
    axis = run(now, 0.02, say.MoveAxis(3, (0.9, 0.0, 0.0)), say.ReleaseAxis())
    key = grips.shown(now)[0].key
    x, y = grips.pixel(now, grips.places(now, now.layer, [key])[0])
    handle = run(run(now, 0.02, say.GrabHandle(key, x, y), say.PullHandle(x + 90, y)), 0.02, say.DropHandle())
    for left in (axis, handle):
        assert np.abs(run(left, 2.0).tour.basis - left.tour.basis).max() < 1e-9


def test_a_pasted_basis_is_gone_to_and_another_text_is_told_of() -> None:
    now = run(state(), 6.0, say.PauseTour(), say.PasteBasis(to_json(BASIS)))
    assert np.abs(now.tour.basis - BASIS).max() < 1e-9
    wrong = update(now, [say.PasteBasis("milk, bread")], 0.0)
    assert "clipboard" in wrong.notice
    assert wrong.tour is now.tour


@pytest.mark.parametrize("mode", ["grand", "little", "local", "guided"])
def test_the_frame_rate_does_not_matter(mode: str) -> None:
    def play(rate: int) -> AppState:
        now = update(state(), [say.SetTourMode(mode)], 0.0)
        for _ in range(12 * rate):
            now = update(now, [], 1 / rate)
        return now

    coarse, fine = play(10), play(60)
    assert np.abs(coarse.tour.rotation - fine.tour.rotation).max() < 1e-6


def test_a_manual_tour_stays_where_its_history_was_scrubbed_to() -> None:
    now = run(run(state(), 3.0), 3.0, say.SetTourMode("manual"))
    now = run(now, 2.0, say.ScrubTour(-0.4))
    later = run(now, 3.0)
    assert now.tour.position < now.tour.track.length
    assert np.array_equal(later.tour.basis, now.tour.basis)
    assert separation(run(later, 3.0, say.ScrubTour(0.3)).tour.basis, now.tour.basis) > 0.01
