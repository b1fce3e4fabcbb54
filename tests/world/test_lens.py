"""The lens: matrices of layers, how they fit the view, and that nothing jumps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ortho_group

from explorer.geometry import tour
from explorer.geometry.aims import Grand
from explorer.geometry.informed import Informed
from explorer.store.read import open_world
from explorer.store.write import LayerArrays, WorldArrays, write_world
from explorer.types import Float64, Viewport
from explorer.world import intents as say
from explorer.world.fitting import matrix
from explorer.world.intents import Intent
from explorer.world.layout import VIEW_RADIUS, make_scene
from explorer.world.lens import grand_aim, transform, wanted
from explorer.world.looks import SPACES
from explorer.world.rules.looking import SECONDS, UNTURNED
from explorer.world.state import AppState
from explorer.world.update import initial_state, update

IMAGES, LAYERS = 900, 3


@pytest.fixture
def start(tmp_path: Path) -> AppState:
    """A world of three turned layers whose classes lie across its widest direction; ten images lie far off."""
    rng = np.random.default_rng(0)
    labels = (np.arange(IMAGES) % 3).astype(np.int32)
    layers = []
    for i in range(LAYERS):
        points = rng.standard_normal((IMAGES, 15)) * 0.8 ** np.arange(15) * (i + 1)
        points[:, 3] += 2.0 * labels
        points[:10] *= 20.0
        turn = ortho_group.rvs(15, random_state=i)
        layers.append(LayerArrays(f"layer{i}", points @ turn, rotation=turn))
    path = write_world(tmp_path / "a.world", WorldArrays("a", layers, labels=labels, class_names=("a", "b", "c")))
    return initial_state(make_scene(open_world(path)), Viewport(1280, 800))


def after(state: AppState, *intents: Intent, seconds: float = SECONDS) -> AppState:
    """The state some time after intents, in frames of a 30th of a second."""
    state = update(state, intents, 0.0)
    for _ in range(round(seconds * 30) + 1):
        state = update(state, [], 1 / 30)
    return state


def radius(state: AppState, layer: int, frames: int = 300) -> float:
    """Of 95% of a layer's points as a share of the view's, mean over frames of its Grand Tour."""
    points = state.scene.survey.embedding(layer) @ transform(state, layer)
    now, found = tour.start_tour(1, 1.0, grand_aim(replace(state, layer=layer))), []
    for _ in range(frames):
        now = tour.advance(now, 0.9)
        found.append(np.quantile(np.linalg.norm(points @ now.basis, axis=1), 0.95))
    return float(np.mean(found)) / VIEW_RADIUS


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_what_the_tour_shows_fills_the_view(start: AppState, space: str, strength: float) -> None:
    state = after(start, say.SetSpace(space), say.SetInformed(strength, "variance"))
    for layer in range(LAYERS):
        assert radius(state, layer) == pytest.approx(0.9, abs=0.09)


def test_the_farthest_points_are_kept_where_they_are(start: AppState) -> None:
    places = start.scene.survey.embedding(0) @ transform(start, 0)
    ratio = np.linalg.norm(places, axis=1) / np.linalg.norm(start.scene.survey.embedding(0), axis=1)
    assert ratio == pytest.approx(ratio[0])  # nothing is drawn in
    assert np.linalg.norm(places[:10], axis=1).min() > 2 * VIEW_RADIUS


def test_one_scale_keeps_the_relative_sizes_of_layers_and_all_fit(start: AppState) -> None:
    state = after(start, say.SetScale(each=False))
    scales = [transform(state, layer)[0, 0] for layer in range(LAYERS)]
    assert scales == pytest.approx([scales[0]] * LAYERS)
    assert max(radius(state, layer) for layer in range(LAYERS)) == pytest.approx(0.9, abs=0.06)
    assert after(state, say.SetScale()).lens.each


def test_from_space_to_space_nothing_jumps(start: AppState) -> None:
    state, steps, ways = start, [], []
    before = transform(state, 1)
    turns: dict[int, Intent] = {
        0: say.SetSpace("whitened"),
        10: say.SetSpace("discriminant"),
        17: say.SetScale(each=False),
        20: say.SetAligned(on=False),
        70: say.SetSpace("raw"),
    }
    for frame in range(120):
        state = update(state, [turns[frame]] if frame in turns else [], 1 / 30)
        now = transform(state, 1)
        steps.append(float(np.abs(now - before).max()))
        before = now
        ways.append(len(state.lens.before))
    looks = [replace(state.lens.look, space=space, key="class") for space in SPACES]
    largest = max(float(np.abs(matrix(state.scene, look, 1)).max()) for look in looks)
    assert max(steps) < 0.2 * largest
    assert max(ways) >= 3  # it was on its way when it was sent elsewhere
    assert before == pytest.approx(matrix(state.scene, wanted(state), 1))
    assert state.lens.before == ()


def test_the_same_at_any_frame_rate(start: AppState) -> None:
    slow = after(start, say.SetSpace("whitened"), seconds=0.0)
    for _ in range(3):
        slow = update(slow, [], 0.1)
    fast = after(start, say.SetSpace("whitened"), seconds=0.0)
    for _ in range(30):
        fast = update(fast, [], 0.01)
    assert transform(slow, 0) == pytest.approx(transform(fast, 0))


def test_unaligned_the_embedding_is_as_it_came(start: AppState) -> None:
    state = after(start, say.SetAligned(on=False))
    for layer in range(LAYERS):
        planted = ortho_group.rvs(15, random_state=layer)
        scale = matrix(start.scene, start.lens.look, layer)[0, 0]
        assert transform(state, layer) == pytest.approx(scale * planted.T, abs=1e-9)
    assert transform(after(state, say.SetAligned()), 1) == pytest.approx(transform(start, 1))


def test_principal_axes_have_a_frame_of_their_own(start: AppState) -> None:
    state = after(start, say.SetSpace("principal"))
    assert transform(after(state, say.SetAligned(on=False)), 2) == pytest.approx(transform(state, 2))


def test_a_world_that_does_not_hold_its_alignment_says_so(start: AppState) -> None:
    state = replace(start, scene=replace(start.scene, unturned=False))
    state = update(state, [say.SetAligned()], 0.0)
    assert state.lens.aligned
    assert state.notice == UNTURNED


def test_the_discriminant_space_is_that_of_the_colouring(start: AppState) -> None:
    state = after(start, say.SetSpace("discriminant"))
    assert state.lens.look.key == "class"
    lost = replace(state.scene.colourings[0], key="other", counts=(IMAGES, 0, 0))
    one = replace(state, scene=replace(state.scene, colourings=(lost,)))
    changed = update(one, [], 0.1)
    assert changed.lens.look.space == "raw"  # there is nothing to tell apart
    assert 0.0 < changed.lens.amount < 1.0  # and it is on its way there
    assert changed.lens.space == "discriminant"  # as soon as there is, it comes back


def test_a_continuous_colouring_is_cut_into_slices(start: AppState) -> None:
    steps = np.linspace(0, 255.9, IMAGES).astype(np.int32)
    counts = tuple(int(x) for x in np.bincount(steps, minlength=256))
    ramp = replace(start.scene.colourings[0], key="ramp", names=(), counts=counts, limits=(0.0, 1.0))
    start.scene.survey._categories["ramp"] = steps
    state = after(replace(start, scene=replace(start.scene, colourings=(ramp,))), say.SetSpace("discriminant"))
    assert len(start.scene.survey.scatter(0, "ramp", state.lens.look.merged).shares) == 16
    assert np.isfinite(transform(state, 0)).all()


def test_the_tour_prefers_what_is_asked_and_goes_back(start: AppState) -> None:
    state = after(start, say.SetInformed(0.8, "discriminant"), seconds=0.1)
    assert isinstance(state.tour.aim, Informed)
    assert state.tour.rotation == pytest.approx(after(start, seconds=0.1).tour.rotation)  # this leg goes to its end
    state = after(state, say.SetInformed(0.0), seconds=0.1)
    assert type(state.tour.aim) is Grand
    assert update(start, [say.SetInformed(7.0)], 0.0).lens.strength == 1.0


def test_at_strength_0_the_session_tours_as_ever(start: AppState) -> None:
    plain, chosen = after(start, seconds=20), after(start, say.SetInformed(0.0, "discriminant"), seconds=20)
    assert np.array_equal(plain.tour.rotation, chosen.tour.rotation)


def test_the_points_are_read_once_and_not_in_every_frame(start: AppState, monkeypatch: pytest.MonkeyPatch) -> None:
    state = after(start, say.SetSpace("discriminant"), say.SetInformed(0.5, "discriminant"))
    first = [transform(state, layer) for layer in range(LAYERS)]
    grand_aim(state)

    def refuse(*_: object) -> Float64:
        raise AssertionError("the points were read again")

    monkeypatch.setattr(state.scene.survey, "embedding", refuse)
    monkeypatch.setattr(state.scene.survey, "categories", refuse)
    later = after(state, seconds=0.2)
    for layer in range(LAYERS):
        assert transform(later, layer) is first[layer]
        assert not first[layer].flags.writeable


def test_a_layer_that_is_one_place_is_shown_as_that_place(tmp_path: Path) -> None:
    layers = [LayerArrays("a", np.zeros((20, 15))), LayerArrays("b", np.random.default_rng(0).normal(size=(20, 15)))]
    path = write_world(tmp_path / "a.world", WorldArrays("a", layers))
    state = initial_state(make_scene(open_world(path)), Viewport(1280, 800))
    for space in SPACES:
        state = after(state, say.SetSpace(space), say.SetInformed(1.0, "variance"))
        assert not transform(state, 0).any()
        assert np.isfinite(transform(state, 1)).all()


@pytest.mark.parametrize("wrong", [say.SetSpace("round"), say.SetInformed(0.5, "luck")])
def test_what_there_is_not_cannot_be_asked_for(start: AppState, wrong: Intent) -> None:
    with pytest.raises(ValueError, match="there are"):
        update(start, [wrong], 0.0)
